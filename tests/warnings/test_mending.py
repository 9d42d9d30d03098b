"""What a finding suggests can be done by machine where it says so, and clears it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.warnings.good import GOOD, SENT
from tests.warnings.test_lint import CONTEXT, TRIPS, found, good
from vedette.warnings.content import Content
from vedette.warnings.lint import LintContext, LintLevel, lint
from vedette.warnings.mending import mended

KNOWN = replace(CONTEXT, signature="Example Border Service, duty officer", zone="America/Los_Angeles")


def all_mended(content: Content, context: LintContext) -> Content:
    """The content with every fix that a machine can do, one after the other, as somebody would click them."""
    for _ in range(20):
        finding = next((one for one in lint(content, context) if one.put is not None), None)
        if finding is None:
            return content
        content = Content.model_validate(mended(content.model_dump(mode="json"), finding))
    raise AssertionError(f"{finding} comes again and again")


@pytest.mark.parametrize("rule", sorted(TRIPS))
def test_every_fix_that_can_be_done_by_machine_clears_its_finding(rule):
    for content, context, level, _ in TRIPS[rule]:
        known = replace(context, signature=KNOWN.signature, zone=KNOWN.zone)
        for finding in found(rule, content, known) if level != "pass" else ():
            if finding.put is None:
                continue
            after = Content.model_validate(mended(content.model_dump(mode="json"), finding))
            assert len(found(rule, after, known)) < len(found(rule, content, known)), finding


def test_the_memo_as_told_trips_time_action_and_source_and_its_fixes_clear_them():
    memo = good(
        source="sources within leadership",
        event="possible threat",
        headline="Possible shooting attack on agents in the next few days",
        area_description="the sector",
        audience_note="All agents of the sector, regardless of duty assignment",
        description="Agents may be shot at in the next few days.",
        impact="",
        instruction="All agents must remain vigilant on and off duty until further notice.",
    )
    before = {finding.rule for finding in lint(memo, KNOWN) if finding.level is LintLevel.ERROR}
    assert before >= {"L01", "L02", "L04", "L06", "L07"}
    after = all_mended(memo, KNOWN)
    assert [finding for finding in lint(after, KNOWN) if finding.level is LintLevel.ERROR] == []
    assert after.source == "Example Border Service, duty officer"
    assert after.description == "Agents may be shot at until Sunday 7 December 2025, 06:00 PST."
    assert after.instruction.startswith("Wear body armour")


def test_a_wish_among_actions_is_taken_out_whole():
    memo = good(instruction="All agents must remain vigilant.\nWear armour.\nReport shots.")
    assert all_mended(memo, KNOWN).instruction == "Wear armour.\nReport shots."


def test_words_of_the_day_become_dates():
    for said, meant in (
        ("tonight", "in the night of Thursday 4 December 2025"),
        ("tomorrow", "on Friday 5 December 2025"),
        ("this morning", "on the morning of Thursday 4 December 2025"),
        ("soon", "at any hour until Sunday 7 December 2025, 06:00 PST"),
    ):
        after = all_mended(good(description=f"Armed men are expected {said}."), KNOWN)
        assert after.description == f"Armed men are expected {meant}."


def test_what_only_a_person_can_say_is_not_put():
    finding = found("L12", good(contact=""))[0]
    assert finding.put is None
    with pytest.raises(ValueError, match="only a person"):
        mended(GOOD.model_dump(mode="json"), finding)


def test_a_warning_that_stands_too_long_is_ended_in_time():
    after = all_mended(good(expires=SENT.replace(year=2026)), KNOWN)
    assert (after.expires - SENT).days == 14
