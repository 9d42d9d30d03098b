"""/devices: what tells whose position. A token is in the answer that makes it, once, and in no other."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Router, Status
from pydantic import Field

from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.formats.parts import Line
from vedette.people.devices import Paired, pair_device, renew_token, unpair_device
from vedette.people.models import Device
from vedette.people.queries import people_for
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.idempotency import shown_once
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import Given, Id, Shown, When, all_chosen

router = Router(tags=["devices"])


class DeviceShown(Shown):
    """A device, and what became of the last that it told (docs/devices.md); its places are not here."""

    id: int
    person: int
    kind: str
    name: str
    certificate: str
    paired_at: When
    heard_at: When | None
    outcome: str


class DevicePaired(DeviceShown):
    """A device with its token; null where the answer is given once more."""

    token: str | None


class DeviceGiven(Given):
    """A device to pair with a person."""

    person: Id
    kind: Line
    name: Annotated[Line, Field(max_length=200)]
    certificate: Annotated[Line, Field(max_length=200)] = ""


@get(router, "", Verb.SEE_PEOPLE, response=Page[DeviceShown], summary="List devices")
def list_devices(request: ApiRequest, person: Id | None = None, cursor: Cursor = None, limit: Limit = 50) -> Any:
    known = _devices(request.auth) if person is None else _devices(request.auth).filter(person=person)
    return page(known, _device, cursor, limit, newest_first=False)


@post(router, "", Verb.KEEP_ROSTER, response={201: DevicePaired}, summary="Pair a device with a person")
def pair(request: ApiRequest, given: DeviceGiven) -> Any:
    (person,) = all_chosen("person", people_for(request.auth), [given.person])
    return Status(201, _paired(request, pair_device(request.auth, person, given.kind, given.name, given.certificate)))


@post(
    router,
    "/{int:device_id}/token",
    Verb.KEEP_ROSTER,
    takes=None,
    response=DevicePaired,
    summary="Give it a new token; the old one ends",
)
def renew(request: ApiRequest, device_id: int) -> Any:
    return _paired(request, renew_token(request.auth, found(_devices(request.auth), device_id)))


@post(
    router,
    "/{int:device_id}/unpair",
    Verb.KEEP_ROSTER,
    takes=None,
    response={204: None},
    summary="End it at once, and forget its person's last fix",
)
def unpair(request: ApiRequest, device_id: int) -> Any:
    unpair_device(request.auth, found(_devices(request.auth), device_id))
    return Status(204, None)


def _devices(actor: Actor) -> QuerySet[Device]:
    return visible(actor, Device.objects.select_related("person"), Verb.SEE_PEOPLE, through="person")


def _device(device: Device) -> dict[str, Any]:
    own = ("id", "kind", "name", "certificate", "paired_at", "heard_at", "outcome")
    return {"person": device.person_id, **{name: getattr(device, name) for name in own}}


def _paired(request: ApiRequest, paired: Paired) -> dict[str, Any]:
    shown_once(request, "token")
    return {**_device(paired.device), "token": paired.token}
