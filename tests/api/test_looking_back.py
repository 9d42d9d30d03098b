"""Escalation, the reading of judgements and sources' records over the API: as on the pages, by the same policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import Caller, call_as, reported
from tests.warnings.good import EXPIRES, SENT
from vedette.access.handling import Tlp
from vedette.access.roles import Role
from vedette.clock import Frozen

pytestmark = pytest.mark.django_db


def judged(analyst: Caller, **more: Any) -> dict[str, Any]:
    """A threat that rests on the memo's first claim, and on an incident two days before."""
    report = reported(analyst).json()
    claims = [claim["id"] for claim in analyst.get("/claims", report=report["id"]).json()["items"]]
    when = (SENT - timedelta(days=2)).isoformat()
    happened = {"title": "A vehicle struck a person", "happened_from": when, "happened_to": when, "place": "the fence"}
    incident = analyst.post("/incidents", {**happened, "accounts": claims[:1]}).json()
    given = {
        "title": "Shooting at patrols",
        "target_group": "All agents",
        "place": "Fence line",
        "window_from": SENT.isoformat(),
        "window_to": EXPIRES.isoformat(),
        "trigger": incident["id"],
        "likelihood": 0.57,
        "confidence": "low",
        "claims_for": claims[:1],
    }
    answer = analyst.post("/threats", {**given, **more})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return {**found, "source": report["source"]}


def test_what_escalates_is_counted_of_a_group_as_far_as_the_reader_may_see(analyst: Caller, at_issue: Frozen) -> None:
    judged(analyst)
    at_issue.advance(minutes=1)
    found = analyst.get("/threats/escalation", group="all AGENTS", days=7).json()
    assert [line["periods"][-1]["count"] for line in (found["incidents"], found["threats"])] == [1, 1]
    assert found["threats"]["change"] == "too few to tell" and found["handling"] == "TLP:AMBER"
    assert [one["kind"] for one in found["order"]] == ["threat", "incident"]
    assert set(found["incidents"]["periods"][0]) == {"from", "to", "count"}
    outsider = call_as("outsider", Role.ANALYST, clearance=Tlp.GREEN)
    assert outsider.get("/threats/escalation").json()["order"] == []
    # That there is a threat against them at all is not told to whoever may not see it.
    hidden = outsider.get("/threats/escalation", group="All agents")
    assert (hidden.status_code, hidden.json()["field"]) == (422, "group")


@pytest.mark.parametrize(
    ("query", "field"),
    [({"group": "nobody"}, "group"), ({"area": "nowhere"}, "area"), ({"days": 0}, "days"), ({"days": 400}, "days")],
)
def test_what_cannot_be_asked_is_named(analyst: Caller, query: dict[str, Any], field: str) -> None:
    answer = analyst.get("/threats/escalation", **query)
    assert answer.status_code == 422 and field in answer.json()["field"]


def test_a_judgements_words_are_read_before_and_after_it_is_stored(analyst: Caller, officer: Caller) -> None:
    words = {"title": "They may shoot", "intent": "It is likely, with high confidence, that they will."}
    found = analyst.post("/threats/lint", words).json()
    assert sorted(one["rule"] for one in found) == ["J01", "J02", "J04"]
    (other,) = (one for one in found if one["rule"] == "J02")
    assert words["title"][other["start"] : other["end"]] == "may" and other["fix"]
    threat = judged(analyst, **words)
    stored = officer.get(f"/threats/{threat['id']}/lint").json()
    assert sorted(one["rule"] for one in stored) == ["J02", "J04"]
    assert officer.post("/threats/lint", words).status_code == 403
    assert officer.get("/threats/999/lint").status_code == 404


def test_a_sources_record_suggests_nothing_while_it_is_short(
    analyst: Caller, officer: Caller, at_issue: Frozen
) -> None:
    threat = judged(analyst)
    path = f"/sources/{threat['source']}/track"
    assert analyst.get(path).json()["turned"] == 0
    at_issue.advance(days=7)
    outcome = {"result": "did_not", "note": "Quiet."}
    assert officer.post(f"/threats/{threat['id']}/outcome", outcome).status_code in (200, 201)
    record = analyst.get(path).json()
    assert (record["turned"], record["borne_out"], record["suggested"], record["enough_at"]) == (1, 0, None, 8)
    assert record["threats"][0]["title"] == "Shooting at patrols" and record["interval"][0] == 0
    assert call_as("low", Role.ANALYST, clearance=Tlp.CLEAR).get(path).status_code == 404
