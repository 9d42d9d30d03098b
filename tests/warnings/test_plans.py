"""Plans: what they may say, what they come to when laid out flat, and that what was approved stays approved."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warnings.good import GOOD
from vedette.formats.parts import BadInput, parse
from vedette.warnings.approval import content_hash
from vedette.warnings.content import MOST_ATTEMPTS, Office, Plan, Severity, Step
from vedette.warnings.models import Message, Warning
from vedette.warnings.plans import DANGER_TO_LIFE, ROUTINE, WarningClass, class_of, fitted, flat

#: A plan as it was stored before steps could be repeated or told to others, and the hash its message was approved by.
STORED: dict[str, object] = {
    "name": "standard",
    "steps": [
        {"action": "send", "channel": "smtp", "wait_s": 120.0},
        {"action": "escalate", "channel": "smtp", "wait_s": 300.0},
    ],
}
APPROVED = "55396261d0484319e58bc3691c343dcbb8558410d998a318c434550362d92e7e"

CHANNELS = ("smtp", "sms", "webpush", "webhook")
sends = st.builds(
    Step,
    action=st.just("send"),
    channel=st.sampled_from(CHANNELS),
    wait_s=st.integers(1, 600),
    repeat=st.integers(1, 12),
)
others = st.builds(
    Step,
    action=st.just("escalate"),
    channel=st.sampled_from(CHANNELS),
    wait_s=st.integers(0, 600),
    to=st.sampled_from(Office),
) | st.builds(Step, action=st.just("send"), channel=st.sampled_from(CHANNELS), wait_s=st.just(0))
plans = st.builds(
    lambda first, rest: Plan(name="any", steps=(first, *rest)), sends, st.lists(sends | others, max_size=19)
)


def step(**given_with: object) -> dict[str, object]:
    return {"action": "send", "channel": "smtp", "wait_s": 60, **given_with}


def test_a_stored_plan_reads_writes_and_hashes_as_it_did_before_plans_could_say_more() -> None:
    again = parse(Plan, STORED, "plan").model_dump(mode="json")
    assert again == STORED
    message = Message(
        warning=Warning(realm="exercise", identifier="w"),
        identifier="w",
        msg_type="Alert",
        content={"event": "x"},
        audience={"terms": []},
        plan=again,
    )
    assert content_hash(message) == APPROVED


@given(plans)
def test_a_plan_that_is_written_down_is_read_again_as_it_was(plan: Plan) -> None:
    assert parse(Plan, json.loads(json.dumps(plan.model_dump(mode="json")))) == plan
    assert parse(Plan, plan.model_dump(mode="json") | {"name": "any"}) == plan


@given(plans)
def test_laid_out_flat_every_step_is_there_as_often_as_it_is_repeated_in_order_and_numbered(plan: Plan) -> None:
    attempts = flat(plan)
    assert [one.number for one in attempts] == list(range(sum(step.repeat for step in plan.steps)))
    assert [(one.step, one.turn) for one in attempts] == sorted((one.step, one.turn) for one in attempts)
    for one in attempts:
        of = plan.steps[one.step]
        assert (one.action, one.channel, one.wait_s, one.to) == (of.action, of.channel, of.wait_s, of.to)
        assert 0 <= one.turn < of.repeat


@given(plans)
def test_a_plan_without_repeats_numbers_its_attempts_as_its_steps(plan: Plan) -> None:
    once = Plan(name="once", steps=tuple(step.model_copy(update={"repeat": 1}) for step in plan.steps))
    assert [one.number for one in flat(once)] == [one.step for one in flat(once)]


def test_a_plan_comes_to_so_many_attempts_at_most() -> None:
    assert len(flat(parse(Plan, {"name": "long", "steps": [step(repeat=MOST_ATTEMPTS)]}))) == MOST_ATTEMPTS
    with pytest.raises(BadInput, match="251 attempts"):
        parse(Plan, {"name": "longer", "steps": [step(repeat=MOST_ATTEMPTS), step()]}, "plan")


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([step(action="escalate")], "begin with a send step"),
        ([step(to="warden")], "only an escalation"),
        ([step(repeat=2, wait_s=0)], "needs a wait"),
        ([step(repeat=0)], "steps.0.repeat"),
        ([step(to="chief")], "steps.0.to"),
        ([], "steps"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_the_reason(steps: list[object], reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        parse(Plan, {"name": "odd", "steps": steps}, "plan")


def test_only_what_was_chosen_is_written_down() -> None:
    told = parse(Plan, {"name": "told", "steps": [step(repeat=2), step(action="escalate", to="alternate", repeat=1)]})
    assert told.model_dump(mode="json")["steps"] == [
        {"action": "send", "channel": "smtp", "wait_s": 60.0, "repeat": 2},
        {"action": "escalate", "channel": "smtp", "wait_s": 60.0, "to": "alternate"},
    ]


def test_severity_says_what_class_a_warning_is_of() -> None:
    grave = {severity for severity in Severity if class_of(severity) is WarningClass.DANGER}
    assert grave == {Severity.EXTREME, Severity.SEVERE}
    assert class_of(GOOD.severity) is WarningClass.DANGER


def test_where_life_is_in_danger_everything_goes_out_at_once_and_supervisor_warden_and_alternate_are_told() -> None:
    attempts = flat(DANGER_TO_LIFE)
    together = [one.channel for one in attempts[: next(n for n, one in enumerate(attempts) if not one.at_once) + 1]]
    assert together == ["smtp", "sms", "webpush"]
    assert [one.to for one in attempts if one.action == "escalate"] == [
        Office.SUPERVISOR,
        Office.WARDEN,
        Office.ALTERNATE,
    ]
    assert sum(one.wait_s for one in attempts if one.action == "send") <= 300


def test_a_standard_plan_fits_the_channels_that_are_set() -> None:
    mail_only = fitted(DANGER_TO_LIFE, {"smtp"})
    assert [(one.action, one.channel, one.wait_s) for one in mail_only.steps] == [
        ("send", "smtp", 60),
        ("escalate", "smtp", 120),
        ("escalate", "smtp", 120),
        ("escalate", "smtp", 300),
    ]
    assert fitted(ROUTINE, {"smtp", "webhook"}).steps == (ROUTINE.steps[0], ROUTINE.steps[2], ROUTINE.steps[4])
    assert fitted(DANGER_TO_LIFE, CHANNELS) == DANGER_TO_LIFE
    assert fitted(DANGER_TO_LIFE, {"mqtt"}) == DANGER_TO_LIFE
    assert [one.channel for one in fitted(ROUTINE, {"smtp", "smpp"}).steps] == ["smtp", "smpp", "smtp"]


@given(plans, st.sets(st.sampled_from(CHANNELS)))
def test_a_fitted_plan_is_a_plan_and_uses_only_what_is_set(plan: Plan, channels: set[str]) -> None:
    found = fitted(plan, channels)
    assert parse(Plan, found.model_dump(mode="json")) == found
    if any(one.action == "send" and one.channel in channels for one in plan.steps):
        assert {one.channel for one in found.steps} <= channels
    else:
        assert found == plan
