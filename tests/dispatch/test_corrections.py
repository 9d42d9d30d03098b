"""States that a plan's end had settled and that what is heard later belies: the plan goes on, or they failed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dispatch.house import House, answer, levels, mail_of, states, work
from tests.dispatch.test_plan_stories import at, plan, quiet, settled
from tests.servers import http, smtp
from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import receipts
from vedette.dispatch.channels.heard import Receipt, Reply
from vedette.dispatch.levels import Level, Response
from vedette.dispatch.models import Correction, Delivery, Escalation, Headcount, Lease, Recipient
from vedette.dispatch.progress import progress
from vedette.dispatch.proofs import proofs_of
from vedette.dispatch.queries import Kind, history
from vedette.ledger.check import check_proof
from vedette.ledger.models import Entry
from vedette.ledger.verify import verify
from vedette.people.models import ContactPoint
from vedette.warnings.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

MAIL = plan(("smtp", 60))


def heard(code: str, level: Level, channel: str = "smtp") -> None:
    found = Delivery.objects.filter(recipient__person__code=code, channel=channel).latest("pk")
    receipts.record(Realm.EXERCISE, channel, [Receipt(level=level, key=found.idempotency_key, detail=f"{level} later")])


def over(house: House, hands: clock.Frozen, steps: dict[str, Any] = MAIL, **given: object) -> Message:
    """A warning whose plan has just ended."""
    message = house.warn(plan=steps, **given)
    for wait_s in (0, *(step["wait_s"] for step in steps["steps"])):
        hands.advance(seconds=wait_s)
        work()
    assert settled(message)
    return message


def corrections(message: Message) -> list[tuple[str, str, str]]:
    found = Correction.objects.filter(message=message).order_by("pk")
    return list(found.values_list("recipient__person__code", "was", "state"))


def heads(message: Message) -> dict[str, int]:
    """The states, as they are counted; they are those that there are."""
    counted = dict(Headcount.objects.filter(warning=message.warning_id, count__gt=0).values_list("state", "count"))
    found = list(states(message).values())
    assert counted == {state: found.count(state) for state in found}
    return counted


def second_address(house: House, code: str) -> str:
    address = f"{code}.home@people.example"
    ContactPoint.objects.create(person=house.people[code], channel="smtp", address=address, rank=9)
    return address


def test_who_counted_as_reached_by_a_mail_that_bounces_later_is_open_again_and_the_plan_goes_on_for_them_alone(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("ben")
    message = over(house, hands)
    home = second_address(house, "ann")
    assert heads(message) == {"unanswered": 2} and progress(message.warning_id).finished
    heard("ann", Level.FAILED)
    assert heads(message) == {"open": 1, "unanswered": 1} and not progress(message.warning_id).finished
    work()
    assert [len(smtp_sink.to(one)) for one in (home, mail_of("ann"), mail_of("ben"))] == [1, 1, 1]
    assert states(message) == {"ann": "open", "ben": "unanswered"}
    hands.advance(seconds=60)
    work()
    assert heads(message) == {"unanswered": 2} and progress(message.warning_id).finished
    ann = Recipient.objects.get(person__code="ann")
    (line,) = [line for line in history(ann) if line.kind is Kind.CORRECTION]
    assert (line.what, line.detail) == (
        "open",
        "was unanswered: everything that a gateway had taken for them has failed since",
    )
    assert Entry.objects.filter(kind="dispatch.corrected", seq=line.ledger_seq).exists()
    proofs = proofs_of(house.officer, str(message.warning_id), "ann")["proofs"]
    shown = [check_proof(one)["record"] for one in proofs]
    assert [one["state"] for one in shown if "was" in one] == ["open"]
    assert verify().verified


def test_who_was_not_reached_at_all_has_failed_when_nothing_is_left_to_try(house: House, hands: clock.Frozen) -> None:
    house.person("ann")
    message = over(house, hands)
    heard("ann", Level.FAILED)
    work()
    assert states(message) == {"ann": "open"}
    hands.advance(seconds=60)
    work()
    assert heads(message) == {"failed": 1} and settled(message)
    assert corrections(message) == [("ann", "unanswered", "open")]


def test_of_whoever_is_open_again_somebody_is_told_whom_the_plan_could_not_tell_before(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    boss = house.person("boss", house.elsewhere, "smtp")
    house.person("ann", None, "smtp"), house.person("ben", None, "smtp")
    message = over(house, hands, plan(("smtp", 60), ("supervisor", 60)))
    assert not smtp_sink.to(mail_of("boss"))
    house.supervised_by(house.post, boss)
    heard("ann", Level.FAILED)
    work()
    hands.advance(seconds=60)
    work()
    (notice,) = smtp_sink.to(mail_of("boss"))
    assert "Ann Example" in notice.text and "Ben Example" not in notice.text
    hands.advance(seconds=60)
    work()
    assert states(message) == {"ann": "failed", "ben": "unanswered"} and settled(message)
    told = Escalation.objects.filter(recipient__person__code="ann").order_by("pk")
    assert list(told.values_list("told__code", flat=True)) == [None, "boss"]


def test_whoever_is_still_reached_by_another_channel_stays_as_they_are(house: House, hands: clock.Frozen) -> None:
    house.person("ann")
    message = over(house, hands, plan(("smtp", 60), ("webhook", 60)))
    heard("ann", Level.FAILED)
    work()
    assert heads(message) == {"unanswered": 1} and corrections(message) == []
    heard("ann", Level.EXPIRED, "webhook")
    assert heads(message) == {"open": 1}


def test_after_the_warning_has_ended_they_have_failed_and_nothing_more_is_sent(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann")
    message = over(house, hands)
    second_address(house, "ann")
    hands.advance(days=2)
    work()
    heard("ann", Level.FAILED)
    work()
    assert heads(message) == {"failed": 1} and settled(message)
    assert corrections(message) == [("ann", "unanswered", "failed")]
    assert len(smtp_sink.mails) == 1


def test_who_had_failed_and_was_reached_after_all_is_unanswered(house: House, hands: clock.Frozen) -> None:
    house.person("ann")
    message = house.warn(plan=MAIL)
    work()
    heard("ann", Level.FAILED)
    for _ in range(2):
        hands.advance(seconds=60)
        work()
    assert states(message) == {"ann": "failed"}
    heard("ann", Level.DELIVERED)
    assert heads(message) == {"unanswered": 1}
    assert corrections(message) == [("ann", "failed", "unanswered")]


def test_what_somebody_answered_is_corrected_by_no_bounce(house: House, hands: clock.Frozen) -> None:
    house.person("ann"), house.person("ben")
    message = over(house, hands)
    answer(message, "ann", Response.SAFE)
    heard("ann", Level.FAILED)
    key = Delivery.objects.get(recipient__person__code="ben").idempotency_key
    said = Reply(address=mail_of("ben"), text="1", key=key)
    receipts.record(Realm.EXERCISE, "smtp", [Receipt(level=Level.FAILED, key=key), said])
    hands.advance(seconds=60)
    work()
    assert heads(message) == {"safe": 1, "acknowledged": 1} and settled(message)


def test_a_bounce_of_an_older_message_opens_nobody_whom_the_update_has_given_up_on(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann", None, "smtp")
    first = over(house, hands)
    key = Delivery.objects.get(message=first).idempotency_key
    smtp_sink.answers[mail_of("ann")] = "550 5.1.1 no such mailbox"
    update = house.update(first.warning, plan=MAIL)
    for _ in range(2):
        work()
        hands.advance(seconds=60)
    assert states(update) == {"ann": "unanswered"}  # by the first message
    receipts.record(Realm.EXERCISE, "smtp", [Receipt(level=Level.FAILED, key=key)])
    work()
    assert heads(update) == {"failed": 1} and settled(update)
    assert corrections(first) == [("ann", "unanswered", "failed")]


def test_two_neighbours_who_are_open_again_at_different_times_are_each_given_their_own_time(
    house: House, hands: clock.Frozen
) -> None:
    house.person("ann"), house.person("ben")
    message = over(house, hands)
    heard("ann", Level.FAILED)
    work()
    hands.advance(seconds=40)
    heard("ben", Level.FAILED)
    work()
    hands.advance(seconds=20)
    work()
    assert states(message) == {"ann": "failed", "ben": "open"}
    hands.advance(seconds=40)
    work()
    assert heads(message) == {"failed": 2} and settled(message)


def test_a_plan_does_not_end_while_it_still_goes_on_for_somebody_whose_mail_bounced(
    house: House, hands: clock.Frozen, http_gateway: http.Gateway
) -> None:
    house.person("ann")
    message = house.warn(plan=plan(("smtp", 60), ("webhook", 60)))
    work()
    http_gateway.mode = http.Mode.BUSY
    heard("ann", Level.FAILED)
    work()
    assert Lease.objects.filter(aside=True, done_at=None).exists()
    hands.advance(seconds=60)
    work()
    assert states(message) == {"ann": "open"}
    http_gateway.mode = http.Mode.OK
    for _ in range(5):
        hands.advance(seconds=60)
        work()
    assert levels(message, "ann") == [(0, "smtp", "failed"), (1, "webhook", "accepted")]
    assert heads(message) == {"unanswered": 1} and settled(message)


def test_who_is_open_again_at_night_is_sent_what_is_left_in_the_morning(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann", None, "smtp"), house.person("ben", None, "smtp")
    at(hands, "2026-06-05 20:00")
    message = over(house, hands, severity="Minor")
    home = second_address(house, "ann")
    quiet(house.people["ann"])
    at(hands, "2026-06-05 23:00")
    heard("ann", Level.FAILED)
    work()
    hands.advance(seconds=60)
    work()
    assert states(message) == {"ann": "open", "ben": "unanswered"} and not smtp_sink.to(home)
    at(hands, "2026-06-06 06:00")
    work()
    assert len(smtp_sink.to(home)) == 1
    hands.advance(seconds=60)
    work()
    assert heads(message) == {"unanswered": 2} and settled(message)
