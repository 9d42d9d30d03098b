"""The decisions alone: before every attempt, after every answer, at every end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vedette.access.handling import Realm
from vedette.dispatch.decide import (
    ENDINGS,
    Progress,
    Reason,
    Standing,
    answered_state,
    backoff_s,
    decide,
    next_send,
    silent_state,
)
from vedette.dispatch.keys import DeliveryRef, escalation_key, read_key, warning_key
from vedette.dispatch.levels import ANSWERED, Level, State
from vedette.warnings.content import MessageType, Plan, Step
from vedette.warnings.plans import FlatStep, at_once_with, flat

NOW = datetime(2025, 12, 4, 16, 0, tzinfo=UTC)
responses = st.sampled_from([State.ATTESTED, State.ACKNOWLEDGED, State.SAFE, State.NEEDS_HELP])
levels = st.sampled_from([Level.ACCEPTED, Level.FAILED, Level.EXPIRED, Level.SUPERSEDED])
channels = st.sampled_from(["smtp", "sms", "webhook"])
waiting = st.builds(
    Step,
    action=st.sampled_from(["send", "escalate"]),
    channel=channels,
    wait_s=st.just(1),
    repeat=st.integers(1, 3),
)
at_once = st.builds(Step, action=st.just("send"), channel=channels, wait_s=st.just(0))
first = st.builds(Step, action=st.just("send"), channel=channels, wait_s=st.integers(0, 1))
plans = st.builds(
    lambda one, rest: Plan(name="any", steps=(one, *rest)), first, st.lists(waiting | at_once, max_size=4)
)
standings = st.builds(
    Standing,
    kind=st.sampled_from(MessageType),
    expires=st.sampled_from([NOW - timedelta(seconds=1), NOW, NOW + timedelta(seconds=1)]),
    superseded=st.booleans(),
    ended=st.booleans(),
)
progresses = st.builds(
    Progress,
    state=st.sampled_from(State),
    answered=st.booleans(),
    done=st.dictionaries(st.integers(0, 4), levels),
)


@given(standings, progresses, st.integers(0, 4))
def test_nothing_is_ever_sent_once_a_message_is_superseded_or_its_time_is_over(
    standing: Standing, progress: Progress, step: int
) -> None:
    reason = decide(standing, progress, step, NOW)
    if standing.superseded or standing.expires <= NOW or (standing.ended and standing.kind not in ENDINGS):
        assert reason is not Reason.SEND


@given(standings, progresses, st.integers(0, 4))
def test_whoever_answered_this_message_is_not_sent_it_again(standing: Standing, progress: Progress, step: int) -> None:
    if progress.answered and standing.kind not in ENDINGS:
        assert decide(standing, progress, step, NOW) is Reason.ANSWERED


@given(progresses)
def test_a_message_that_ends_a_warning_goes_to_those_who_answered_too(progress: Progress) -> None:
    for kind in ENDINGS:
        standing = Standing(kind=kind, expires=NOW + timedelta(hours=1), superseded=False, ended=True)
        assert (decide(standing, progress, 0, NOW) is Reason.SEND) is not progress.reached


def test_an_update_goes_to_those_who_answered_the_alert_but_does_not_follow_them_up() -> None:
    standing = Standing(kind=MessageType.UPDATE, expires=NOW + timedelta(hours=1), superseded=False, ended=False)
    fresh = Progress(state=State.SAFE, answered=False, done={})
    reached = Progress(state=State.SAFE, answered=False, done={0: Level.ACCEPTED})
    silent = Progress(state=State.OPEN, answered=False, done={0: Level.ACCEPTED})
    assert decide(standing, fresh, 0, NOW) is Reason.SEND
    assert decide(standing, reached, 1, NOW) is Reason.ANSWERED
    assert decide(standing, silent, 1, NOW) is Reason.SEND


def test_an_update_goes_out_by_all_that_is_done_at_once_to_those_who_answered_the_alert() -> None:
    standing = Standing(kind=MessageType.UPDATE, expires=NOW + timedelta(hours=1), superseded=False, ended=False)
    reached = Progress(state=State.SAFE, answered=False, done={0: Level.ACCEPTED})
    assert [decide(standing, reached, step, NOW, opening=2) for step in (1, 2)] == [Reason.SEND, Reason.ANSWERED]


@given(plans, st.data())
def test_only_failures_fall_through_and_only_to_later_send_steps(plan: Plan, data: st.DataObject) -> None:
    steps = flat(plan)
    start = data.draw(st.integers(0, len(steps) - 1))
    done = data.draw(st.dictionaries(st.integers(0, len(steps)), levels))
    chosen = next_send(steps, start, done, data.draw(st.sets(channels)))
    if chosen is None:
        return
    assert chosen >= start
    assert chosen not in done
    assert steps[chosen].action == "send"
    between = [one for one in steps[start:chosen] if one.action == "send" and one.step != steps[chosen].step]
    tried = {one.step: one for one in reversed(between)}
    assert all(done[one.number] is Level.FAILED for one in tried.values())
    assert chosen == start or steps[chosen].step != steps[start].step


@given(plans, st.sets(channels))
def test_what_fails_while_something_is_done_at_once_with_it_waits_for_that(plan: Plan, reachable: set[str]) -> None:
    steps = flat(plan)
    for number in range(len(steps)):
        group = at_once_with(steps, number)
        if steps[number].at_once or any(steps[other].channel in reachable for other in group if other != number):
            assert next_send(steps, number, {number: Level.FAILED}, reachable) is None


@given(plans)
def test_what_is_done_at_once_is_a_row_of_sends_without_waits(plan: Plan) -> None:
    steps: tuple[FlatStep, ...] = flat(plan)
    groups = {at_once_with(steps, number) for number in range(len(steps))}
    assert sorted(number for group in groups for number in group) == list(range(len(steps)))
    for group in groups:
        assert all(steps[number].wait_s == 0 for number in group[:-1])
        assert len(group) == 1 or all(steps[number].action == "send" for number in group)


def test_the_repeats_of_a_refused_step_are_passed_over_at_once_and_tried_in_their_turn() -> None:
    plan = Plan(
        name="p",
        steps=(
            Step(action="send", channel="sms", wait_s=60, repeat=3),
            Step(action="send", channel="smtp", wait_s=60),
        ),
    )
    steps = flat(plan)
    assert next_send(steps, 0, {0: Level.FAILED}) == 3
    assert next_send(steps, 1, {0: Level.FAILED, 3: Level.ACCEPTED}) == 1
    assert next_send(steps, 1, {0: Level.FAILED, 1: Level.FAILED, 3: Level.ACCEPTED}) is None


@given(st.lists(responses, min_size=1), st.sampled_from(State))
def test_the_last_plain_word_about_safety_holds_whatever_comes_between(said: list[State], before: State) -> None:
    state = before
    for response in said:
        state = answered_state(state, response)
    assert state in ANSWERED
    explicit = [one for one in [before, *said] if one in (State.SAFE, State.NEEDS_HELP)]
    if explicit:
        assert state is explicit[-1]
    elif State.ACKNOWLEDGED in [before, *said]:
        assert state is State.ACKNOWLEDGED


def test_the_silent_are_unanswered_when_something_reached_a_gateway_and_failed_when_nothing_did() -> None:
    assert silent_state(True, "Expiry") is State.UNANSWERED
    assert silent_state(False, "") is State.FAILED
    assert {silent_state(reached, "Cancel") for reached in (True, False)} == {State.CANCELLED}


@given(st.integers(0, 30), st.none() | st.floats(0, 1e9))
def test_waits_grow_keep_to_what_is_asked_and_never_pass_a_minute(attempt: int, told: float | None) -> None:
    assert 0.5 <= backoff_s(attempt, told) <= 60
    assert backoff_s(attempt + 1, told) >= backoff_s(attempt, told)


def test_a_key_differs_by_everything_it_is_made_of_and_by_nothing_else() -> None:
    one = (Realm.LIVE, 1, 7, 9, 0)
    keys = {
        warning_key(*one),
        warning_key(Realm.EXERCISE, *one[1:]),
        warning_key(Realm.LIVE, 2, 7, 9, 0),
        warning_key(Realm.LIVE, 1, 8, 9, 0),
        warning_key(Realm.LIVE, 1, 7, 10, 0),
        warning_key(Realm.LIVE, 1, 7, None, 0),
        warning_key(Realm.LIVE, 1, 7, 9, 1),
        escalation_key(Realm.LIVE, 1, 7, 9, 0, 1),
        escalation_key(Realm.LIVE, 1, 7, 9, 0, 2),
        escalation_key(Realm.LIVE, 1, 7, 9, 0, -2),
    }
    assert len(keys) == 10
    assert warning_key(*one) == warning_key(*one)


@given(
    st.sampled_from(Realm),
    st.integers(1, 2**32 - 1),
    st.integers(1, 2**63),
    st.none() | st.integers(1, 2**63),
    st.integers(0, 255),
    st.none() | st.integers(-(2**63), 2**63 - 1),
)
def test_a_key_leads_back_to_its_delivery_and_no_other_text_does(
    realm: Realm, message: int, who: int, point: int | None, step: int, first: int | None
) -> None:
    if first is None:
        key = warning_key(realm, message, who, point, step)
    else:
        key = escalation_key(realm, message, who, point, step, first)
    assert read_key(key) == DeliveryRef(
        realm=realm,
        message=message,
        recipient=who if first is None else None,
        told=None if first is None else who,
        range_first=first,
        contact_point=point,
        step=step,
    )
    for at in range(len(key)):
        other = key[:at] + ("A" if key[at] != "A" else "B") + key[at + 1 :]
        assert read_key(other) is None


@given(st.text())
def test_what_is_no_key_leads_nowhere(text: str) -> None:
    assert read_key(text) is None
