"""Goals as they are lived through: enough answers in time, or the next wave; and who is told of it."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.dispatch.house import MEANT, House, answer, mail_of, mailboxes, states, work
from tests.servers import smtp
from vedette import clock
from vedette.dispatch import goals
from vedette.dispatch.goal_rows import shown
from vedette.dispatch.levels import Response
from vedette.dispatch.models import Delivery, Goal, Lease, Wave, WaveMember
from vedette.dispatch.progress import progress
from vedette.ledger.models import Entry
from vedette.ledger.verify import verify
from vedette.people.models import Duty, Person, Shift
from vedette.warnings.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

#: Everything at once, then once more after half an hour, then the end.
PLAN: dict[str, Any] = {
    "name": "call-out",
    "steps": [{"action": "send", "channel": "smtp", "wait_s": 1800, "repeat": 2}],
}
POST: dict[str, Any] = {"terms": [{"link": "unit", "units": ["post"]}]}


def rule(answers: int, *waves: dict[str, Any], audience: dict[str, Any] = POST, **more: Any) -> dict[str, Any]:
    """The post is warned; so many answers within ten minutes, else the waves."""
    found = [{"finding": "goal-above-group", "reason": "we take whoever comes"}]
    found += [
        {"finding": code, "about": f"wave-{number}", "reason": "it is meant"}
        for code in ("empty-wave", "wave-in-danger")
        for number in range(1, len(waves) + 1)
    ]
    return {
        **audience,
        "answers": [*MEANT, *found],
        "goal": {"answers": answers, "within_minutes": 10, "waves": list(waves), **more},
    }


def named(*codes: str) -> dict[str, Any]:
    return {"include": list(codes)}


def call_out(house: House, asked: dict[str, Any], severity: str = "Minor", **more: Any) -> Message:
    return house.warn(audience=asked, plan=PLAN, severity=severity, **more)


def kinds(message: Message) -> list[str]:
    """What the ledger says of the goal, in order."""
    found = Entry.objects.filter(subject=f"warning:{message.warning_id}", kind__startswith="goal.").order_by("seq")
    return list(found.values_list("kind", flat=True))


def test_the_next_wave_is_asked_only_when_answers_are_missing_in_time_and_none_when_they_have_come(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("ben")
    for code in ("one", "two", "three"):
        house.person(code, house.elsewhere)
    message = call_out(house, rule(2, named("one", "two"), named("three")))
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "ben"]
    answer(message, "ann")
    hands.advance(seconds=599)
    work()
    assert len(smtp_sink.mails) == 2
    hands.advance(seconds=1)
    work()
    assert sorted(mailboxes(smtp_sink)[2:]) == ["one", "two"]
    answer(message, "two", Response.SAFE)
    work()
    hands.advance(seconds=601)
    work()
    assert "three" not in mailboxes(smtp_sink)
    assert kinds(message) == ["goal.wave_opened", "goal.met"]
    assert verify().verified


def test_answers_in_time_open_no_wave(house: House, hands: clock.Frozen, smtp_sink: smtp.Sink) -> None:
    house.person("ann"), house.person("one", house.elsewhere)
    message = call_out(house, rule(1, named("one")))
    work()
    answer(message, "ann")
    hands.advance(seconds=601)
    work()
    assert mailboxes(smtp_sink) == ["ann"]
    assert kinds(message) == ["goal.met"]


def test_whoever_needs_help_counts_toward_no_goal(house: House, hands: clock.Frozen, smtp_sink: smtp.Sink) -> None:
    house.person("ann"), house.person("one", house.elsewhere)
    message = call_out(house, rule(1, named("one")))
    work()
    answer(message, "ann", Response.NEEDS_HELP)
    hands.advance(seconds=601)
    work()
    assert mailboxes(smtp_sink) == ["ann", "one"]
    (goal,) = Goal.objects.all()
    assert (goal.answered, goal.asked, goal.met_at) == (0, 2, None)


def test_only_the_answers_of_the_group_count(house: House, hands: clock.Frozen, smtp_sink: smtp.Sink) -> None:
    medic = Duty.objects.create(code="medic", name="Medic")
    house.person("ann"), house.person("doc").duties.add(medic), house.person("one", house.elsewhere).duties.add(medic)
    message = call_out(house, rule(1, named("one"), of={"duties": ["medic"]}, name="medics"))
    work()
    answer(message, "ann")
    hands.advance(seconds=601)
    work()
    assert mailboxes(smtp_sink)[2:] == ["one"]
    answer(message, "doc")
    work()
    found = shown(message.warning_id)
    assert found is not None
    assert (found.name, found.answered, found.needed, found.asked) == ("medics", 1, 1, 2)
    assert found.met_at is not None


def test_only_those_on_shift_since_the_issue_count_where_that_is_asked(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    off, on, over = (house.person(code) for code in ("off", "on", "over"))
    house.on_shift(on, clock.now())
    house.on_shift(over, clock.now())
    Shift.objects.filter(person=over).update(starts=clock.now() - timedelta(hours=9), ends=clock.now())
    house.person("one", house.elsewhere)
    message = call_out(house, rule(1, named("one"), of={"on_shift": True}))
    work()
    answer(message, off.code), answer(message, over.code)
    work()
    assert Goal.objects.get().met_at is None
    answer(message, "on")
    work()
    assert Goal.objects.get().met_at is not None


def test_where_safe_alone_counts_having_read_it_does_not(house: House, hands: clock.Frozen) -> None:
    house.person("ann")
    house.person("boss", house.elsewhere)
    message = call_out(house, rule(1, counts="safe", tell=["boss"]))
    work()
    answer(message, "ann")
    work()
    assert Goal.objects.get().met_at is None
    answer(message, "ann", Response.SAFE)
    work()
    assert Goal.objects.get().met_at is not None


def test_those_who_are_to_be_told_are_told_at_each_miss_once(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    boss, chief = house.person("boss", house.elsewhere), house.person("chief", house.elsewhere)
    house.supervised_by(house.sector, chief)
    house.person("ann"), house.person("one", house.elsewhere)
    message = call_out(
        house, rule(2, named("one"), tell=[boss.code], tell_supervisors=["post"], name="medics"), contact="Room 4"
    )
    work()
    answer(message, "ann")
    for _ in range(4):
        hands.advance(seconds=601)
        work()
    for code in ("boss", "chief"):
        first, second = smtp_sink.to(mail_of(code))
        assert "Of 2 answers that are needed, medics, 1 have come in time. Further people are being asked" in first.text
        assert "nobody further to ask" in second.text
        assert str(first.message["Subject"]).startswith("EXERCISE") and first.text.strip().endswith("EXERCISE")
        assert f"/warnings/{message.warning_id}/" in first.text
    assert kinds(message) == ["goal.wave_opened", "goal.missed"]
    assert verify().verified


def test_those_called_off_are_told_that_they_are_not_needed_and_not_asked_again(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("ben"), house.person("one", house.elsewhere)
    message = call_out(house, rule(1, named("one"), call_off=True))
    work()
    answer(message, "ann")
    work()
    assert states(message) == {"ann": "acknowledged", "ben": "cancelled"}
    told = smtp_sink.to(mail_of("ben"))[1]
    assert "you are not needed for this any more" in told.text
    assert str(told.message["Subject"]).startswith("EXERCISE") and told.text.strip().endswith("EXERCISE")
    hands.advance(seconds=1801)
    work()
    assert [mailboxes(smtp_sink).count(code) for code in ("ann", "ben", "one")] == [1, 2, 0]
    counted = progress(message.warning_id)
    assert counted.states == {"acknowledged": 1, "cancelled": 1}
    assert counted.not_responding == 0
    answer(message, "ben", Response.SAFE)
    assert states(message)["ben"] == "safe"
    assert verify().verified


def test_where_lives_are_in_danger_the_audience_is_followed_up_whatever_the_goal(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("ben"), house.person("one", house.elsewhere), house.person("two", house.elsewhere)
    message = call_out(house, rule(2, named("one", "two"), call_off=True), severity="Extreme")
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "ben"]
    answer(message, "ann")
    hands.advance(seconds=600)
    work()
    answer(message, "one")
    work()
    assert states(message) == {"ann": "acknowledged", "ben": "open", "one": "acknowledged", "two": "cancelled"}
    hands.advance(seconds=1201)
    work()
    assert [mailboxes(smtp_sink).count(code) for code in ("ben", "two")] == [2, 2]
    assert "not needed" in smtp_sink.to(mail_of("two"))[1].text
    assert "not needed" not in smtp_sink.to(mail_of("ben"))[1].text


def test_where_lives_are_in_danger_nobody_is_called_off_before_a_gateway_took_the_warning_for_them(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("one", house.elsewhere), house.person("two", house.elsewhere)
    smtp_sink.answers[mail_of("one")] = "550 no"
    message = call_out(house, rule(1, named("one", "two"), call_off=True), severity="Severe")
    work()
    hands.advance(seconds=601)
    work()
    answer(message, "ann")
    work()
    assert states(message) == {"ann": "acknowledged", "one": "open", "two": "cancelled"}
    smtp_sink.answers.clear()
    hands.advance(seconds=1801)
    work()
    assert states(message)["one"] == "cancelled"
    assert [str(one.message["Subject"]).count("ENOUGH") for one in smtp_sink.to(mail_of("one"))] == [0, 1]


def test_what_is_held_back_for_the_night_is_not_sent_when_enough_have_answered_by_then(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("ben"), house.person("boss", house.elsewhere)
    here = clock.now().astimezone(ZoneInfo("America/Los_Angeles"))
    hands.advance(hours=(23 - here.hour) % 24)
    Person.objects.filter(code="ben").update(quiet_from=time(22), quiet_to=time(6))
    message = call_out(house, rule(1, tell=["boss"], call_off=True))
    work()
    answer(message, "ann")
    work()
    hands.advance(hours=12)
    work()
    assert mailboxes(smtp_sink) == ["ann"]
    assert states(message) == {"ann": "acknowledged", "ben": "cancelled"}


@pytest.mark.parametrize("over", ["cancel", "all_clear", "update", "expiry"])
def test_a_newer_message_and_the_end_open_no_further_wave(
    over: str, house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("one", house.elsewhere)
    expires = clock.now() + timedelta(minutes=9)
    more = {"expires": expires.isoformat()} if over == "expiry" else {}
    message = call_out(house, rule(1, named("one"), tell=["ann"]), **more)
    work()
    if over == "update":
        house.update(message.warning, audience=POST, plan=PLAN, severity="Minor")
    elif over != "expiry":
        getattr(house, over)(message.warning)
    hands.advance(seconds=601)
    work()
    assert "one" not in mailboxes(smtp_sink)
    assert not Wave.objects.exists()
    assert Goal.objects.get().closed_at is not None


def test_an_update_has_its_own_goal_and_what_was_answered_before_counts(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("ben"), house.person("one", house.elsewhere)
    message = call_out(house, rule(1, named("one")))
    work()
    answer(message, "ann")
    work()
    house.update(message.warning, audience=rule(2, named("one")), plan=PLAN, severity="Minor")
    work()
    assert Goal.objects.get(message__number=2).answered == 1
    hands.advance(seconds=601)
    work()
    assert mailboxes(smtp_sink)[-1] == "one"
    assert WaveMember.objects.get().recipient.person.code == "one"


def test_a_wave_that_was_half_stored_when_an_engine_died_is_gone_on_with_and_asks_everybody_once(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.person("ann"), house.person("one", house.elsewhere), house.person("two", house.elsewhere)
    house.person("three", house.elsewhere)
    call_out(house, rule(1, named("one", "two", "three")))
    work()
    hands.advance(seconds=601)
    monkeypatch.setattr(goals, "CHUNK", 1)
    for _ in range(3):
        assert goals.keep(house.realm, clock.now())
        goals._resolved.clear()  # as another process has it
    assert (Wave.objects.get().added, WaveMember.objects.count()) == (2, 2)
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "one", "three", "two"]
    wave = Wave.objects.get()
    assert (wave.added, WaveMember.objects.count()) == (3, 3)
    assert wave.stored_at is not None
    assert verify().verified


def test_two_engines_that_look_at_once_open_one_wave(house: House, hands: clock.Frozen, smtp_sink: smtp.Sink) -> None:
    house.person("ann"), house.person("one", house.elsewhere), house.person("two", house.elsewhere)
    message = call_out(house, rule(1, named("one"), named("two")))
    work()
    hands.advance(seconds=601)
    as_both_saw_it = Goal.objects.get()
    assert goals._keep(as_both_saw_it, clock.now())
    goals._keep(as_both_saw_it, clock.now())
    work()
    assert list(Wave.objects.values_list("number", flat=True)) == [1]
    assert kinds(message) == ["goal.wave_opened"]
    assert mailboxes(smtp_sink) == ["ann", "one"]


def test_a_wave_that_adds_nobody_is_passed_over_at_once(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("one", house.elsewhere)
    call_out(house, rule(1, named("ann"), named("one")))
    work()
    hands.advance(seconds=601)
    work()
    assert mailboxes(smtp_sink) == ["ann", "one"]
    assert list(Wave.objects.order_by("number").values_list("added", flat=True)) == [0, 1]


def test_who_is_excluded_and_who_has_left_since_is_in_no_wave(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("one", house.elsewhere), house.person("two", house.elsewhere)
    gone = house.person("gone", house.elsewhere)
    asked = rule(1, {"terms": [{"link": "unit", "units": ["elsewhere"]}]}) | {"exclude": ["one"]}
    call_out(house, asked)
    work()
    Person.objects.filter(pk=gone.pk).update(active=False)
    hands.advance(seconds=601)
    work()
    assert mailboxes(smtp_sink) == ["ann", "two"]


def test_a_warning_is_not_called_finished_while_a_wave_is_to_come(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("one", house.elsewhere)
    short = {"name": "short", "steps": [{"action": "send", "channel": "smtp", "wait_s": 60}]}
    message = house.warn(audience=rule(1, named("one")), plan=short, severity="Minor")
    work()
    hands.advance(seconds=61)
    work()
    assert states(message) == {"ann": "unanswered"}
    assert not progress(message.warning_id).finished
    for _ in range(2):
        hands.advance(seconds=601)
        work()
    assert progress(message.warning_id).finished
    assert not Lease.objects.filter(done_at=None).exists()


def test_the_notice_of_a_goal_is_a_delivery_with_its_proof(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("ben"), house.person("boss", house.elsewhere)
    message = call_out(house, rule(1, tell=["boss"], call_off=True))
    work()
    hands.advance(seconds=601)
    work()
    answer(message, "ann")
    work()
    told = Delivery.objects.get(person__code="boss")
    assert (told.purpose, told.recipient, told.result) == ("escalate", None, "accepted")
    filled = Delivery.objects.filter(recipient__person__code="ben").order_by("pk").last()
    assert filled is not None and filled.ledger_seq is not None and told.ledger_seq is not None
    keys = [str(one.message["Message-ID"]).strip("<>").partition("@")[0] for one in smtp_sink.mails]
    assert {told.idempotency_key, filled.idempotency_key} <= set(keys)
    assert verify().verified
