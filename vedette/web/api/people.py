"""/people: the roster, and how each is reached."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Router, Status
from pydantic import Field

from vedette.access.handling import Tlp
from vedette.access.roles import Verb
from vedette.dispatch.reaching import accepted, ask_whether_it_reaches
from vedette.formats.parts import BadInput, Line, Moment
from vedette.people import actions, visitors
from vedette.people.contact import LONGEST_PUSH
from vedette.people.device_fixes import take_track
from vedette.people.models import Duty, Person
from vedette.people.queries import people_for, units_for, without_address
from vedette.people.quiet import said
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.positions import Became, became
from vedette.web.api.shapes import Given, Marked, Shown, When, marks

router = Router(tags=["people"])


class ContactPointShown(Shown):
    """One way to reach a person."""

    id: int
    channel: str
    address: Annotated[str, Field(max_length=LONGEST_PUSH)]
    rank: int
    verified_at: When | None


class PersonShown(Marked):
    """Somebody who may have to be warned."""

    code: str
    name: str
    unit: str
    duties: list[str]
    language: str
    #: Quiet hours, as "22:00-06:00" by the clock of `zone`; "" is none, or the organisation's zone.
    quiet: str
    zone: str
    active: bool
    #: staff, contractor or visitor; of the latter two whom they are here for, and until when.
    kind: str
    host: str | None
    valid_until: When | None
    position_consent: bool


class PersonWhole(PersonShown):
    """A person with their contact points."""

    contact_points: list[ContactPointShown]


class PersonGiven(Given):
    """A person to take in or to change, by code; handling, quiet hours and zone stay when none are given."""

    code: Line
    name: Line
    unit: Line
    duties: tuple[Line, ...] = ()
    language: Line = "en-US"
    quiet: Line | None = None
    zone: Line | None = None
    #: Code of the saved area they live in; "" is none.
    home: Line | None = None
    handling: Tlp | None = None


class ConsentGiven(Given):
    """What a person said: whether their position may be used."""

    consent: bool


class ContactPointGiven(Given):
    """A further address; `region` (ISO 3166) reads national telephone numbers."""

    channel: Line
    address: Annotated[str, Field(max_length=LONGEST_PUSH)]
    rank: int = 0
    region: Line | None = None


class GuestGiven(Given):
    """A visitor or contractor who is here until a time, with at least one address."""

    name: Line
    #: The code of whom they are here for.
    host: Line
    until: Moment
    kind: Line = "visitor"
    contacts: tuple[ContactPointGiven, ...] = ()
    language: Line = ""


class StayGiven(Given):
    """Until when they stay."""

    until: Moment | None = None


class AskedShown(Shown):
    """What the gateway said to the message that asks."""

    accepted: bool
    detail: str


@get(router, "", Verb.SEE_PEOPLE, response=Page[PersonShown], summary="List people")
def list_people(
    request: ApiRequest,
    code: Line | None = None,
    unit: Line | None = None,
    without: Line | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    known = people_for(request.auth).prefetch_related("duties")
    known = known.filter(code=code) if code is not None else known
    known = known.filter(unit__code=unit) if unit is not None else known
    known = without_address(known, without.split(",")) if without is not None else known
    return page(known, _person, cursor, limit, newest_first=False)


@post(router, "", Verb.KEEP_ROSTER, response={201: PersonWhole}, summary="Take in or change the person of this code")
def keep(request: ApiRequest, given: PersonGiven) -> Any:
    unit = units_for(request.auth).filter(code=given.unit).first()
    if unit is None:
        raise BadInput("unit", f"there is no unit {given.unit!r}, or none that you may see")
    duties = list(Duty.objects.filter(code__in=given.duties))
    for missing in sorted(set(given.duties) - {duty.code for duty in duties}):
        raise BadInput("duties", f"there is no duty {missing!r}")
    person = actions.keep_person(
        request.auth,
        code=given.code,
        name=given.name,
        unit=unit,
        duties=duties,
        language=given.language,
        quiet=given.quiet,
        zone=given.zone,
        home=given.home,
        handling=given.handling,
    )
    return Status(201, _whole(person))


@get(router, "/{int:person_id}", Verb.SEE_PEOPLE, response=PersonWhole, summary="One person")
def show_person(request: ApiRequest, person_id: int) -> Any:
    return _whole(found(people_for(request.auth), person_id))


@post(router, "/guests", Verb.KEEP_ROSTER, response={201: PersonWhole}, summary="A visitor or contractor is here")
def take_in_guest(request: ApiRequest, given: GuestGiven) -> Any:
    host = people_for(request.auth).filter(code=given.host).first()
    if host is None:
        raise BadInput("host", f"there is no person {given.host!r}, or none that you may see")
    guest = visitors.take_in_guest(
        request.auth,
        given.name,
        host,
        given.until,
        kind=given.kind,
        contacts=[(one.channel, one.address) for one in given.contacts],
        region=next((one.region for one in given.contacts if one.region), None),
        language=given.language,
    )
    return Status(201, _whole(guest))


@post(router, "/{int:person_id}/stay", Verb.KEEP_ROSTER, response=PersonWhole, summary="A guest stays until then")
def stay(request: ApiRequest, person_id: int, given: StayGiven) -> Any:
    guest = found(people_for(request.auth), person_id)
    if given.until is None:
        raise BadInput("until", "say until when they stay")
    return _whole(visitors.stay_until(request.auth, guest, given.until))


@post(
    router,
    "/{int:person_id}/contact-points",
    Verb.KEEP_ROSTER,
    response={201: PersonWhole},
    summary="Add a way to reach them",
)
def add_contact_point(request: ApiRequest, person_id: int, given: ContactPointGiven) -> Any:
    person = found(people_for(request.auth), person_id)
    actions.add_contact_point(request.auth, person, given.channel, given.address, given.rank, given.region)
    return Status(201, _whole(person))


@post(
    router,
    "/{int:person_id}/contact-points/{int:point_id}/ask",
    Verb.KEEP_ROSTER,
    takes=None,
    response=AskedShown,
    summary="Ask whether an address reaches them: they confirm by a link",
)
def ask_reach(request: ApiRequest, person_id: int, point_id: int) -> Any:
    person = found(people_for(request.auth), person_id)
    result = ask_whether_it_reaches(request.auth, found(person.contact_points.select_related("person"), point_id))
    return {"accepted": accepted(result), "detail": result.detail}


@post(
    router,
    "/{int:person_id}/deactivate",
    Verb.KEEP_ROSTER,
    takes=None,
    response=PersonWhole,
    summary="They leave: no warning reaches them, their login and tokens end",
)
def deactivate(request: ApiRequest, person_id: int) -> Any:
    return _whole(actions.deactivate_person(request.auth, found(people_for(request.auth), person_id)))


@post(
    router,
    "/{int:person_id}/position-consent",
    Verb.KEEP_ROSTER,
    response=PersonWhole,
    summary="Note whether they let their position be used, as they said",
)
def consent(request: ApiRequest, person_id: int, given: ConsentGiven) -> Any:
    person = found(people_for(request.auth), person_id)
    return _whole(actions.set_consent(request.auth, person, given.consent))


@post(
    router,
    "/{int:person_id}/track",
    Verb.KEEP_ROSTER,
    takes=None,
    response=Became,
    summary="Take the last fix of their GPX file, which is the body, and nothing else of it",
)
def track(request: ApiRequest, person_id: int) -> Any:
    return became(take_track(found(people_for(request.auth), person_id), request.body))


def _person(person: Person) -> dict[str, Any]:
    own = ("code", "name", "language", "zone", "active", "kind", "valid_until", "position_consent")
    return {
        **marks(person),
        **{name: getattr(person, name) for name in own},
        "quiet": said(person.quiet_from, person.quiet_to),
        "unit": person.unit.code,
        "host": person.host.code if person.host is not None else None,
        "duties": sorted(duty.code for duty in person.duties.all()),
    }


def _whole(person: Person) -> dict[str, Any]:
    own = ("id", "channel", "address", "rank", "verified_at")
    points = person.contact_points.order_by("rank", "pk")
    return {**_person(person), "contact_points": [{name: getattr(point, name) for name in own} for point in points]}
