"""/positions: last fixes, taken in batches from whatever tracks consenting people. They are not handed out here."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Body, Router
from pydantic import Field

from vedette import clock
from vedette.access.roles import Verb
from vedette.formats import traccar
from vedette.formats.parts import Line, Moment
from vedette.people.device_fixes import REASONS, take
from vedette.people.devices import device_named
from vedette.people.models import Device, Person
from vedette.people.positions import Fix, FixOutcome, record_offered, record_positions
from vedette.people.queries import people_for
from vedette.web.api.doors import ApiRequest, post
from vedette.web.api.position_batches import MOST_FIXES, NOBODY
from vedette.web.api.problems import problem
from vedette.web.api.shapes import Given, Shown

router = Router(tags=["positions"])


class FixGiven(Given):
    """One fix, by the person's code."""

    person: Line
    lat: float
    lon: float
    accuracy_m: float
    fixed_at: Moment


Fixes = Annotated[list[FixGiven], Field(max_length=MOST_FIXES)]


class Outcome(Shown):
    """What became of one fix: kept, older (than the one kept, or too old), no_consent, off_duty (on a roster and not
    on duty now), unknown (no such person)."""

    person: str
    outcome: str


class Outcomes(Shown):
    """How many were kept, and what became of each, in order."""

    kept: int
    items: list[Outcome]


@post(router, "", Verb.KEEP_ROSTER, response=Outcomes, summary="Record a batch of fixes, all of them or none")
def record(request: ApiRequest, given: Body[Fixes]) -> Any:
    # A batch that is sound and comes without an Idempotency-Key is taken by the front: `position_batches.py`.
    codes = {fix.person for fix in given}
    ids = dict(people_for(request.auth).filter(code__in=codes).order_by().values_list("code", "pk"))
    outcomes = record_positions(
        [Fix(ids.get(fix.person, NOBODY), fix.lat, fix.lon, fix.accuracy_m, fix.fixed_at) for fix in given]
    )
    items = [{"person": fix.person, "outcome": one.value} for fix, one in zip(given, outcomes, strict=True)]
    return {"kept": outcomes.count(FixOutcome.KEPT), "items": items}


class Became(Shown):
    """What became of one fix, as in `Outcome`, in words too. `nothing`: it told of no position."""

    outcome: str
    detail: str
    stored: bool


class CheckIn(Given):
    """Where one is, by one's own choice; now, if no time is given."""

    lat: float
    lon: float
    accuracy_m: float
    fixed_at: Moment | None = None


@post(
    router,
    "/forwarded",
    Verb.KEEP_ROSTER,
    response=Became,
    summary="Take what a Traccar server forwards: one position of one device",
)
def forwarded(request: ApiRequest) -> Any:
    told = traccar.read_forwarded(request.body)
    device = device_named(request.auth.realm, Device.Kind.TRACCAR, told.device)
    if device is None or not request.auth.may(Verb.KEEP_ROSTER, device.person):
        return {"outcome": "unknown", "detail": f"no device {told.device!r} is paired", "stored": False}
    if told.fix is None:
        return {"outcome": "nothing", "detail": "it tells of no position", "stored": False}
    return became(take(device, told.fix))


@post(router, "/check-in", Verb.SEE, response=Became, summary="Say where oneself is, once; that is the consent to it")
def check_in(request: ApiRequest, given: CheckIn) -> Any:
    person = Person.objects.filter(user_id=request.auth.user_id, realm=request.auth.realm.value, active=True).first()
    if request.auth.user_id is None or person is None:
        return problem(409, "no-person", "your login is linked to no person of this realm; nothing was stored")
    fixed_at = given.fixed_at or clock.now()
    return became(record_offered(person, Fix(person.pk, given.lat, given.lon, given.accuracy_m, fixed_at)))


def became(outcome: FixOutcome) -> dict[str, Any]:
    """What became of a fix, as it is told."""
    return {"outcome": outcome.value, "detail": REASONS[outcome], "stored": outcome is FixOutcome.KEPT}
