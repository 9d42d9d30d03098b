"""/units and /shifts: where people belong, and when they are on."""

from __future__ import annotations

from typing import Any

from ninja import Router, Status

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, Line, Moment
from vedette.people import actions
from vedette.people.models import SavedArea, Shift, Unit
from vedette.people.on_shift import on_during
from vedette.people.queries import areas_for, people_for, units_for
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import Given, Id, Marked, Shown, When, all_chosen, chosen, marks

router = Router(tags=["units"])
shifts = Router(tags=["shifts"])


class UnitShown(Marked):
    """A unit; units form a tree."""

    code: str
    name: str
    parent: str | None
    area: str | None
    supervisor: int | None


class UnitGiven(Given):
    """A unit to make or change, by code; parent and area by their codes. Its handling stays when none is given."""

    code: Line
    name: Line
    parent: Line | None = None
    area: Line | None = None
    supervisor: Id | None = None
    handling: Tlp | None = None


class ShiftShown(Shown):
    """One interval during which a person is on."""

    id: int
    person: int
    starts: When
    ends: When
    post: str | None


class ShiftGiven(Given):
    """A shift; `post` is a saved area's code."""

    person: Id
    starts: Moment
    ends: Moment
    post: Line | None = None


class ShiftRemoved(Given):
    """Why it is taken out."""

    why: Line = ""


class ShiftReplaced(Given):
    """What holds instead; what is left out stays."""

    why: Line = ""
    person: Id | None = None
    starts: Moment | None = None
    ends: Moment | None = None


class OnShown(ShiftShown):
    """A shift with whose it is."""

    code: str
    name: str
    unit: str
    #: The calendar that tells of it; null: put in by hand. And whether it was changed since.
    calendar: str | None
    changed: bool


class ShiftEnd(Given):
    """When it ends; now, if left out."""

    at: Moment | None = None


@get(router, "", Verb.SEE, response=Page[UnitShown], summary="List units")
def list_units(request: ApiRequest, code: Line | None = None, cursor: Cursor = None, limit: Limit = 50) -> Any:
    known = units_for(request.auth) if code is None else units_for(request.auth).filter(code=code)
    return page(known, lambda unit: _unit(request, unit), cursor, limit, newest_first=False)


@post(router, "", Verb.KEEP_ROSTER, response={201: UnitShown}, summary="Make or change the unit of this code")
def keep(request: ApiRequest, given: UnitGiven) -> Any:
    unit = actions.keep_unit(
        request.auth,
        code=given.code,
        name=given.name,
        parent=_by_code("parent", units_for(request.auth), given.parent),
        area=_area(request.auth, "area", given.area),
        supervisor=chosen("supervisor", people_for(request.auth), given.supervisor),
        handling=given.handling,
    )
    return Status(201, _unit(request, unit))


@get(router, "/{int:unit_id}", Verb.SEE, response=UnitShown, summary="One unit")
def show_unit(request: ApiRequest, unit_id: int) -> Any:
    return _unit(request, found(units_for(request.auth), unit_id))


@get(shifts, "", Verb.SEE_PEOPLE, response=Page[ShiftShown], summary="List shifts")
def list_shifts(request: ApiRequest, person: Id | None = None, cursor: Cursor = None, limit: Limit = 50) -> Any:
    known = _shifts(request.auth) if person is None else _shifts(request.auth).filter(person=person)
    return page(known, lambda shift: _shift(request, shift), cursor, limit, newest_first=False)


@post(shifts, "", Verb.KEEP_ROSTER, response={201: ShiftShown}, summary="Put a person on shift")
def add(request: ApiRequest, given: ShiftGiven) -> Any:
    (person,) = all_chosen("person", people_for(request.auth), [given.person])
    area = _area(request.auth, "post", given.post)
    return Status(201, _shift(request, actions.add_shift(request.auth, person, given.starts, given.ends, area)))


