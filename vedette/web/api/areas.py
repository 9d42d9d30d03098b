"""/areas: ground with a name of its own, and who is told of people there who stay silent."""

from __future__ import annotations

from typing import Any

from ninja import Router, Status

from vedette.access.handling import Tlp
from vedette.access.roles import Verb
from vedette.formats.parts import Line
from vedette.people import actions
from vedette.people.models import SavedArea
from vedette.people.queries import areas_for, people_for
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import Given, Id, Marked, chosen, marks

router = Router(tags=["areas"])


class AreaShown(Marked):
    """A saved area, as GeoJSON in lon/lat; warden and alternate only for those who may see people."""

    code: str
    name: str
    geometry: dict[str, Any]
    warden: int | None
    alternate: int | None


class AreaGiven(Given):
    """An area to make or to redraw, by code; its handling and its wardens stay."""

    code: Line
    name: Line
    geometry: dict[str, Any]
    handling: Tlp | None = None


class WardensGiven(Given):
    """Who is told of the silent of an area, and who if that one cannot be; null is nobody."""

    warden: Id | None
    alternate: Id | None


@get(router, "", Verb.SEE, response=Page[AreaShown], summary="List saved areas")
def list_areas(request: ApiRequest, code: Line | None = None, cursor: Cursor = None, limit: Limit = 50) -> Any:
    known = areas_for(request.auth) if code is None else areas_for(request.auth).filter(code=code)
    return page(known, lambda area: _area(request, area), cursor, limit, newest_first=False)


@post(router, "", Verb.KEEP_ROSTER, response={201: AreaShown}, summary="Make or redraw the area of this code")
def keep(request: ApiRequest, given: AreaGiven) -> Any:
    area = actions.keep_area(
        request.auth, code=given.code, name=given.name, geometry=given.geometry, handling=given.handling
    )
    return Status(201, _area(request, area))


@get(router, "/{int:area_id}", Verb.SEE, response=AreaShown, summary="One area")
def show_area(request: ApiRequest, area_id: int) -> Any:
    return _area(request, found(areas_for(request.auth), area_id))


@post(router, "/{int:area_id}/wardens", Verb.KEEP_ROSTER, response=AreaShown, summary="Name its warden and alternate")
def wardens(request: ApiRequest, area_id: int, given: WardensGiven) -> Any:
    area = actions.set_wardens(
        request.auth,
        found(areas_for(request.auth), area_id),
        chosen("warden", people_for(request.auth), given.warden),
        chosen("alternate", people_for(request.auth), given.alternate),
    )
    return _area(request, area)


def _area(request: ApiRequest, area: SavedArea) -> dict[str, Any]:
    sees = request.auth.may(Verb.SEE_PEOPLE)
    return {
        **marks(area),
        "code": area.code,
        "name": area.name,
        "geometry": area.geometry,
        "warden": area.warden_id if sees else None,
        "alternate": area.alternate_id if sees else None,
    }
