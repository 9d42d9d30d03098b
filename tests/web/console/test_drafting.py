"""The composer's form, both ways."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from tests.warnings.good import GOOD
from vedette.people.rule import AudienceRule
from vedette.warnings.content import Content
from vedette.warnings.plans import ROUTINE
from vedette.web.console import drafting

ZONE = ZoneInfo("America/Los_Angeles")
PLANS = {ROUTINE.name: ROUTINE}
RULE: dict[str, Any] = {
    "terms": [
        {"link": "unit", "units": ["san-diego"], "duties": ["rider"]},
        {"link": "shift", "lead_minutes": 30, "duties": ["rider"]},
    ],
    "exclude": ["ex-00007"],
    "maybe": "include",
    "maybe_cap": 0.25,
}


def form(content: dict[str, Any], audience: dict[str, Any], **changed: str | list[str]) -> QueryDict:
    """What a browser sends when the form shows these and somebody changes some of it."""
    shown = drafting.show(content, audience, ROUTINE.model_dump(mode="json"), ZONE)
    rule = shown.pop("audience")
    sent: dict[str, Any] = {name: value for name, value in shown.items() if not name.startswith("area_")}
    sent |= {"area.description": shown["area_description"], "area.geometry": shown["area_geometry"]}
    for place, term in enumerate(rule.pop("further")):
        sent |= {f"audience.further.{place}.{name}": value for name, value in term.items()}
    sent |= {f"audience.{name}": value for name, value in rule.items()} | {"audience.link": rule["links"]} | changed
    posted = QueryDict(mutable=True)
    for name, value in sent.items():
        posted.setlist(name, [str(one) for one in value] if isinstance(value, list) else [str(value)])
    return posted


def read(posted: QueryDict) -> drafting.Parts:
    return drafting.read(posted, ZONE, {"fence": GOOD.area.geometry}, PLANS)


def test_what_the_form_shows_it_reads_back_unchanged() -> None:
    parts = read(form(GOOD.model_dump(mode="json"), RULE))
    assert drafting.faults(parts) == {}
    assert Content.model_validate(parts.content) == GOOD
    assert AudienceRule.model_validate(parts.audience) == AudienceRule.model_validate(RULE)
    assert parts.plan == ROUTINE.model_dump(mode="json")


def test_in_the_hour_that_comes_twice_a_form_sent_unchanged_changes_nothing() -> None:
    earlier, later = "2026-11-01T08:30:20+00:00", "2026-11-01T09:30:20+00:00"
    assert drafting.show_moment(earlier, ZONE) == drafting.show_moment(later, ZONE) == "2026-11-01T01:30"
    for stored in (earlier, later):
        content = GOOD.model_dump(mode="json") | {"onset": stored, "expires": stored}
        parts = drafting.read(form(content, RULE), ZONE, {}, PLANS, stored=content)
        assert (parts.content["onset"], parts.content["expires"]) == (stored, stored)


def test_a_new_time_in_the_hour_that_comes_twice_begins_at_the_earlier_and_ends_at_the_later() -> None:
    content = read(
        form(GOOD.model_dump(mode="json"), RULE, onset="2026-11-01T01:30", expires="2026-11-01T01:30")
    ).content
    assert (content["onset"], content["expires"]) == ("2026-11-01T01:30:00-07:00", "2026-11-01T01:30:00-08:00")


def test_a_time_that_the_clocks_go_over_in_spring_is_refused() -> None:
    parts = read(form(GOOD.model_dump(mode="json"), RULE, expires="2027-03-14T02:30"))
    assert drafting.faults(parts)["expires"].startswith("there is no 02:30 on 2027-03-14: the clocks go forward")


def test_ways_with_units_and_duties_of_their_own_are_shown_one_by_one_and_read_back() -> None:
    rule = {"terms": [{"link": "shift", "units": ["jamul"]}, {"link": "unit", "units": ["campo"], "duties": ["medic"]}]}
    shown = drafting.show(GOOD.model_dump(mode="json"), rule, None, ZONE)
    assert [term["link"] for term in shown["audience"]["further"]] == ["shift", "unit"]
    parts = read(form(GOOD.model_dump(mode="json"), rule))
    assert AudienceRule.model_validate(parts.audience) == AudienceRule.model_validate(rule)


def test_times_are_read_in_the_organisation_s_zone() -> None:
    parts = read(form(GOOD.model_dump(mode="json"), RULE, expires="2025-12-07T06:00"))
    assert Content.model_validate(parts.content).expires == datetime(2025, 12, 7, 14, 0, tzinfo=UTC)


def test_a_saved_area_takes_the_place_of_what_was_drawn() -> None:
    parts = read(form(GOOD.model_dump(mode="json"), RULE, **{"area.saved": "fence", "area.geometry": ""}))
    assert parts.content["area"]["geometry"] == GOOD.area.geometry


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"event": ""}, "event"),
        ({"headline": "x" * 161}, "headline"),
        ({"severity": ""}, "severity"),
        ({"expires": ""}, "expires"),
        ({"expires": "soon"}, "expires"),
        ({"area.geometry": ""}, "area.geometry"),
        ({"area.geometry": "{not json"}, "area.geometry"),
        ({"area.geometry": '{"type": "Point", "coordinates": [0, 0]}'}, "area.geometry"),
        ({"area.description": ""}, "area.description"),
        ({"area.saved": "nowhere"}, "area.geometry"),
        ({"audience.link": []}, "audience"),
        ({"audience.rule": "[1"}, "audience"),
        ({"audience.maybe_cap": "half"}, "audience"),
        ({"plan": "by pigeon"}, "plan"),
    ],
)
def test_each_thing_that_cannot_stand_is_told_at_its_field(changed: dict[str, Any], field: str) -> None:
    assert list(drafting.faults(read(form(GOOD.model_dump(mode="json"), RULE, **changed)))) == [field]


def test_several_faults_are_told_together() -> None:
    parts = read(form(GOOD.model_dump(mode="json"), RULE, event="", urgency="", **{"area.geometry": ""}))
    assert set(drafting.faults(parts)) == {"event", "urgency", "area.geometry"}


def test_an_empty_form_shows_no_judgement_made() -> None:
    shown = drafting.show({}, {}, None, ZONE)
    assert [shown[name] for name in drafting.JUDGED] == ["", "", ""]
