"""/people/held: who is said to have left or moved, among so many that a person must confirm it."""

from __future__ import annotations

from typing import Any

from ninja import Router

from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, Line
from vedette.people.models import HeldMove
from vedette.people.moving import held_moves_for, settle_moves
from vedette.people.shrinking import held_for, settle_leavers
from vedette.web.api.doors import ApiRequest, get, post
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import Given, Shown, When

router = Router(tags=["people"])


class HeldShown(Shown):
    """Somebody who is said to have left, and is warned until a person confirms it."""

    code: str
    name: str
    unit: str
    source: str
    #: Whether they are erased once it is confirmed.
    erase: bool
    at: When


class HeldMoveShown(Shown):
    """Somebody who is said to belong elsewhere, and stays until a person confirms it."""

    code: str
    name: str
    unit: str
    #: Where they are said to belong; their unit, where they would lose duties alone.
    to: str
    duties_lost: list[str]
    source: str
    at: When


class MovesGiven(Given):
    """People who are held where they are, or all of them; and whether they have moved."""

    codes: tuple[Line, ...] | None = None
    everybody: bool = False
    moved: bool


class SettledGiven(Given):
    """People who are held, and whether they have left."""

    codes: tuple[Line, ...]
    left: bool


class SettledShown(Shown):
    """How many were settled."""

    settled: int


@get(
    router, "/held", Verb.SEE_PEOPLE, response=list[HeldShown], summary="Who is said to have left, and waits for a word"
)
def list_held(request: ApiRequest) -> Any:
    return [
        {
            "code": row.person.code,
            "name": row.person.name,
            "unit": row.person.unit.code,
            "source": row.source,
            "erase": row.erase,
            "at": row.at,
        }
        for row in held_for(request.auth)
    ]


@post(router, "/settle", Verb.KEEP_ROSTER, response=SettledShown, summary="Say of held people whether they have left")
def settle(request: ApiRequest, given: SettledGiven) -> Any:
    return {"settled": settle_leavers(request.auth, given.codes, left=given.left)}


@get(
    router,
    "/held-moves",
    Verb.SEE_PEOPLE,
    response=Page[HeldMoveShown],
    summary="Who is said to belong elsewhere, and waits for a word",
)
def list_moves(request: ApiRequest, cursor: Cursor = None, limit: Limit = 50) -> Any:
    return page(held_moves_for(request.auth), _move, cursor, limit, newest_first=False)


@post(
    router,
    "/settle-moves",
    Verb.KEEP_ROSTER,
    response=SettledShown,
    summary="Say of people who are held where they are whether they have moved",
)
def settle_their_moves(request: ApiRequest, given: MovesGiven) -> Any:
    if given.everybody is (given.codes is not None):
        raise BadInput("codes", "give the codes of some, or everybody: true")
    return {"settled": settle_moves(request.auth, given.codes, moved=given.moved)}


def _move(row: HeldMove) -> dict[str, Any]:
    return {
        "code": row.person.code,
        "name": row.person.name,
        "unit": row.person.unit.code,
        "to": row.unit.code,
        "duties_lost": sorted(duty.code for duty in row.duties_lost.all()),
        "source": row.source,
        "at": row.at,
    }
