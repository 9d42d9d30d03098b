"""The draft that a report proposes: every field cited, nothing invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from vedette.reading import Reading, read
from vedette.reading.rendering import DRAFT_FIELDS

ReadingOf = Callable[[str], Reading]
ZONE = "America/Los_Angeles"


@pytest.mark.parametrize("published", [date(2025, 12, 4), None], ids=["date given", "date found"])
def test_the_demo_memo_fills_every_field_of_the_draft(reports: Path, published: date | None) -> None:
    reading = read((reports / "memo.txt").read_text(encoding="utf-8"), published, zone=ZONE)
    assert reading.published == date(2025, 12, 4)
    draft = {name: getattr(reading.draft, name) for name in DRAFT_FIELDS}
    assert [name for name, field in draft.items() if field.value is None or not field.claims] == []
    assert draft["hazard"].value == "Possible shooting attack on agents in the San Diego sector"
    assert draft["source"].value == "San Diego Sector Intelligence Unit"
    assert draft["target_group"].value == "All agents, San Diego sector, regardless of duty assignment"
    assert draft["area"].value == "San Diego sector"
    assert draft["onset"].value == "2025-12-04T00:00:00-08:00"
    assert draft["expires"].value == "2025-12-09T00:00:00-08:00"
    assert draft["instruction"].value.count("\n- ") == 4
    assert draft["trigger"].value == "On 27 November an agent's vehicle struck a person near Chula Vista."


def test_the_demo_memo_ties_the_order_to_the_incident_it_names(reports: Path) -> None:
    text = (reports / "memo.txt").read_text(encoding="utf-8")
    claims = {claim.id: claim for claim in read(text).claims}
    order = next(claim for claim in claims.values() if "told members to shoot" in text[claim.start : claim.end])
    assert order.responds_to is not None
    incident = claims[order.responds_to]
    assert "27 November" in text[incident.start : incident.end]
    assert [event.kind for event in incident.events] == ["vehicle_collision"]


def test_the_demo_news_item_says_whose_words_it_hands_on(reports: Path) -> None:
    text = (reports / "news.txt").read_text(encoding="utf-8")
    reading = read(text, zone=ZONE)
    assert reading.published == date(2025, 12, 5)
    order = next(claim for claim in reading.claims if "told members to shoot" in text[claim.start : claim.end])
    assert [link.kind for link in order.attribution] == ["outlet", "document", "anonymous"]
    assert reading.draft.target_group.value == "all agents, regardless of duty assignment"
    assert reading.draft.area.value == "San Diego sector"
    assert reading.draft.trigger.value is not None and reading.draft.trigger.value.startswith("On Nov. 27")


@pytest.mark.parametrize("name", ["memo.txt", "news.txt"])
def test_the_demo_reports_are_marked_as_exercise_at_both_ends(reports: Path, name: str) -> None:
    lines = (reports / name).read_text(encoding="utf-8").strip().splitlines()
    assert lines[0].startswith("EXERCISE") and lines[-1].startswith("EXERCISE")


def test_a_report_without_danger_proposes_nothing_and_says_why(reading_of: ReadingOf) -> None:
    draft = reading_of("The canteen in Tijuana was painted on Monday. It is blue now.").draft
    assert draft.hazard.value is None and draft.hazard.why == "no claim tells of a danger that lies ahead"
    assert draft.instruction.value is None and draft.trigger.value is None and draft.expires.value is None


def test_a_denied_or_doubted_danger_is_no_hazard(reading_of: ReadingOf) -> None:
    assert reading_of("The group will not attack agents.").draft.hazard.value is None
    assert reading_of("An attack on agents is unlikely next week.").draft.hazard.value is None


def test_what_is_past_is_no_hazard(reading_of: ReadingOf) -> None:
    assert reading_of("A man shot at agents near Chula Vista on Monday.").draft.hazard.value is None


def test_order_alone_makes_no_trigger(reading_of: ReadingOf) -> None:
    draft = reading_of("A car struck a man on Monday. The group may shoot at agents.").draft
    assert draft.trigger.value is None and "no words tie" in draft.trigger.why


def test_an_incident_named_in_the_threats_own_sentence_is_the_trigger(reading_of: ReadingOf) -> None:
    draft = reading_of(
        "The memo says leaders instructed members to shoot at agents as retaliation for a Nov. 27 incident near Chula "
        "Vista in which a vehicle struck a person."
    ).draft
    assert draft.trigger.value == "a Nov. 27 incident near Chula Vista in which a vehicle struck a person"


def test_an_instruction_stands_without_the_quotation_marks_around_it(reading_of: ReadingOf) -> None:
    draft = reading_of("“All agents, regardless of duty assignment, should remain vigilant,” the memo says.").draft
    assert draft.instruction.value == "All agents, regardless of duty assignment, should remain vigilant"
    assert draft.target_group.value == "All agents, regardless of duty assignment"


def test_the_time_somebody_spoke_is_not_when_the_danger_is(reading_of: ReadingOf) -> None:
    draft = reading_of("The office said Wednesday that the group may shoot at agents on Saturday.").draft
    assert draft.onset.value is not None and draft.onset.value.startswith("2025-12-06")


def test_an_actors_order_to_its_members_is_no_instruction(reading_of: ReadingOf) -> None:
    assert reading_of("Leaders told members to shoot at agents.").draft.instruction.value is None


def test_an_instruction_keeps_its_addressee(reading_of: ReadingOf) -> None:
    text = "All agents in the northern sector must wear body armour until Friday."
    (claim,) = reading_of(text).claims
    assert claim.instruction is not None and claim.instruction.addressee is not None
    addressee = claim.instruction.addressee
    assert text[addressee.start : addressee.end] == "All agents in the northern sector"


def test_without_a_publication_date_the_window_stays_empty_with_the_reason() -> None:
    draft = read("The group may shoot at agents in the next few days.").draft
    assert draft.onset.value is None and "publication date" in draft.onset.why


def test_the_window_is_derived_from_the_words_it_cites() -> None:
    text = "The group may shoot at agents within 48 hours."
    draft = read(text, datetime(2025, 12, 4, 9, 30, tzinfo=UTC)).draft
    assert (draft.onset.value, draft.expires.value) == ("2025-12-04T09:30:00+00:00", "2025-12-06T09:30:00+00:00")
    assert text[draft.expires.start : draft.expires.end] == "within 48 hours"


def test_a_reading_has_the_shape_that_scripts_rely_on(reports: Path) -> None:
    reading = read((reports / "memo.txt").read_text(encoding="utf-8"), zone=ZONE).as_json()
    assert set(reading) == {"report", "claims", "draft"}
    assert set(reading["report"]) == {"sha256", "published", "text"} and reading["report"]["published"] == "2025-12-04"
    needed = {"id", "start", "end", "quote", "attribution", "certainty", "polarity", "modality", "cues", "times",
              "places", "events", "responds_to"}  # fmt: skip
    for claim in reading["claims"]:
        assert needed <= set(claim)
        for link in claim["attribution"]:
            assert set(link) == {"speaker", "kind", "verb", "start", "end", "inferred"}
        for time in claim["times"]:
            assert {"start", "end", "text", "value", "from", "to", "vague", "alternatives"} <= set(time)
        for place in claim["places"]:
            assert set(place) == {"start", "end", "text", "candidates"}
            assert set(place["candidates"][0]) == {"name", "lat", "lon", "kind", "country", "score"}
        for event in claim["events"]:
            assert set(event) == {"kind", "trigger", "actor", "target"}
    assert list(reading["draft"]) == list(DRAFT_FIELDS)
