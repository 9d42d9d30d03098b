"""The lint: each rule has a text that trips it and one that does not; a good warning passes, a bare memo does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warnings.good import EXPIRES, GOOD, SENT
from tests.warnings.translated import SPANISH
from vedette.access.handling import Realm
from vedette.warnings.content import Content, MessageType, ResponseType, Urgency
from vedette.warnings.lint import LintContext, LintFinding, LintLevel, Load, lint, lint_page, rules

ALERT, UPDATE, CANCEL = MessageType.ALERT, MessageType.UPDATE, MessageType.CANCEL
CONTEXT = LintContext(realm=Realm.EXERCISE, msg_type=ALERT, now=SENT)
AFTER_GOOD = replace(CONTEXT, msg_type=UPDATE, previous=GOOD)
NAMED = replace(CONTEXT, protected={"Pablo Ruiz": "a person named in the report", "Ridge": "the report's source"})
LIVE = replace(CONTEXT, realm=Realm.LIVE)


def good(**changes: Any) -> Content:
    area = changes.pop("area_description", None)
    if area is not None:
        changes["area"] = GOOD.area.model_copy(update={"description": area})
    return GOOD.model_copy(update=changes)


def found(rule: str, content: Content, context: LintContext = CONTEXT) -> list[LintFinding]:
    return [finding for finding in lint(content, context) if finding.rule == rule]


#: rule -> (content, context, level, the words its span covers; None: the whole field).
TRIPS: dict[str, list[tuple[Content, LintContext, str, str | None]]] = {
    "L01": [
        (good(source="sources within leadership"), CONTEXT, "error", "sources within leadership"),
        (good(source="Example Border Service"), CONTEXT, "pass", None),
        (good(source="Example people"), CONTEXT, "error", "Example people"),
        (good(source="HQ"), CONTEXT, "error", "HQ"),
        (good(source="SDIU duty officer"), CONTEXT, "error", "SDIU"),
        (good(source="SDIU duty officer"), replace(CONTEXT, expansions={"SDIU": "…"}), "pass", None),
    ],
    "L02": [
        (good(event="ongoing police activity"), CONTEXT, "error", "ongoing police activity"),
        (good(event="possible threat"), CONTEXT, "error", "possible threat"),
        (good(event="stampede of cattle"), CONTEXT, "warning", "stampede of cattle"),
    ],
    "L03": [
        (good(impact="", description="Armed men stand at the fence."), CONTEXT, "error", None),
        (good(impact="", description="Shots from the fence have killed two people."), CONTEXT, "pass", None),
        (good(impact="", description="Nothing more."), replace(CONTEXT, msg_type=CANCEL), "pass", None),
    ],
    "L04": [
        (good(area_description="the area"), CONTEXT, "error", "the area"),
        (good(area_description="In your vicinity"), CONTEXT, "error", "In your vicinity"),
        (good(area_description="where the others are"), CONTEXT, "error", "where the others are"),
        (good(area_description="Otay Mesa"), CONTEXT, "warning", "Otay Mesa"),
        (good(area_description="Route 905, from the bridge 3 km west"), CONTEXT, "pass", None),
    ],
    "L05": [
        (good(area_description="Fence line near Nogales"), CONTEXT, "error", "Nogales"),
        (good(headline="Shooting at patrols is likely in El Paso"), CONTEXT, "error", "El Paso"),
        (good(description="Shots were heard in Yuma."), CONTEXT, "warning", "Yuma"),
        (good(area_description="the fence", headline="Shooting is likely"), CONTEXT, "warning", None),
    ],
    "L06": [
        (good(instruction="Remain vigilant."), CONTEXT, "error", "Remain vigilant."),
        (good(instruction="All agents must stay alert. Wear armour."), CONTEXT, "error", "All agents must stay alert."),
        (good(instruction="If you hear shots, lie down and wait."), CONTEXT, "warning", " and wait"),
        (good(instruction="Gunfire is dangerous. Wear armour."), CONTEXT, "error", "Gunfire is dangerous"),
        (good(instruction="Stay inside. Exercise caution."), CONTEXT, "warning", "Exercise caution."),
        (good(instruction="Stop. Look. Listen. Report."), CONTEXT, "warning", "Report"),
        (good(instruction="Stop and report at once."), CONTEXT, "warning", " and report"),
        (good(instruction="Do not stop near the fence.\nIf you hear shots, lie down."), CONTEXT, "pass", None),
    ],
    "L07": [
        (good(description="An attack is likely (60%) in the next few days."), CONTEXT, "error", "in the next few days"),
        (good(instruction="Stay inside until further notice."), CONTEXT, "error", "until further notice"),
        (good(headline="Shooting likely tonight"), CONTEXT, "error", "tonight"),
        (good(description="It ends Sunday at 06:00."), CONTEXT, "error", "06:00"),
        (good(description="It ends at 6 pm PST."), CONTEXT, "error", "6 pm"),
        (good(description="It ends at 9 am PST.", expires=SENT + timedelta(hours=1)), CONTEXT, "warning", "9 am"),
        (good(), replace(CONTEXT, msg_type=CANCEL), "warning", None),
        (good(expires=SENT), CONTEXT, "error", None),
        (good(expires=SENT + timedelta(days=30)), CONTEXT, "error", None),
        (good(urgency=Urgency.IMMEDIATE), CONTEXT, "error", None),
        (good(description="It ends tomorrow, Friday 5 December 2025, 18:00 UTC."), CONTEXT, "pass", None),
    ],
    "L08": [
        (good(description="Wear armour. Armed men are likely (60%)."), CONTEXT, "warning", "Wear armour"),
    ],
    "L09": [
        (good(instruction="STAY INSIDE AND LOCK EVERY DOOR."), CONTEXT, "warning", "STAY INSIDE AND LOCK EVERY DOOR"),
        (good(instruction="STAY INSIDE and lock every door that you can reach."), CONTEXT, "pass", None),
    ],
    "L10": [
        (good(instruction="Report any BOLO vehicle."), CONTEXT, "warning", "BOLO"),
        (good(instruction="Answer 10-33 at once."), CONTEXT, "warning", "10-33"),
        (good(description="The SDIU saw armed men."), CONTEXT, "warning", "SDIU"),
        (good(description="The San Diego unit (SDIU) saw armed men."), CONTEXT, "pass", None),
        (good(instruction="Stay " + "very " * 25 + "low."), CONTEXT, "warning", None),
        (
            good(description="Intelligence indicates organisational authorisation of indiscriminate hostilities."),
            CONTEXT,
            "warning",
            "Intelligence indicates organisational authorisation of indiscriminate hostilities.",
        ),
    ],
    "L11": [
        (good(audience_note=""), CONTEXT, "error", None),
        (good(audience_note="Patrols of the sector"), CONTEXT, "warning", "Patrols of the sector"),
    ],
    "L12": [
        (good(next_update=""), CONTEXT, "warning", None),
        (good(contact=""), CONTEXT, "warning", None),
    ],
    "L13": [
        (good(area_description="Fence line, " + "past the creek " * 18), CONTEXT, "error", None),
        (good(area_description="Fence line, " + "past the creek " * 13), CONTEXT, "warning", None),
        (good(area_description="Cañon de la Façade"), CONTEXT, "warning", "ç"),
        (good(headline="Don’t stop"), CONTEXT, "pass", None),
        (good(headline="Shooting at patrols " + "x" * 4000), CONTEXT, "error", None),
        (good(instruction="Wear " + "very heavy " * 12 + "armour."), CONTEXT, "warning", None),
        (good(headline="Shooting " + "at patrols " * 9), CONTEXT, "warning", None),
    ],
    "L14": [
        (good(description="This is not a drill."), CONTEXT, "error", "This is not a drill"),
        (good(headline="EXERCISE: shooting"), LIVE, "error", "EXERCISE"),
        (good(description="This is a test."), LIVE, "error", "This is a test"),
        (GOOD, replace(CONTEXT, marked=False), "error", None),
        (GOOD, replace(CONTEXT, marked=True), "pass", None),
        (good(instruction="Exercise caution at the test track."), LIVE, "pass", None),
    ],
    "L15": [
        (GOOD, replace(CONTEXT, msg_type=UPDATE), "error", None),
        (good(change="Wider area."), AFTER_GOOD, "error", None),
        (good(change="Later.", expires=EXPIRES + timedelta(hours=1)), AFTER_GOOD, "pass", None),
    ],
    "L16": [
        (good(description="A credible source of danger (60%)."), CONTEXT, "warning", "credible"),
        (good(description="An attack is probable."), CONTEXT, "warning", "probable"),
    ],
    "L17": [
        (good(description="An informant says so."), CONTEXT, "error", "informant"),
        (good(description="Case no. 25-118 tells of it."), CONTEXT, "error", "Case no. 25-118"),
        (good(instruction="Report number and direction by radio."), CONTEXT, "pass", None),
        (good(description="Source S-12 says so."), CONTEXT, "error", "Source S-12"),
        (good(headline="Pablo  Ruiz may shoot"), NAMED, "error", "Pablo  Ruiz"),
        (good(headline="The bridge may be shot at"), NAMED, "pass", None),
        (good(description="A source with access to the group says so."), CONTEXT, "error", "A source with"),
    ],
    "L18": [
        (good(instruction="Stay inside.\nEvacuate the post."), CONTEXT, "warning", "Evacuate"),
        (good(instruction="Do not leave the post."), CONTEXT, "pass", None),
        (good(event="bomb threat", instruction="Report by radio at once."), CONTEXT, "warning", "by radio"),
        (good(event="bomb threat", instruction="Do not report by radio."), CONTEXT, "pass", None),
        (good(instruction="Avoid smoke."), CONTEXT, "warning", "Avoid smoke"),
        (good(response_types=(ResponseType.SHELTER, ResponseType.EVACUATE)), CONTEXT, "warning", None),
        (good(instruction="Leave the post.", response_types=(ResponseType.SHELTER,)), CONTEXT, "warning", None),
    ],
    "L19": [
        (good(instruction="Stay inside & listen."), CONTEXT, "warning", " & "),
        (good(instruction="Call 6195550100 at once."), CONTEXT, "warning", "6195550100"),
        (good(instruction="Be back by 0600 PST, Friday."), CONTEXT, "warning", "0600"),
        (good(instruction="Look at https://example.org/x for more."), CONTEXT, "warning", "https://example.org/x"),
        (good(instruction="Stay 5 km away; 60% of roads are closed until 06:00 PST, 7 May."), CONTEXT, "pass", None),
    ],
    "L20": [
        (GOOD, replace(CONTEXT, load=Load(people=400, burdened=12, often=5, maybe=10)), "warning", None),
        (GOOD, replace(CONTEXT, load=Load(people=400, burdened=0, often=5, maybe=300)), "warning", None),
        (GOOD, replace(CONTEXT, load=Load(people=400, burdened=0, often=5, maybe=100)), "pass", None),
        (GOOD, replace(CONTEXT, load=Load(people=0, burdened=0, often=5, maybe=0)), "pass", None),
        (GOOD, replace(CONTEXT, msg_type=CANCEL, load=Load(people=4, burdened=4, often=5, maybe=0)), "pass", None),
    ],
    "L21": [
        (good(headline="Shooting at [PLACE]"), CONTEXT, "error", "[PLACE]"),
        (good(contact="call TBD"), CONTEXT, "error", "TBD"),
        (good(instruction="Meet at ____ at once."), CONTEXT, "error", "____"),
        (good(description="Between XX and {time}."), CONTEXT, "error", "XX"),
    ],
    "L22": [
        (good(translations=(SPANISH.model_copy(update={"contact": "sala de guardia"}),)), CONTEXT, "warning", None),
        (good(translations=(SPANISH,)), CONTEXT, "pass", None),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("burdened", "maybe", "message"),
    [
        (12, 10, "Some of these people were sent 5 or more other warnings in the last 24 hours."),
        (0, 397, "Only the lesser part of those warned are known to be where the danger is."),
    ],
)
def test_how_burdened_people_are_is_told_without_numbers_to_whoever_may_not_see_people(burdened, maybe, message):
    load = Load(people=400, burdened=burdened, often=5, maybe=maybe, exact=False)
    assert [one.message for one in found("L20", GOOD, replace(CONTEXT, load=load))] == [message]


@pytest.mark.parametrize(
    ("rule", "content", "context", "level", "words"), [(rule, *case) for rule, cases in TRIPS.items() for case in cases]
)
def test_each_rule_finds_what_trips_it_and_nothing_else(rule, content, context, level, words):
    findings = found(rule, content, context)
    if level == "pass":
        assert findings == []
        return
    assert level in [finding.level for finding in findings]
    finding = next(finding for finding in findings if finding.level == level)
    assert finding.message and finding.fix and finding.source
    if words is not None:
        text = content.area.description if finding.field == "area.description" else getattr(content, finding.field)
        assert text[finding.start : finding.end] == words


def test_every_rule_has_a_text_that_trips_it_and_one_that_does_not():
    assert {rule.id for rule in rules()} == set(TRIPS)
    for name, cases in TRIPS.items():
        assert any(level != "pass" for *_, level, _ in cases), name
        # One that nearly does, or else the good warning.
        assert any(level == "pass" for *_, level, _ in cases) or not found(name, GOOD), name


def test_the_good_warning_passes_every_rule():
    assert lint(GOOD, CONTEXT) == []


def test_the_memo_as_told_trips_source_hazard_place_action_and_time():
    memo = good(
        source="sources within leadership",
        event="possible threat",
        headline="Possible threat to agents in the next few days",
        area_description="the sector",
        audience_note="All agents, regardless of duty assignment",
        description="Credible information indicates that agents may be shot at in the next few days.",
        impact="",
        instruction="All agents must remain vigilant on and off duty until further notice.",
    )
    errors = {finding.rule for finding in lint(memo, CONTEXT) if finding.level is LintLevel.ERROR}
    assert {"L01", "L02", "L04", "L06", "L07"} <= errors


@pytest.mark.parametrize("kind", [MessageType.CANCEL, MessageType.ALL_CLEAR])
def test_the_plain_words_that_end_a_warning_pass(kind):
    ending = good(
        headline="CANCELLED: shooting at patrols" if kind is CANCEL else "ALL CLEAR: shooting at patrols",
        change="The men at the fence were workers.",
        description="The danger of shooting at patrols in this area is over.",
        impact="",
        instruction="Disregard the earlier warning. Return to normal duty.",
        response_types=(),
        expires=SENT + timedelta(hours=24),
        onset=None,
    )
    assert [f for f in lint(ending, replace(CONTEXT, msg_type=kind)) if f.level is LintLevel.ERROR] == []


def test_rules_about_english_words_leave_other_languages_alone():
    spanish = good(language="es-MX", instruction="Póngase el chaleco antibalas.", event="tiroteo contra patrullas")
    assert {finding.rule for finding in lint(spanish, CONTEXT)} <= {"L05", "L13"}


@given(st.text(max_size=200), st.sampled_from(["headline", "description", "instruction", "source", "event", "contact"]))
def test_any_text_is_judged_and_every_span_lies_within_its_field(text, field):
    content = GOOD.model_copy(update={field: text})
    for finding in lint(content, CONTEXT):
        if finding.field in ("area.geometry", "response_types", "expires", "audience"):
            continue
        whole = content.area.description if finding.field == "area.description" else getattr(content, finding.field)
        assert 0 <= finding.start <= finding.end <= len(whole)


def test_the_manual_page_is_the_one_the_rules_make():
    page = Path(__file__).parents[2] / "docs" / "lint.md"
    assert page.read_text(encoding="utf-8") == lint_page(), (
        "make it again: python -m vedette.warnings.lint > docs/lint.md"
    )
