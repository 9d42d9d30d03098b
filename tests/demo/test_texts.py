"""The example's reports, dated to the day it runs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from vedette.demo.texts import report_text
from vedette.reading import read


@pytest.mark.parametrize("today", [date(2026, 11, 24) + timedelta(days) for days in range(0, 400, 37)])
def test_the_memo_is_dated_to_the_day_before_with_its_right_weekday(today: date) -> None:
    written = today - timedelta(days=1)
    text = report_text("memo", today)
    assert f"DATE: {written:%A}, {written.day} {written:%B} {written.year}\n" in text
    draft = read(text, published=written).as_json()["draft"]
    assert all(field["value"] for field in draft.values())