@get(shifts, "/on", Verb.SEE_PEOPLE, response=Page[OnShown], summary="Who is on at any moment of a window")
def list_on(
    request: ApiRequest,
    at: Moment | None = None,
    to: Moment | None = None,
    unit: Line | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    """At `at` (now, if left out), or at any moment from then up to `to`; of `unit` and those below it."""
    known = on_during(request.auth, at or clock.now(), to, unit).order_by()
    return page(known, lambda shift: _on(request, shift), cursor, limit, newest_first=False)


@post(shifts, "/{int:shift_id}/remove", Verb.KEEP_SHIFTS, response={204: None}, summary="Take one shift out")
def remove(request: ApiRequest, shift_id: int, given: ShiftRemoved) -> Any:
    """Of a calendar it stays out when the calendar is read again."""
    actions.remove_shift(request.auth, found(_shifts(request.auth), shift_id), given.why)
    return Status(204, None)


@post(
    shifts,
    "/{int:shift_id}/replace",
    Verb.KEEP_SHIFTS,
    response=ShiftShown,
    summary="Move a shift, or let another stand in",
)
def replace(request: ApiRequest, shift_id: int, given: ShiftReplaced) -> Any:
    """Of a calendar it stays so when the calendar is read again."""
    whose = chosen("person", people_for(request.auth), given.person)
    shift = found(_shifts(request.auth), shift_id)
    kept = actions.replace_shift(request.auth, shift, given.why, person=whose, starts=given.starts, ends=given.ends)
    return _shift(request, kept)


@get(shifts, "/{int:shift_id}", Verb.SEE_PEOPLE, response=ShiftShown, summary="One shift")
def show_shift(request: ApiRequest, shift_id: int) -> Any:
    return _shift(request, found(_shifts(request.auth), shift_id))


@post(shifts, "/{int:shift_id}/end", Verb.KEEP_ROSTER, response={200: ShiftShown, 204: None}, summary="End a shift")
def end(request: ApiRequest, shift_id: int, given: ShiftEnd) -> Any:
    """A shift that has not begun by then is dropped: 204."""
    ended = actions.end_shift(request.auth, found(_shifts(request.auth), shift_id), given.at)
    return Status(204, None) if ended is None else Status(200, _shift(request, ended))


def _on(request: ApiRequest, shift: Shift) -> dict[str, Any]:
    return {
        **_shift(request, shift),
        "code": shift.person.code,
        "name": shift.person.name,
        "unit": shift.person.unit.code,
        "calendar": shift.calendar.name if shift.calendar is not None else None,
        "changed": shift.override_id is not None,
    }


def _shifts(actor: Actor) -> Any:
    return visible(actor, Shift.objects.select_related("person", "post"), Verb.SEE_PEOPLE, through="person")


def _by_code(field: str, records: Any, code: str | None) -> Any:
    if code is None:
        return None
    row = records.filter(code=code).first()
    if row is None:
        raise BadInput(field, f"there is no {code!r}, or none that you may see")
    return row


def _area(actor: Actor, field: str, code: str | None) -> SavedArea | None:
    area: SavedArea | None = _by_code(field, areas_for(actor), code)
    return area


def _unit(request: ApiRequest, unit: Unit) -> dict[str, Any]:
    see = request.auth
    return {
        **marks(unit),
        "code": unit.code,
        "name": unit.name,
        "parent": unit.parent.code if unit.parent and see.may(Verb.SEE, unit.parent) else None,
        "area": unit.area.code if unit.area and see.may(Verb.SEE, unit.area) else None,
        "supervisor": unit.supervisor_id if see.may(Verb.SEE_PEOPLE) else None,
    }


def _shift(request: ApiRequest, shift: Shift) -> dict[str, Any]:
    area = shift.post
    return {
        "id": shift.pk,
        "person": shift.person_id,
        "starts": shift.starts,
        "ends": shift.ends,
        "post": area.code if area and request.auth.may(Verb.SEE, area) else None,
    }
