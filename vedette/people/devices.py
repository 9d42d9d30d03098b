"""Devices of people: paired with a token that is shown once, told apart by token or name, unpaired at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats import owntracks
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people import position_rows
from vedette.people.models import Device, Person, Position
from vedette.people.positions import is_own

#: Devices of one person.
MOST = 10
_LONGEST = 200


@dataclass(frozen=True)
class Paired:
    """A device, and the token that only whoever paired it ever sees."""

    device: Device
    token: str


def pair_device(actor: Actor, person: Person, kind: str, name: str, certificate: str = "") -> Paired:
    """Pair a device with a person: whoever keeps the roster may, and the person themselves by their own login.

    `certificate` is the common name that a TAK client's certificate bears. Raises BadInput, Refused.
    """
    name, certificate = name.strip(), certificate.strip()
    _refuse_bad(kind, name, certificate)
    token = f"vdd_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
        _check(actor, person)
        if not person.active:
            raise BadInput("person", "is not active; nothing can be paired with them")
        if person.devices.count() >= MOST:
            raise BadInput("device", f"the person has {MOST} devices already; unpair one first")
        device = Device(
            person=person, realm=person.realm, kind=kind, name=name, certificate=certificate, digest=_digest(token)
        )
        device.paired_at = clock.now()
        _save_once(device)
        _log(actor, "device.paired", device, kind=kind, certificate=bool(certificate))
    return Paired(device, token)


def renew_token(actor: Actor, device: Device) -> Paired:
    """Give a device a new token; the old one opens nothing from now on."""
    token = f"vdd_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        device = _locked(actor, device)
        device.digest = _digest(token)
        device.save(update_fields=["digest"])
        _log(actor, "device.token_renewed", device)
    return Paired(device, token)


def unpair_device(actor: Actor, device: Device) -> None:
    """End a device at once, and forget its person's last fix: it may have been that device's."""
    with transaction.atomic():
        # Before the device's row is held: whoever takes its fixes notes there what became of them.
        position_rows.shut_out()
        device = _locked(actor, device)
        Position.objects.filter(person=device.person_id).delete()
        _log(actor, "device.unpaired", device, kind=device.kind)
        device.delete()


def device_of_token(token: str, kind: Device.Kind) -> Device | None:
    """The device whose token it is; None for one that is unknown, or of another kind."""
    return Device.objects.filter(digest=_digest(token), kind=kind).first()


def device_named(realm: Realm, kind: Device.Kind, name: str) -> Device | None:
    """The device of that name."""
    return Device.objects.filter(realm=realm.value, kind=kind, name=name).first()


def devices_named(realm: Realm, kind: Device.Kind, names: Collection[str]) -> dict[str, Device]:
    """Those of some names that are paired, by name."""
    return {one.name: one for one in Device.objects.filter(realm=realm.value, kind=kind, name__in=list(names))}


def is_token_of(token: str, device: Device) -> bool:
    """Whether it is that device's token."""
    return secrets.compare_digest(_digest(token), bytes(device.digest))


def _refuse_bad(kind: str, name: str, certificate: str) -> None:
    if kind not in Device.Kind.values:
        raise BadInput("kind", f"must be one of {', '.join(Device.Kind.values)}")
    for field, text in (("name", name), ("certificate", certificate)):
        if len(text) > _LONGEST or not text.isprintable():
            raise BadInput(field, f"must be one line of at most {_LONGEST} characters")
    if not name:
        raise BadInput("name", "say what the device calls itself: its user and device, its uid or its identifier")
    if kind == Device.Kind.OWNTRACKS and not owntracks.is_device(name):
        raise BadInput("name", "must be USER/DEVICE as in the app's settings, such as ada/phone")
    if certificate and kind != Device.Kind.TAK:
        raise BadInput("certificate", "only TAK clients show one; leave it empty")


def _check(actor: Actor, person: Person) -> None:
    if not is_own(actor, person):
        check(actor, Verb.KEEP_ROSTER, person)


def _locked(actor: Actor, device: Device) -> Device:
    found = Device.objects.select_for_update(of=("self",), no_key=True).select_related("person").get(pk=device.pk)
    _check(actor, found.person)
    return found


def _save_once(device: Device) -> None:
    try:
        with transaction.atomic():
            device.save()
    except IntegrityError:
        raise BadInput("name", f"a device called {device.name!r} is paired already; unpair it there first") from None


def _digest(token: str) -> bytes:
    # A token has 256 random bits: nothing slower than one hash is needed to keep it.
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _log(actor: Actor, entry: str, device: Device, **body: object) -> None:
    append(
        entry,
        actor=actor.ref,
        subject=f"person:{device.person_id}",
        realm=device.realm,
        body={"device": device.pk, **body},
    )
