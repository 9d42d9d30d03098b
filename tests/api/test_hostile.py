"""Hostile input to every operation that takes a body or a query: one clear error, never a broken house."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.access.roster import AUDIENCE
from tests.api.conftest import Caller, call_as, content, issued, reported
from tests.api.test_doors import BODIES, JUDGED
from tests.warnings.good import FENCE_LINE
from vedette.access.roles import Role
from vedette.people.models import Person
from vedette.web.api.root import api

pytestmark = pytest.mark.django_db

VALUES: tuple[Any, ...] = (
    None,
    True,
    "",
    " ",
    0,
    -1,
    1.5,
    1e308,
    10**30,
    -(2**63) - 1,
    [],
    {},
    [[]],
    {"a": {"b": []}},
    "x" * 9_000,
    "a\nb\tc",
    "\u202e\u0007",
    "\U0001f600" * 50,
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999-23:59",
    "2025-12-04T16:00:00",
    "'; DROP TABLE people; --",
    "../../etc/passwd",
    ["1", "1"],
    [1, 1, 999_999],
    {"type": "Polygon", "coordinates": [[[1e400, 0]]]},
)

#: A sound body for each operation that creates something; those of moves are in test_doors.
CREATING: dict[str, Any] = {
    "/sources": {"handle": "desk", "descriptor": "d", "handling": "TLP:GREEN", "need_to_know": None},
    "/incidents": {**BODIES["/incidents/{incident_id}"], "lat": 32.5, "lon": -117.0, "precision_m": 5, "accounts": [1]},
    "/threats": {**JUDGED, "area": FENCE_LINE, "actor": None, "trigger": None, "claims_against": [], "handling": None},
    "/threat-actors": {"name": "n", "descriptor": "d", "handling": "TLP:GREEN"},
    "/warnings": {"content": content(), "audience": AUDIENCE, "plan": None, "citations": {"event": [1]}, "report": 1},
    "/people": {"code": "c", "name": "n", "unit": "san-diego", "duties": [], "language": "en", "handling": "TLP:GREEN"},
    "/units": {"code": "c", "name": "n", "parent": "san-diego", "area": None, "supervisor": 1},
    "/shifts": {"person": 1, "starts": "2025-12-04T16:00:00Z", "ends": "2025-12-04T18:00:00Z", "post": None},
    "/devices": {"person": 1, "kind": "traccar", "name": "n", "certificate": ""},
    "/positions/check-in": {"lat": 32.5, "lon": -117, "accuracy_m": 5, "fixed_at": "2025-12-04T15:00:00Z"},
    "/positions": [
        {"person": "ex-san-diego", "lat": 32.5, "lon": -117, "accuracy_m": 5, "fixed_at": "2025-12-04T15:00:00Z"}
    ],
}
SOUND = {**CREATING, **BODIES}


def spoiled(body: Any, every: int) -> Iterator[Any]:
    """Hostile values instead of `body` and instead of each of its parts; of every few values one, taken in turn."""
    yield from VALUES
    for turn, path in enumerate(_paths(body)):
        for value in VALUES[turn % every :: every]:
            changed = copy.deepcopy(body)
            part = changed
            for step in path[:-1]:
                part = part[step]
            part[path[-1]] = value
            yield changed


def _paths(body: Any, under: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for step, part in steps:
        yield (*under, step)
        # A point or two of a geometry stand for all of them.
        if len(under) < 4 and not (isinstance(step, int) and step > 1):
            yield from _paths(part, (*under, step))


@pytest.fixture
def caller(roster: dict[str, Person]) -> Caller:
    """Somebody who may do everything, in a house with one of each thing."""
    everybody, other = call_as("everybody", *Role), call_as("other", *Role)
    report = reported(everybody).json()
    claims = [claim["id"] for claim in everybody.get("/claims", report=report["id"]).json()["items"]]
    everybody.post("/incidents", {**BODIES["/incidents/{incident_id}"], "accounts": claims[:1]})
    everybody.post("/threats", {**JUDGED, "claims_for": claims[:1]})
    everybody.post("/shifts", {**CREATING["/shifts"], "person": roster["san-diego"].pk})
    issued(everybody, other)
    return everybody


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.long), 4])
@pytest.mark.parametrize("path", SOUND)
def test_no_body_breaks_the_house(caller: Caller, path: str, every: int) -> None:
    at = "/".join("1" if part.startswith("{") else part for part in path.split("/"))
    for body in spoiled(SOUND[path], every):
        answer = caller.raw(at, json.dumps(body).encode())
        assert answer.status_code < 500, (path, body)
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"


def test_no_form_breaks_the_house(caller: Caller) -> None:
    for field in ("source", "handling", "title", "published", "need_to_know"):
        for value in (*VALUES, "a\x00b"):
            if value is not None:
                answer = reported(caller, f"words {value}".encode(), **{field: str(value)})
                assert answer.status_code < 500, (field, value)


def test_no_query_breaks_the_house(caller: Caller) -> None:
    asked = 0
    for path, methods in api.get_openapi_schema(path_prefix="/")["paths"].items():
        for told in methods.get("get", {}).get("parameters", ()):
            for value in (*VALUES, "a\x00b", b"\xed\xa0\x80") if told["in"] == "query" else ():
                given = value if isinstance(value, bytes) else str(value)
                answer = caller.get(path.replace("{report_id}", "1"), **{told["name"]: given})
                assert answer.status_code < 500, (path, told["name"], value)
                asked += 1
    assert asked > 500
