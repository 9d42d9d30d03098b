"""The example's reports, dated to the day it runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from vedette.access.handling import Realm
from vedette.demo import spanish, texts
from vedette.demo.texts import report_text
from vedette.demo.world import ZONE
from vedette.formats.parts import parse
from vedette.reading import read
from vedette.warnings.content import Content, MessageType
from vedette.warnings.lint import LintContext, LintLevel, lint


@pytest.mark.parametrize("today", [date(2026, 11, 24) + timedelta(days) for days in range(0, 400, 37)])
def test_the_memo_is_dated_to_the_day_before_with_its_right_weekday(today: date) -> None:
    written = today - timedelta(days=1)
    text = report_text("memo", today)
    assert f"DATE: {written:%A}, {written.day} {written:%B} {written.year}\n" in text
    draft = read(text, published=written).as_json()["draft"]
    assert all(field["value"] for field in draft.values())


@pytest.mark.parametrize("day", [datetime(2026, 3, 7, 15, 40, tzinfo=UTC), datetime(2026, 10, 30, 23, 5, tzinfo=UTC)])
def test_the_warning_and_its_update_say_the_same_in_spanish(day: datetime) -> None:
    first = spanish.with_alert(texts.alert(day))
    later = day + timedelta(hours=1)
    for content, kind in (
        (first, MessageType.ALERT),
        (spanish.with_update(texts.update(first, later), later), MessageType.UPDATE),
    ):
        context = LintContext(realm=Realm.EXERCISE, msg_type=kind, now=day, zone="America/Los_Angeles")
        found = lint(Content.model_validate(content), context)
        assert [one for one in found if one.level == "error" or one.rule == "L22"] == []


@pytest.mark.parametrize("day", range(0, 366, 61))
def test_the_demos_warning_passes_the_lint_and_its_update_has_no_error(day: int) -> None:
    now = datetime(2026, 1, 1, 16, 20, tzinfo=UTC) + timedelta(days=day)
    first = parse(Content, texts.alert(now))
    context = LintContext(realm=Realm.EXERCISE, msg_type=MessageType.ALERT, now=now, zone=ZONE)
    assert lint(first, context) == []
    later = now + timedelta(hours=1)
    second = parse(Content, texts.update(texts.alert(now), later))
    context = LintContext(realm=Realm.EXERCISE, msg_type=MessageType.UPDATE, now=later, zone=ZONE, previous=first)
    assert [one for one in lint(second, context) if one.level is LintLevel.ERROR] == []
