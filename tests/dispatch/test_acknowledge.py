"""Answers: recorded once, in order, with the ledger, and never for somebody else."""

from __future__ import annotations

import asyncio

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dispatch.house import House, answer, states, work
from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import Refused
from vedette.dispatch.acknowledge import Answer, Recorded, record
from vedette.dispatch.actions import attest
from vedette.dispatch.decide import answered_state
from vedette.dispatch.group_commit import GroupCommit
from vedette.dispatch.levels import Response, State
from vedette.dispatch.models import Acknowledgement, Recipient
from vedette.dispatch.proofs import NothingToProve, proofs_of
from vedette.dispatch.tokens import RecipientRef
from vedette.formats.parts import BadInput
from vedette.ledger.check import check_proof
from vedette.ledger.models import Entry
from vedette.ledger.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)


def ref(code: str) -> RecipientRef:
    recipient = Recipient.objects.get(person__code=code)
    return RecipientRef(recipient.pk, Realm(recipient.realm))


def test_saying_the_same_again_changes_nothing(house: House) -> None:
    house.person("ann")
    message = house.warn()
    work()
    assert answer(message, "ann").recorded is Recorded.RECORDED
    entries = Entry.objects.count()
    assert answer(message, "ann").recorded is Recorded.REPEATED
    assert Acknowledgement.objects.count() == 1
    assert Entry.objects.count() == entries


def test_the_same_answer_with_a_new_note_is_recorded_and_the_same_note_only_once(house: House) -> None:
    house.person("ann")
    message = house.warn()
    work()
    me = ref("ann")

    def say(response: Response, note: str = "") -> Recorded:
        return record([Answer(recipient=me, response=response, note=note)])[0].recorded

    assert say(Response.NEEDS_HELP) is Recorded.RECORDED
    entries = Entry.objects.count()
    assert say(Response.NEEDS_HELP, "water at the door") is Recorded.RECORDED
    assert Entry.objects.count() == entries + 1
    assert say(Response.NEEDS_HELP, "water at the door") is Recorded.REPEATED
    assert say(Response.NEEDS_HELP) is Recorded.REPEATED
    assert say(Response.ACKNOWLEDGED) is Recorded.RECORDED
    both = [Answer(recipient=me, response=Response.ACKNOWLEDGED, note="we are three")] * 2
    assert [one.recorded for one in record(both)] == [Recorded.RECORDED, Recorded.REPEATED]
    told = list(Acknowledgement.objects.order_by("pk").values_list("response", "turn", "note"))
    assert told == [
        ("needs_help", 0, ""),
        ("needs_help", 1, "water at the door"),
        ("acknowledged", 0, ""),
        ("acknowledged", 1, "we are three"),
    ]
    assert states(message) == {"ann": "needs_help"}
    assert verify().verified


def test_whoever_needs_help_again_after_having_been_safe_is_heard(house: House) -> None:
    house.person("ann")
    message = house.warn()
    work()
    for response, state in (
        (Response.NEEDS_HELP, "needs_help"),
        (Response.ACKNOWLEDGED, "needs_help"),
        (Response.SAFE, "safe"),
        (Response.NEEDS_HELP, "needs_help"),
    ):
        answer(message, "ann", response)
        assert states(message) == {"ann": state}
    assert Acknowledgement.objects.count() == 4
    assert verify().verified


def test_answers_of_many_are_one_entry_and_strangers_in_the_batch_harm_nobody(house: House) -> None:
    for number in range(5):
        house.person(f"r{number}")
    message = house.warn()
    work()
    entries = Entry.objects.count()
    live = RecipientRef(ref("r4").recipient_id, Realm.LIVE)
    outcomes = record(
        [Answer(recipient=ref(f"r{number}"), response=Response.SAFE, note="ok") for number in range(4)]
        + [Answer(recipient=RecipientRef(2**40, Realm.EXERCISE), response=Response.SAFE)]
        + [Answer(recipient=live, response=Response.SAFE)]
    )
    assert [outcome.recorded for outcome in outcomes] == [Recorded.RECORDED] * 4 + [Recorded.UNKNOWN] * 2
    assert Entry.objects.count() == entries + 1
    assert states(message) == {**{f"r{number}": "safe" for number in range(4)}, "r4": "open"}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(Response)), max_size=12), cut=st.integers(0, 12))
