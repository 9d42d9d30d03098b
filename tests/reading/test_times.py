"""When: expressions to intervals against the publication date."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from vedette.reading import read
from vedette.reading.records import TimeMention

THURSDAY = date(2025, 12, 4)


def times(text: str, published: date | datetime | None = THURSDAY, zone: str = "UTC") -> list[TimeMention]:
    return [time for claim in read(text, published, zone=zone).claims for time in claim.times]


def only(text: str, published: date | datetime | None = THURSDAY, zone: str = "UTC") -> TimeMention:
    found = times(text, published, zone)
    assert len(found) == 1, [one.text for one in found]
    return found[0]


@pytest.mark.parametrize(
    ("sentence", "words", "value", "begin", "until"),
    [
        ("A man was shot on Tuesday.", "Tuesday", "2025-12-02", "2025-12-02", "2025-12-03"),
        ("They will march on Tuesday.", "Tuesday", "2025-12-09", "2025-12-09", "2025-12-10"),
        ("A memo was sent on Thursday.", "Thursday", "2025-12-04", "2025-12-04", "2025-12-05"),
        ("On Nov. 27 a car struck a man.", "Nov. 27", "2025-11-27", "2025-11-27", "2025-11-28"),
        ("A car struck a man on 27 November.", "27 November", "2025-11-27", "2025-11-27", "2025-11-28"),
        ("Shots were fired in October.", "October", "2025-10", "2025-10-01", "2025-11-01"),
        ("The search was on 2025-11-30.", "2025-11-30", "2025-11-30", "2025-11-30", "2025-12-01"),
        ("Shots were fired yesterday.", "yesterday", "2025-12-03", "2025-12-03", "2025-12-04"),
        ("Two days ago a man was shot.", "Two days ago", "2025-12-02", "2025-12-02", "2025-12-03"),
        ("It may happen this weekend.", "this weekend", "2025-W49-WE", "2025-12-06", "2025-12-08"),
        ("It is shut from 4 to 7 December.", "4 to 7 December", "2025-12-04/2025-12-07", "2025-12-04", "2025-12-08"),
        ("It came at 0530 on 3 December.", "0530 on 3 December", "2025-12-03T05:30", "2025-12-03", "2025-12-03"),
        ("The office was founded in 2019.", "2019", "2019", "2019-01-01", "2020-01-01"),
    ],
)  # fmt: skip
def test_days_and_months_resolve_against_the_publication_date(
    sentence: str, words: str, value: str, begin: str, until: str
) -> None:
    found = only(sentence)
    assert (found.text, found.value) == (words, value)
    assert found.begin is not None and found.begin.date().isoformat() == begin
    assert found.until is not None and found.until.date().isoformat() == until


def test_a_deadline_ends_at_its_hour_and_begins_at_publication() -> None:
    found = only("Agents must report by 18:00 Friday.")
    assert (found.text, found.value, found.role) == ("18:00 Friday", "2025-12-05T18:00", "deadline")
    assert found.begin == datetime(2025, 12, 4, tzinfo=UTC)
    assert found.until == datetime(2025, 12, 5, 18, tzinfo=UTC)


def test_a_clock_time_is_local_to_the_zone_unless_it_names_its_own() -> None:
    local = only("Agents must report by 18:00 Friday.", zone="America/Los_Angeles")
    named = only("Agents must report by 18:00 UTC Friday.", zone="America/Los_Angeles")
    assert local.until == datetime(2025, 12, 6, 2, tzinfo=UTC)
    assert named.until == datetime(2025, 12, 5, 18, tzinfo=UTC)


def test_the_next_few_days_are_vague_and_last_to_the_end_of_the_fourth_day() -> None:
    found = only("They may attack in the next few days.")
    assert (found.value, found.vague) == ("PXD", True)
    assert found.begin == datetime(2025, 12, 4, tzinfo=UTC)
    assert found.until == datetime(2025, 12, 9, tzinfo=UTC)
    assert found.alternatives[0].begin == datetime(2025, 12, 5, tzinfo=UTC)


def test_a_counted_window_runs_from_a_known_instant_and_else_from_the_end_of_the_day() -> None:
    known = only("They may attack within 48 hours.", datetime(2025, 12, 4, 9, tzinfo=UTC))
    assert (known.begin, known.until) == (datetime(2025, 12, 4, 9, tzinfo=UTC), datetime(2025, 12, 6, 9, tzinfo=UTC))
    day_only = only("They may attack within 48 hours.")
    assert (day_only.begin, day_only.until) == (
        datetime(2025, 12, 4, tzinfo=UTC), datetime(2025, 12, 7, tzinfo=UTC),
    )  # fmt: skip


def test_days_are_found_across_the_turn_of_the_year() -> None:
    assert only("A man was shot on Dec. 28.", date(2026, 1, 3)).value == "2025-12-28"
    assert only("They will march on Jan. 2.", date(2025, 12, 30)).value == "2026-01-02"
    assert only("Shots were fired in December.", date(2026, 1, 3)).value == "2025-12"
    assert only("They may attack in the next few days.", date(2025, 12, 30)).until == datetime(2026, 1, 4, tzinfo=UTC)


def test_a_named_weekday_settles_the_year() -> None:
    assert only("It was on Thursday, 4 December.", date(2026, 6, 1)).value == "2025-12-04"


def test_a_date_in_figures_that_could_be_read_two_ways_gives_both_readings() -> None:
    found = only("The order was given on 4/5/2025.", date(2025, 4, 10))
    assert {found.value, *(other.value for other in found.alternatives)} == {"2025-04-05", "2025-05-04"}
    assert only("The order was given on 25/4/2025.", date(2025, 4, 30)).alternatives == ()


def test_a_bare_weekday_gives_the_other_direction_as_the_alternative() -> None:
    found = only("A man was shot on Tuesday.")
    assert [other.value for other in found.alternatives] == ["2025-12-09"]


def test_a_month_earlier_counts_from_the_date_named_before() -> None:
    found = times("On 27 November a car struck a man. A month earlier another group fired.")
    assert (found[1].value, found[1].vague) == ("2025-10", True)


def test_a_window_between_two_clock_times_may_pass_midnight() -> None:
    found = only("Patrols are paired from 18:00 until 06:00.")
    assert (found.begin, found.until) == (datetime(2025, 12, 4, 18, tzinfo=UTC), datetime(2025, 12, 5, 6, tzinfo=UTC))


def test_a_military_date_time_group_is_an_instant() -> None:
    assert only("It was sent 041800ZDEC25.").begin == datetime(2025, 12, 4, 18, tzinfo=UTC)


def test_words_that_only_look_like_times_are_left_alone() -> None:
    assert times("Agents may march in the sun every Friday with Dr. April Roe.") == []
    assert times("The 31 February order cost 12.50 and took 99:99 of it.") == []


def test_without_a_publication_date_relative_times_stay_open_and_full_dates_do_not() -> None:
    assert only("They may attack in the next few days.", None).begin is None
    assert only("They may attack on 8 December 2025.", None).begin == datetime(2025, 12, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ("DATE: Thursday, 4 December 2025", date(2025, 12, 4)),
        ("Published: Dec. 4, 2025", date(2025, 12, 4)),
        ("DTG: 041800ZDEC25", datetime(2025, 12, 4, 18, tzinfo=UTC)),
        ("SAN DIEGO, Dec. 5, 2025 - Agents were warned of a shooting.", date(2025, 12, 5)),
        ("4 December 2025", date(2025, 12, 4)),
        ("DATE: Thursday", None),
    ],
)
def test_the_publication_date_is_found_in_the_head_of_the_text(head: str, published: date | datetime | None) -> None:
    assert read(f"{head}\n\nAgents were told to stay vigilant in the next few days.").published == published


@pytest.mark.timeout(60)
@pytest.mark.parametrize("words", ["the night of ", "overnight on ", "the week of the "])
def test_times_within_times_without_end_cost_no_more_than_other_words(words: str) -> None:
    assert read(words * 8_000, THURSDAY).claims
