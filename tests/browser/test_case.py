"""The whole case of the example through the pages, and how long it would take people."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.browser.case_story import STEPS, walk
from tests.browser.house import House
from vedette.demo import texts

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(300)]


def test_the_whole_case_is_entered_through_the_pages_in_under_ten_minutes_at_a_persons_pace(house: House) -> None:
    """A report is pasted, its claims accepted and graded; the incident gets accounts that contradict each other, a
    video and three inquiries; a threat is judged with the organisation behind it and weighed against what else it could
    be; an officer decides to warn; a warning is drafted from it.

    Not timed, which would measure this machine, but counted as `hand.py` says: 2 s for each thing found and used,
    typing at 40 words a minute, 1 s a key that acts at once, and reading the report once at 240 words a minute.
    """
    today = datetime.now(ZoneInfo("America/Los_Angeles")).date()
    memo, struck_on = texts.report_text("memo", today), today - timedelta(days=8)
    seen: list[str] = []
    pace = walk(house, memo, struck_on.isoformat(), lambda name, page: seen.append(name))
    told = ", ".join(f"{what} {seconds:.0f} s" for what, seconds in pace.seconds.items())
    print(f"{pace.total:.0f} s for {pace.things} things: {told}")
    assert tuple(seen) == STEPS
    assert pace.total < 600, told