def test_answers_mean_the_same_in_one_batch_or_in_several(
    house: House, said: list[tuple[int, Response]], cut: int
) -> None:
    from vedette.dispatch.models import Delivery, Escalation, Expansion, Lease

    for model in (Acknowledgement, Escalation, Delivery, Lease, Expansion, Recipient):
        model.objects.all().delete()
    for number in range(3):
        if f"r{number}" not in house.people:
            house.person(f"r{number}")
    message = house.warn()
    work()
    mine = {one.person.code: one for one in Recipient.objects.filter(warning=message.warning_id)}
    batch = [
        Answer(recipient=RecipientRef(mine[f"r{who}"].pk, Realm.EXERCISE), response=response) for who, response in said
    ]
    for part in (batch[:cut], batch[cut:]):
        record(part)
    expected = {f"r{number}": State.OPEN for number in range(3)}
    for who, response in said:
        expected[f"r{who}"] = answered_state(expected[f"r{who}"], State(response.value))
    assert states(message) == expected


def test_somebody_with_the_right_attests_and_the_persons_own_word_outranks_it(house: House) -> None:
    house.person("ann")
    message = house.warn()
    work()
    recipient = Recipient.objects.get(person__code="ann")
    with pytest.raises(BadInput, match="how you know"):
        attest(house.officer, recipient, " ")
    attest(house.officer, recipient, "seen at the post at 16:05")
    assert states(message) == {"ann": "attested"}
    answer(message, "ann")
    assert states(message) == {"ann": "acknowledged"}
    attest(house.officer, recipient, "seen again")
    assert states(message) == {"ann": "acknowledged"}


def test_nobody_attests_across_realms_or_without_the_right(house: House) -> None:
    from dataclasses import replace

    house.person("ann")
    house.warn()
    work()
    recipient = Recipient.objects.get(person__code="ann")
    for actor in (replace(house.officer, realm=Realm.LIVE), replace(house.officer, roles=frozenset())):
        with pytest.raises(Refused):
            attest(actor, recipient, "seen")
    assert not Acknowledgement.objects.exists()


def test_every_delivery_and_answer_of_a_person_can_be_proven_without_the_database(
    house: House, hands: clock.Frozen
) -> None:
    house.person("ann"), house.person("ben")
    message = house.warn()
    with pytest.raises(NothingToProve):
        proofs_of(house.officer, str(message.warning_id), "ann")
    work()
    hands.advance(seconds=121)
    work()
    answer(message, "ann", Response.SAFE)
    proofs = proofs_of(house.officer, message.warning.identifier, "ann")["proofs"]
    assert len(proofs) == 3
    for proof in proofs:
        check_proof(proof)
    shown = [proof["record"]["value"] for proof in proofs]
    assert [one.get("channel") or one.get("response") for one in shown] == ["smtp", "webhook", "safe"]


def test_group_commit_answers_everyone_who_came_while_it_was_busy(house: House) -> None:
    for number in range(20):
        house.person(f"r{number}")
    message = house.warn()
    work()
    everyone = [ref(f"r{number}") for number in range(20)]
    batches: list[int] = []

    def counted(batch: list[Answer]) -> list:
        batches.append(len(batch))
        return record(batch)

    async def go() -> list:
        group = GroupCommit(counted)
        try:
            return await asyncio.gather(
                *(group.record(Answer(recipient=one, response=Response.ACKNOWLEDGED)) for one in everyone)
            )
        finally:
            await group.close()

    outcomes = asyncio.run(go())
    assert {outcome.recorded for outcome in outcomes} == {Recorded.RECORDED}
    assert sum(batches) == 20
    assert len(batches) <= 2
    assert set(states(message).values()) == {"acknowledged"}


def test_an_answer_that_cannot_be_recorded_fails_alone_and_takes_nobodys_with_it(house: House) -> None:
    for code in ("ann", "bad", "cat"):
        house.person(code)
    message = house.warn()
    work()
    everyone = [ref(code) for code in ("ann", "bad", "cat")]

    def choosy(batch: list[Answer]) -> list:
        with transaction.atomic():
            outcomes = record(batch)
            if everyone[1] in [one.recipient for one in batch]:
                raise OverflowError("date value out of range")
            return outcomes

    async def go() -> list:
        group = GroupCommit(choosy)
        try:
            said = (group.record(Answer(recipient=one, response=Response.SAFE)) for one in everyone)
            return await asyncio.gather(*said, return_exceptions=True)
        finally:
            await group.close()

    first, poisoned, last = asyncio.run(go())
    assert isinstance(poisoned, OverflowError)
    assert (first.recorded, last.recorded) == (Recorded.RECORDED, Recorded.RECORDED)
    assert states(message) == {"ann": "safe", "bad": "open", "cat": "safe"}
