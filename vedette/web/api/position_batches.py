"""Sound batches of fixes, quickly: what the front takes of `POST /api/v1/positions`, many requests in one transaction.

Whatever is not plainly sound, or not plainly allowed, is left to the API itself, which says what is wrong: there is one
wording of every refusal, and one place where it is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models.expressions import RawSQL

from vedette.access.actors import actor_of_token
from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.formats.parts import EARLIEST, LATEST, BadInput
from vedette.people.positions import Fix, FixOutcome, record_positions
from vedette.people.queries import people_for

#: Fixes in one batch at most.
MOST_FIXES = 1_000
#: The id of no person.
NOBODY = 0
_KEYS = {"person", "lat", "lon", "accuracy_m", "fixed_at"}


@dataclass(frozen=True, slots=True)
class Batch:
    """A sound batch, and the bearer token it came with."""

    token: str
    codes: list[str]
    #: Of each fix lat, lon, accuracy and time.
    fixes: list[tuple[float, float, float, datetime]]


def read_batch(token: str, body: bytes) -> Batch | None:
    """The batch in a body; None if anything about it is odd."""
    try:
        given = orjson.loads(body)
        if not isinstance(given, list) or len(given) > MOST_FIXES:
            return None
        return Batch(token, [_code(one) for one in given], [_fix(one) for one in given])
    except (ValueError, TypeError, KeyError):
        return None


def record_batches(batches: Sequence[Batch]) -> list[bytes | None]:
    """Store many batches in one transaction; the API's answer to each, or None where the API itself must answer."""
    actors = {token: _allowed(token) for token in {batch.token for batch in batches}}
    known = {
        token: _ids(actor, {code for batch in batches if batch.token == token for code in batch.codes})
        for token, actor in actors.items()
        if actor is not None
    }
    allowed = [batch for batch in batches if batch.token in known]
    outcomes = iter(_taken([_fixes(batch, known[batch.token]) for batch in allowed]))
    return [_answer(batch, next(outcomes)) if batch.token in known else None for batch in batches]


def _taken(batches: Sequence[list[Fix]]) -> Iterable[list[FixOutcome] | None]:
    """What became of the fixes of each batch; None where one of them cannot be a fix."""
    try:
        outcomes = record_positions([fix for batch in batches for fix in batch])
    except BadInput:
        if len(batches) == 1:
            return [None]
        # One of them spoils it for all: each on its own.
        return [found for batch in batches for found in _taken([batch])]
    ends = [0]
    for batch in batches:
        ends.append(ends[-1] + len(batch))
    return [outcomes[ends[at] : ends[at + 1]] for at in range(len(batches))]


def _answer(batch: Batch, outcomes: list[FixOutcome] | None) -> bytes | None:
    if outcomes is None:
        return None
    items = [{"person": code, "outcome": one.value} for code, one in zip(batch.codes, outcomes, strict=True)]
    return orjson.dumps({"kept": outcomes.count(FixOutcome.KEPT), "items": items})


def _allowed(token: str) -> Actor | None:
    actor = actor_of_token(token)
    return actor if actor is not None and actor.may(Verb.KEEP_ROSTER) else None


def _ids(actor: Actor, codes: set[str]) -> dict[str, int]:
    """The people whom the actor may see by code; the codes are one parameter, for the ORM looks at each one of many."""
    if connection.vendor == "sqlite":
        asked = RawSQL("SELECT value FROM json_each(%s)", [orjson.dumps(list(codes)).decode()])
    else:
        asked = RawSQL("SELECT unnest(%s::text[])", [list(codes)])
    return dict(people_for(actor).order_by().filter(code__in=asked).values_list("code", "pk"))


def _fixes(batch: Batch, ids: dict[str, int]) -> list[Fix]:
    return [Fix(ids.get(code, NOBODY), *fix) for code, fix in zip(batch.codes, batch.fixes, strict=True)]


def _code(given: Any) -> str:
    code = given["person"]
    if type(code) is not str or len(code) > 300 or not code.isprintable() or code != code.strip():
        raise ValueError
    return code


def _fix(given: dict[str, Any]) -> tuple[float, float, float, datetime]:
    lat, lon, accuracy, moment = given["lat"], given["lon"], given["accuracy_m"], given["fixed_at"]
    if given.keys() != _KEYS or {type(lat), type(lon), type(accuracy)} - {int, float} or type(moment) is not str:
        raise ValueError
    fixed_at = datetime.fromisoformat(moment)
    if fixed_at.tzinfo is None or not EARLIEST <= fixed_at < LATEST:
        raise ValueError
    return float(lat), float(lon), float(accuracy), fixed_at
