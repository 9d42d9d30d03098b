"""/sources: where reports come from, and how reliable they have been."""

from __future__ import annotations

from typing import Any

from ninja import Router, Status

from vedette.access.handling import Tlp
from vedette.access.roles import Verb
from vedette.formats.parts import Line, Prose
from vedette.reports.actions import grade_source, keep_source
from vedette.reports.models import Source
from vedette.reports.queries import source_standing, sources_for
from vedette.threats.told_track import told
from vedette.threats.track import track_of
from vedette.web.api.claims import GradeGiven, GradeShown, grades
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import Given, Marked, NeedToKnow, Shown, marks

router = Router(tags=["sources"])


class SourceShown(Marked):
    """A source: a handle and a descriptor, not an identity."""

    handle: str
    descriptor: str
    reliability: list[GradeShown]


class TurnedShown(Shown):
    """One threat that cites the source, and whether its outcome bears the source out."""

    threat: int
    title: str
    result: str
    set_at: str
    borne_out: bool


class TrackShown(Shown):
    """What later outcomes say of a source. It suggests; a person sets its grade."""

    turned: int
    borne_out: int
    interval: tuple[float, float] | None
    enough_at: int
    suggested: str | None
    threats: list[TurnedShown]


class SourceGiven(Given):
    """A source to make, or to describe anew; marks left out stay, and none is lowered."""

    handle: Line
    descriptor: Prose = ""
    handling: Tlp | None = None
    need_to_know: NeedToKnow | None = None


@get(router, "", Verb.SEE, response=Page[SourceShown], summary="List sources")
def list_sources(request: ApiRequest, cursor: Cursor = None, limit: Limit = 50) -> Any:
    return page(sources_for(request.auth).prefetch_related("grades"), _show, cursor, limit)


@post(router, "", Verb.REPORT, response={201: SourceShown}, summary="Make a source, or describe it anew")
def keep(request: ApiRequest, given: SourceGiven) -> Any:
    kept = keep_source(
        request.auth, given.handle, given.descriptor, handling=given.handling, need_to_know=given.need_to_know
    )
    return Status(201, _show(kept))


@get(router, "/{int:source_id}", Verb.SEE, response=SourceShown, summary="One source")
def show_source(request: ApiRequest, source_id: int) -> Any:
    return _show(found(sources_for(request.auth), source_id))


@get(router, "/{int:source_id}/track", Verb.SEE, response=TrackShown, summary="What later outcomes say of it")
def show_track(request: ApiRequest, source_id: int) -> Any:
    return told(track_of(request.auth, found(sources_for(request.auth), source_id)))


@post(router, "/{int:source_id}/grades", Verb.GRADE, response={201: SourceShown}, summary="Judge its reliability, A-F")
def grade(request: ApiRequest, source_id: int, given: GradeGiven) -> Any:
    source = found(sources_for(request.auth), source_id)
    grade_source(request.auth, source, given.value, given.reason)
    return Status(201, _show(source))


def _show(source: Source) -> dict[str, Any]:
    return {
        **marks(source),
        "handle": source.handle,
        "descriptor": source.descriptor,
        "reliability": grades(source_standing(source)),
    }
