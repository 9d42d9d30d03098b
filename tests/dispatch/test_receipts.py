"""Receipts and replies as they are recorded: levels rise, plans go on, people are heard, and nothing counts twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dispatch.house import House, answer, devices, levels, mailboxes, states, work
from tests.servers import http, smtp
from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import receipts
from vedette.dispatch.channels.heard import Heard, Receipt, Reply
from vedette.dispatch.expand import step, waiting
from vedette.dispatch.keys import warning_key
from vedette.dispatch.levels import Level, Response, raised
from vedette.dispatch.models import (
    Acknowledgement,
    Delivery,
    EarlyReceipt,
    HeardBefore,
    Lease,
    Recipient,
    Tally,
)
from vedette.dispatch.models import Receipt as Stored
from vedette.dispatch.proofs import proofs_of
from vedette.dispatch.queries import history
from vedette.dispatch.receipts import Became, Call, forget_old, record_calls, record_early
from vedette.ledger.check import check_proof
from vedette.ledger.models import Entry, Opening
from vedette.ledger.verify import verify
from vedette.people.models import ContactPoint
from vedette.warnings.models import Message

pytestmark = pytest.mark.django_db(transaction=True)
EXERCISE = Realm.EXERCISE


def delivery(code: str, channel: str = "smtp", message: Message | None = None) -> Delivery:
    found = Delivery.objects.filter(recipient__person__code=code, channel=channel)
    return found.filter(message=message).get() if message else found.get()


def told(code: str, level: Level, detail: str = "", channel: str = "smtp") -> Receipt:
    return Receipt(level=level, key=delivery(code, channel).idempotency_key, detail=detail)


def hear(*heard: Heard, channel: str = "smtp", realm: Realm = EXERCISE) -> dict[str, int]:
    taken = receipts.record(realm, channel, heard)
    return {became.value: count for became, count in taken.became.items() if count}


def reply(text: str, code: str = "ann", **given: Any) -> Reply:
    return Reply(address=f"{code}@people.example", text=text, **given)


@pytest.fixture
def warned(house: House) -> Message:
    """Ann and Ben have been sent a mail; a device follows after two minutes."""
    house.person("ann"), house.person("ben")
    message = house.warn()
    work()
    return message


def test_levels_only_rise_and_arrival_counts_whatever_was_said_before() -> None:
    assert raised(Level.ACCEPTED, Level.DELIVERED) is Level.DELIVERED
    assert raised(Level.DELIVERED, Level.ACCEPTED) is Level.DELIVERED
    assert raised(Level.ACCEPTED, Level.FAILED) is Level.FAILED
    assert raised(Level.DELIVERED, Level.FAILED) is Level.DELIVERED
    assert raised(Level.FAILED, Level.ACCEPTED) is Level.FAILED
    assert raised(Level.FAILED, Level.DELIVERED) is Level.DELIVERED
    assert raised(Level.SUPERSEDED, Level.FAILED) is Level.SUPERSEDED
    assert raised(Level.SAFE, Level.NEEDS_HELP) is Level.NEEDS_HELP
    assert raised(Level.NEEDS_HELP, Level.ACKNOWLEDGED) is Level.NEEDS_HELP
    for level in Level:
        assert raised(level, level) is level


def test_a_receipt_raises_the_level_and_is_kept_with_what_was_said(warned: Message) -> None:
    assert hear(told("ann", Level.DELIVERED, "2.0.0 in the mailbox")) == {"recorded": 1}
    assert levels(warned, "ann") == [(0, "smtp", "delivered")]
    assert levels(warned, "ben") == [(0, "smtp", "accepted")]
    assert list(Stored.objects.values_list("delivery", "level", "detail")) == [
        (delivery("ann").pk, "delivered", "2.0.0 in the mailbox")
    ]
    assert delivery("ann").result == "accepted"


def test_the_same_said_again_adds_nothing(warned: Message) -> None:
    hear(told("ann", Level.DELIVERED, "x"))
    entries = Entry.objects.count()
    assert hear(told("ann", Level.DELIVERED, "x"), told("ann", Level.DELIVERED, "x")) == {"repeated": 2}
    assert Stored.objects.count() == 1
    assert Entry.objects.count() == entries


def test_many_receipts_are_one_ledger_entry_that_proves_each(house: House) -> None:
    for number in range(20):
        house.person(f"r{number}")
    message = house.warn()
    work()
    entries = Entry.objects.count()
    hear(*(told(f"r{number}", Level.DELIVERED) for number in range(20)))
    assert Entry.objects.count() == entries + 1
    assert Entry.objects.latest("seq").kind == "dispatch.heard"
    proofs = proofs_of(house.officer, message.warning.identifier, "r7")["proofs"]
    shown = [proof["record"]["value"] for proof in proofs]
    assert [one.get("level") or one["result"] for one in shown] == ["accepted", "delivered"]
    for proof in proofs:
        check_proof(proof)
    assert verify().verified


def test_what_a_gateway_said_stays_out_of_the_ledger(warned: Message) -> None:
    hear(told("ann", Level.FAILED, "550 <ann@people.example>: unknown"))
    assert not Opening.objects.filter(body__contains="people.example").exists()


def test_the_counts_by_level_follow_and_when_it_was_sent_stays(warned: Message, hands: clock.Frozen) -> None:
    sent = Tally.objects.get(message=warned, channel="smtp", level="accepted")
    assert sent.count == 2
    hands.advance(seconds=60)
    hear(told("ann", Level.DELIVERED), told("ben", Level.FAILED))
    counts = {row.level: row.count for row in Tally.objects.filter(message=warned, channel="smtp")}
    assert counts == {"accepted": 0, "delivered": 1, "failed": 1}
    hear(told("ben", Level.DELIVERED))
    row = Tally.objects.get(message=warned, channel="smtp", level="delivered")
    assert (row.count, row.first_at, row.last_at) == (2, sent.first_at, sent.last_at)


def test_a_delivery_that_fails_later_lets_the_plan_go_on_at_once_for_that_person_alone(
    warned: Message, http_gateway: http.Gateway, hands: clock.Frozen
) -> None:
    taken = receipts.record(EXERCISE, "smtp", [told("ann", Level.FAILED, "5.1.1")])
    assert taken.failed_recipients == {Recipient.objects.get(person__code="ann").pk}
    work()
    assert levels(warned, "ann") == [(0, "smtp", "failed"), (1, "webhook", "accepted")]
    assert levels(warned, "ben") == [(0, "smtp", "accepted")]
    assert devices(http_gateway) == ["ann"]
    hands.advance(seconds=121)
    work()
    assert sorted(devices(http_gateway)) == ["ann", "ben"]
    assert states(warned) == {"ann": "open", "ben": "open"}


def test_another_address_on_the_same_channel_comes_before_the_next_channel(
    house: House, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    ann = house.person("ann")
    ContactPoint.objects.create(person=ann, channel="smtp", address="ann2@people.example", rank=5)
    message = house.warn()
    work()
    hear(told("ann", Level.FAILED))
    work()
    assert mailboxes(smtp_sink) == ["ann", "ann2"]
    assert devices(http_gateway) == []
    second = Delivery.objects.get(message=message, contact_point__address="ann2@people.example")
    hear(Receipt(level=Level.FAILED, key=second.idempotency_key))
    work()
    assert levels(message, "ann") == [(0, "smtp", "failed"), (0, "smtp", "failed"), (1, "webhook", "accepted")]


def test_what_a_gateway_lets_expire_while_the_warning_stands_has_failed_there(
    warned: Message, http_gateway: http.Gateway
) -> None:
    hear(told("ann", Level.EXPIRED))
    work()
    assert levels(warned, "ann") == [(0, "smtp", "expired"), (1, "webhook", "accepted")]


def test_nobody_who_has_answered_is_followed_up_because_a_bounce_came_after(
    warned: Message, http_gateway: http.Gateway
) -> None:
    answer(warned, "ann", Response.SAFE)
    hear(told("ann", Level.FAILED))
    work()
    assert devices(http_gateway) == []
    assert not Lease.objects.filter(aside=True, done_at=None).exists()


def test_a_failure_after_the_delivery_is_known_is_kept_and_changes_nothing(
    warned: Message, http_gateway: http.Gateway
) -> None:
    assert hear(told("ann", Level.DELIVERED), told("ann", Level.FAILED, "a copy bounced")) == {"recorded": 2}
    work()
    assert levels(warned, "ann") == [(0, "smtp", "delivered")]
    assert devices(http_gateway) == []


def test_failure_and_arrival_in_one_batch_are_an_arrival(warned: Message, http_gateway: http.Gateway) -> None:
    taken = receipts.record(EXERCISE, "smtp", [told("ann", Level.FAILED), told("ann", Level.DELIVERED)])
    work()
    assert not taken.failed_recipients
    assert devices(http_gateway) == []


def test_many_failures_go_on_by_few_leases_and_reach_each_once(house: House, http_gateway: http.Gateway) -> None:
    for number in range(40):
        house.person(f"r{number}")
    message = house.warn()
    work()
    for number in range(40):
        hear(told(f"r{number}", Level.FAILED))
    assert Lease.objects.filter(message=message, aside=True).count() <= 2
    work()
    assert sorted(devices(http_gateway)) == sorted(f"r{number}" for number in range(40))
    assert not Lease.objects.filter(message=message, aside=True, done_at=None).exists()


def test_a_cancel_reaches_whoever_got_the_warning_by_the_channel_that_took_over(
    house: House, warned: Message, http_gateway: http.Gateway
) -> None:
    hear(told("ann", Level.FAILED))
    work()
    house.cancel(warned.warning)
    work()
    assert devices(http_gateway) == ["ann", "ann"]


def test_a_receipt_that_is_quicker_than_our_own_disk_waits_for_its_delivery(house: House, hands: clock.Frozen) -> None:
    ann = house.person("ann")
    message = house.warn()
    point = ann.contact_points.get(channel="smtp")
    for outbox in waiting(EXERCISE):
        step(outbox.pk, clock.now())
    recipient = Recipient.objects.get(person=ann)
    early = Receipt(level=Level.DELIVERED, key=warning_key(EXERCISE, message.pk, recipient.pk, point.pk, 0))
    assert hear(early) == {"early": 1}
    assert not record_early(clock.now()).became[Became.RECORDED]
    work()
    assert levels(message, "ann") == [(0, "smtp", "delivered")]
    assert not EarlyReceipt.objects.exists()


def test_a_receipt_by_the_gateways_own_reference_finds_the_latest_that_had_it(warned: Message) -> None:
    Delivery.objects.filter(recipient__person__code="ann").update(reference="77")
    assert hear(Receipt(level=Level.DELIVERED, reference="77")) == {"recorded": 1}
    assert levels(warned, "ann") == [(0, "smtp", "delivered")]
    assert hear(Receipt(level=Level.FAILED, reference="77"), channel="webhook") == {"early": 1}
    assert levels(warned, "ann") == [(0, "smtp", "delivered")]


def test_a_reference_is_the_providers_own_and_one_of_which_nobody_knows_whose_it_is_is_anyones(warned: Message) -> None:
    def told_by(provider: int | None) -> dict[str, int]:
        receipt = Receipt(level=Level.FAILED, reference="77", detail=f"says {provider}")
        call = Call(realm=EXERCISE, channel="smtp", heard=[receipt], provider=provider)
        return dict(+record_calls([call]).became)

    ann = Delivery.objects.filter(recipient__person__code="ann")
    ann.update(reference="77", provider=1)
    assert told_by(0) == {"early": 1}
    assert told_by(1) == {"recorded": 1}
    assert told_by(None) == {"recorded": 1}
    ann.update(provider=None)  # written before it was kept
    assert told_by(0) == {"recorded": 1}
    ann.update(provider=0)
    record_early(clock.now())
    assert not EarlyReceipt.objects.exists()


def test_a_reference_that_never_turns_out_to_be_ours_is_forgotten(warned: Message, hands: clock.Frozen) -> None:
    assert hear(Receipt(level=Level.DELIVERED, reference="anothers")) == {"early": 1}
    hands.advance(minutes=11)
    assert not record_early(clock.now()).became
    forget_old(clock.now())
    assert not EarlyReceipt.objects.exists()


@pytest.mark.parametrize("key", ["", "nothing", "A" * 40, "é", "\ud800", "x" * 5_000])
def test_an_unknown_key_is_counted_and_stores_nothing(warned: Message, key: str) -> None:
    entries = Entry.objects.count()
    assert hear(Receipt(level=Level.FAILED, key=key)) == {"unknown": 1}
    assert (Stored.objects.count(), EarlyReceipt.objects.count(), Entry.objects.count()) == (0, 0, entries)


def test_receipts_of_another_realm_or_channel_and_levels_that_are_peoples_are_refused(warned: Message) -> None:
    entries = Entry.objects.count()
    assert hear(told("ann", Level.FAILED), realm=Realm.LIVE) == {"refused": 1}
    assert hear(told("ann", Level.FAILED), channel="webhook") == {"refused": 1}
    assert hear(told("ann", Level.SAFE), told("ann", Level.ATTESTED), told("ann", Level.SUPERSEDED)) == {"refused": 3}
    assert hear(reply("3", key=delivery("ann").idempotency_key), realm=Realm.LIVE) == {"refused": 1}
    assert (Stored.objects.count(), Acknowledgement.objects.count(), Entry.objects.count()) == (0, 0, entries)


def test_a_call_told_twice_changes_nothing_even_if_it_would_mean_something_now(warned: Message) -> None:
    def call(name: str, *heard: Heard) -> dict[Became, int]:
        return dict(record_calls([Call(realm=EXERCISE, channel="smtp", heard=heard, id=name)]).became)

    assert call("a", reply("2"))[Became.ANSWERED] == 1
    assert call("b", reply("3"))[Became.ANSWERED] == 1
    assert call("a", reply("2"))[Became.REPEATED] == 1
    assert states(warned)["ann"] == "needs_help"


def test_a_reply_that_its_gateway_tells_twice_counts_once(warned: Message, hands: clock.Frozen) -> None:
    hear(reply("2", reference="1"))
    hear(reply("3", reference="2"))
    assert hear(reply("2", reference="1")) == {"repeated": 1}
    assert states(warned)["ann"] == "needs_help"
    hands.advance(days=3)
    forget_old(clock.now())
    assert not HeardBefore.objects.exists()


@pytest.mark.parametrize(("text", "state"), [("1", "acknowledged"), ("I'm safe", "safe"), ("AYUDA", "needs_help")])
def test_a_reply_from_an_address_is_that_persons_answer(warned: Message, text: str, state: str) -> None:
    assert hear(reply(text)) == {"answered": 1}
    assert states(warned) == {"ann": state, "ben": "open"}
    assert levels(warned, "ann") == [(0, "smtp", state)]
    (kept,) = Stored.objects.all()
    assert (kept.level, kept.detail) == (state, f"reply by smtp: {text}")
    assert Acknowledgement.objects.get().message_id == warned.pk
    assert verify().verified


def test_an_address_is_known_in_any_case_and_a_strangers_changes_nothing(warned: Message) -> None:
    assert hear(Reply(address=" ANN@People.Example ", text="2")) == {"answered": 1}
    entries = Entry.objects.count()
    assert hear(Reply(address="nobody@people.example", text="3"), Reply(address="", text="3")) == {"unknown": 2}
    assert Entry.objects.count() == entries


def test_numbers_are_known_with_and_without_their_plus(house: House) -> None:
    ann = house.person("ann")
    ContactPoint.objects.create(person=ann, channel="sms", address="+4915112345678", rank=9)
    message = house.warn()
    work()
    Delivery.objects.filter(recipient__person=ann).update(channel="sms")
    for number, text in (("4915112345678", "1"), ("004915112345678", "2"), ("+49 1511 2345678", "3")):
        assert hear(Reply(address=number, text=text), channel="sms") == {"answered": 1}
    assert states(message) == {"ann": "needs_help"}
    assert hear(Reply(address="12", text="3"), channel="sms") == {"unknown": 1}


def test_what_is_no_answer_is_kept_beside_the_delivery_and_counts_as_nothing(warned: Message) -> None:
    assert hear(reply("who is this?"), reply("HELP is at the desk", automatic=True)) == {"noted": 2}
    assert states(warned) == {"ann": "open", "ben": "open"}
    assert levels(warned, "ann") == [(0, "smtp", "accepted")]
    assert sorted(Stored.objects.values_list("level", "detail")) == [
        ("note", "automatic reply by smtp, no answer: HELP is at the desk"),
        ("note", "reply by smtp, no answer: who is this?"),
    ]
    assert hear(reply("who is this?")) == {"repeated": 1}


def test_with_several_warnings_in_force_a_reply_answers_the_latest_and_a_key_says_which(
    house: House, warned: Message, hands: clock.Frozen
) -> None:
    hands.advance(seconds=30)
    second = house.warn()
    work()
    hear(reply("1"))
    assert (states(warned)["ann"], states(second)["ann"]) == ("open", "acknowledged")
    hear(reply("2", key=delivery("ann", message=warned).idempotency_key))
    assert (states(warned)["ann"], states(second)["ann"]) == ("safe", "acknowledged")


def test_a_warning_in_force_is_answered_before_a_later_one_that_has_ended(
    house: House, warned: Message, hands: clock.Frozen
) -> None:
    hands.advance(seconds=30)
    second = house.warn()
    work()
    house.cancel(second.warning)
    work()
    hear(reply("1"))
    assert states(warned)["ann"] == "acknowledged"


def test_a_reply_soon_after_the_end_is_recorded_as_late_and_long_after_not_at_all(
    house: House, warned: Message, hands: clock.Frozen
) -> None:
    house.cancel(warned.warning)
    work()
    hands.advance(hours=20)
    assert hear(reply("3")) == {"answered": 1}
    assert Acknowledgement.objects.get().late
    hands.advance(hours=5)
    assert hear(reply("2")) == {"unknown": 1}


def test_a_key_names_the_person_whatever_address_they_write_from(warned: Message) -> None:
    key = delivery("ann").idempotency_key
    assert hear(Reply(address="ann@home.example", text="2", key=key)) == {"answered": 1}
    assert states(warned)["ann"] == "safe"


def test_a_key_further_up_the_thread_counts_only_from_whom_it_was_sent_to(warned: Message) -> None:
    thread = (delivery("ann").idempotency_key,)
    assert hear(Reply(address="friend@people.example", text="3", thread=thread)) == {"unknown": 1}
    assert hear(Reply(address="ben@people.example", text="1", thread=thread)) == {"answered": 1}
    assert states(warned) == {"ann": "open", "ben": "acknowledged"}
    assert hear(Reply(address="ann@people.example", text="2", thread=thread)) == {"answered": 1}
    assert states(warned) == {"ann": "safe", "ben": "acknowledged"}


def test_of_people_who_share_an_address_only_a_call_for_help_counts_and_for_each(house: House) -> None:
    house.person("ann"), house.person("ben")
    ContactPoint.objects.filter(channel="smtp").update(address="post@people.example")
    message = house.warn()
    work()
    assert hear(reply("2", code="post")) == {"noted": 2}
    assert states(message) == {"ann": "open", "ben": "open"}
    assert hear(reply("help", code="post")) == {"answered": 2}
    assert states(message) == {"ann": "needs_help", "ben": "needs_help"}


def test_a_supervisors_reply_to_a_notice_is_a_note_and_nobodys_answer(house: House, hands: clock.Frozen) -> None:
    boss = house.person("boss", house.elsewhere)
    house.supervised_by(house.post, boss)
    house.person("ann")
    message = house.warn()
    work()
    for _ in range(2):
        hands.advance(seconds=181)
        work()
    notice = Delivery.objects.get(purpose="escalate")
    said = Reply(address="boss@people.example", text="2", key=notice.idempotency_key)
    assert hear(said) == {"noted": 1}
    assert states(message) == {"ann": "open"}
    assert hear(Receipt(level=Level.DELIVERED, key=notice.idempotency_key)) == {"recorded": 1}
    assert Delivery.objects.get(pk=notice.pk).level == "delivered"


def test_a_persons_history_tells_what_was_heard(warned: Message) -> None:
    hear(told("ann", Level.DELIVERED, "in the mailbox"), reply("2 at home"))
    recipient = Recipient.objects.get(person__code="ann")
    assert [(line.kind.value, line.what, line.detail) for line in history(recipient)][1:] == [
        ("delivery", "accepted", ""),
        ("receipt", "delivered", "in the mailbox"),
        ("receipt", "safe", "reply by smtp: 2 at home"),
        ("answer", "safe", "2 at home"),
    ]
