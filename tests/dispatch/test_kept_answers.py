"""Answers that a phone kept until it had a connection: with the time they were given at, once, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dispatch.house import House, answer, states, work
from tests.dispatch.test_acknowledge import ref
from vedette import clock
from vedette.dispatch.acknowledge import Answer, Outcome, Recorded, record
from vedette.dispatch.kept_answers import AS_IT_CAME, given_at
from vedette.dispatch.levels import Response
from vedette.dispatch.models import Acknowledgement
from vedette.dispatch.proofs import NothingToProve, proofs_of
from vedette.ledger.check import check_proof
from vedette.ledger.models import Entry
from vedette.ledger.verify import verify
from vedette.warnings.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

SAFE, HELP, READ = Response.SAFE, Response.NEEDS_HELP, Response.ACKNOWLEDGED


def kept(
    response: Response, told_at: datetime, sent_at: datetime | None = None, code: str = "ann", seen: str = ""
) -> Answer:
    """An answer as a phone sends it that kept it."""
    return Answer(recipient=ref(code), response=response, told_at=told_at, sent_at=sent_at or clock.now(), seen=seen)


def became(outcomes: Sequence[Outcome]) -> list[Recorded]:
    return [outcome.recorded for outcome in outcomes]


@pytest.fixture
def message(house: House) -> Message:
    house.person("ann")
    message = house.warn()
    work()
    return message


def test_both_times_are_recorded_and_vouched_for(message: Message, hands: clock.Frozen, house: House) -> None:
    hands.advance(minutes=10)
    given_then = clock.now()
    hands.advance(minutes=25)
    assert became(record([kept(SAFE, given_then)])) == [Recorded.RECORDED]
    stored = Acknowledgement.objects.get()
    assert (stored.answered_at, stored.at) == (given_then, clock.now())
    assert verify().verified
    found = proofs_of(house.officer, message.warning.identifier, "ann")
    (told,) = [proof for proof in found["proofs"] if "response" in proof["record"]["value"]]
    assert told["record"]["value"]["answered_at"] == clock.rfc3339(given_then)
    check_proof(told)
    Acknowledgement.objects.update(answered_at=given_then - timedelta(minutes=5))
    with pytest.raises(NothingToProve):
        proofs_of(house.officer, message.warning.identifier, "ann")


def test_the_same_answer_sent_again_counts_once_whatever_was_said_meanwhile(
    message: Message, hands: clock.Frozen
) -> None:
    hands.advance(minutes=10)
    told_at = clock.now()
    hands.advance(minutes=1)
    record([kept(SAFE, told_at)])
    hands.advance(minutes=1)
    answer(message, "ann", HELP)
    hands.advance(minutes=1)
    entries = Entry.objects.count()
    assert became(record([kept(SAFE, told_at), kept(SAFE, told_at)])) == [Recorded.REPEATED] * 2
    assert states(message) == {"ann": "needs_help"}, "what was sent twice does not hide a later call for help"
    assert Acknowledgement.objects.count() == 2 and Entry.objects.count() == entries


def test_an_answer_sent_again_is_known_in_the_very_batch_that_records_it(message: Message, hands: clock.Frozen) -> None:
    hands.advance(minutes=10)
    told_at = clock.now()
    hands.advance(minutes=10)
    batch = [kept(SAFE, told_at), kept(HELP, told_at + timedelta(minutes=1)), kept(SAFE, told_at)]
    assert became(record(batch)) == [Recorded.RECORDED, Recorded.RECORDED, Recorded.REPEATED]
    assert states(message) == {"ann": "needs_help"}


def test_an_older_answer_that_comes_in_late_takes_nothing_back(message: Message, hands: clock.Frozen) -> None:
    hands.advance(minutes=10)
    told_at = clock.now()
    hands.advance(minutes=10)
    answer(message, "ann", HELP)
    hands.advance(minutes=10)
    assert became(record([kept(SAFE, told_at)])) == [Recorded.RECORDED]
    assert states(message) == {"ann": "needs_help"}
    assert Acknowledgement.objects.count() == 2
    hands.advance(minutes=10)
    answer(message, "ann", SAFE)
    assert states(message) == {"ann": "safe"}, "said after it, it does"


def test_several_answers_go_in_the_order_in_which_they_were_given(message: Message, hands: clock.Frozen) -> None:
    hands.advance(minutes=10)
    first = clock.now()
    hands.advance(minutes=30)
    record([kept(HELP, first), kept(SAFE, first + timedelta(minutes=20))])
    assert states(message) == {"ann": "safe"}
    assert list(Acknowledgement.objects.order_by("answered_at").values_list("response", flat=True)) == [
        "needs_help",
        "safe",
    ]


def test_what_comes_in_after_the_end_is_late_though_it_was_given_before(message: Message, hands: clock.Frozen) -> None:
    hands.advance(minutes=10)
    told_at = clock.now()
    hands.advance(days=30)
    assert became(record([kept(SAFE, told_at)])) == [Recorded.LATE]
    stored = Acknowledgement.objects.get()
    assert stored.late and stored.answered_at == told_at


def test_a_wrong_clock_does_no_harm(message: Message, hands: clock.Frozen) -> None:
    hands.advance(minutes=30)
    wrong = timedelta(days=400)
    phone_now = clock.now() - wrong
    record([kept(SAFE, phone_now - timedelta(minutes=5), sent_at=phone_now)])
    assert Acknowledgement.objects.get().answered_at == clock.now() - timedelta(minutes=5)


def test_a_time_that_cannot_be_is_left_out_and_the_answer_counts_as_it_came_in(
    message: Message, hands: clock.Frozen
) -> None:
    hands.advance(minutes=30)
    now = clock.now()
    for number, (told_at, sent_at) in enumerate(
        (
            (now + timedelta(minutes=5), now),
            (now - timedelta(days=1), now),
            (now - timedelta(seconds=2), now),
            (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)),
        )
    ):
        record([kept((SAFE, HELP)[number % 2], told_at, sent_at)])
    stored = Acknowledgement.objects.all()
    assert len(stored) == 4 and {one.answered_at for one in stored} == {None}


def test_an_answer_kept_is_about_the_message_that_was_on_the_page(house: House, hands: clock.Frozen) -> None:
    house.person("ann")
    first = house.warn()
    work()
    hands.advance(minutes=10)
    told_at = clock.now()
    second = house.update(first.warning)
    work()
    hands.advance(minutes=10)
    record([kept(READ, told_at, seen=first.identifier)])
    assert Acknowledgement.objects.get().message == first
    record([kept(READ, told_at + timedelta(seconds=1), seen=second.identifier)])
    assert Acknowledgement.objects.get(message=second).answered_at == told_at + timedelta(seconds=1)


@given(
    age=st.integers(-10_000, 10_000),
    wrong=st.integers(-(10**7), 10**7),
    issued=st.integers(0, 10_000),
)
def test_the_time_of_an_answer_is_never_before_the_issue_nor_in_the_future(age: int, wrong: int, issued: int) -> None:
    now = datetime(2025, 12, 4, tzinfo=UTC)
    phone_now = now + timedelta(seconds=wrong)
    at = given_at(phone_now - timedelta(seconds=age), phone_now, now - timedelta(seconds=issued), now)
    if at is None:
        assert age > issued or age <= AS_IT_CAME.total_seconds()
    else:
        assert at == now - timedelta(seconds=age) and now - timedelta(seconds=issued) <= at < now
