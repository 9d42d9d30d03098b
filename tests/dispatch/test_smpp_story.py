"""A warning that goes out as SMS, told as stories: the engine, a database, and a message centre."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import pytest

from tests.dispatch.house import House, states, work
from tests.servers import smsc
from vedette import clock
from vedette.dispatch.models import Channel, Delivery
from vedette.people.models import ContactPoint
from vedette.warnings.models import Message

PLAN = {"name": "sms", "steps": [{"action": "send", "channel": "smpp", "wait_s": 60}]}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def centre(house: House) -> Iterator[smsc.Centre]:
    """A centre that the house's realm sends through."""
    with smsc.running() as running:
        reached = {"host": running.host, "port": running.port, "system_id": smsc.SYSTEM_ID, "password": smsc.PASSWORD}
        Channel.objects.create(realm=house.realm.value, name="smpp", settings={**reached, "from": "12345", "window": 5})
        yield running


def telephones(house: House, *codes: str) -> dict[str, str]:
    """People with a telephone; code -> number."""
    numbers = {code: f"+4477009000{number:02}" for number, code in enumerate(codes)}
    for code, number in numbers.items():
        ContactPoint.objects.create(person=house.person(code), channel="smpp", address=number, rank=9)
    return numbers


def test_each_telephone_gets_the_warning_whole_between_its_marks_with_a_link_of_its_own(
    house: House, centre: smsc.Centre
) -> None:
    numbers = telephones(house, *(f"p{number:02}" for number in range(40)))
    message = house.warn(plan=PLAN)
    work()
    links = set()
    for number in numbers.values():
        text = "".join(one.text for one in centre.to(number))
        assert text.startswith("EXERCISE")
        assert text.endswith("EXERCISE")
        links |= {word for word in text.split() if urlsplit(word).path.startswith("/a/")}
    assert len(links) == 40
    assert set(states(message).values()) == {"open"}
    sent = {one.reference for one in Delivery.objects.filter(message=message, level="accepted")}
    assert sent == {centre.to(number)[-1].message_id for number in numbers.values()}


def test_a_number_that_is_refused_fails_and_one_that_is_put_off_is_tried_again(
    house: House, centre: smsc.Centre, hands: clock.Frozen
) -> None:
    numbers = telephones(house, "ann", "ben", "cal")
    centre.statuses = {numbers["ann"][1:]: [0x0B] * 9, numbers["ben"][1:]: [0x14]}
    message = house.warn(plan=PLAN)
    work()
    for _ in range(6):
        hands.advance(seconds=2)
        work()
    found = {one.recipient.person.code: one for one in Delivery.objects.filter(message=message)}
    assert {code: one.level for code, one in found.items()} == {"ann": "failed", "ben": "accepted", "cal": "accepted"}
    assert found["ann"].detail == "ESME_RINVDSTADR (0x0B)"
    assert len({one.text for one in centre.to(numbers["ben"])}) == len(centre.to(numbers["ben"]))


def test_a_centre_that_goes_away_in_the_middle_loses_nobody(
    house: House, centre: smsc.Centre, hands: clock.Frozen
) -> None:
    numbers = telephones(house, *(f"p{number:02}" for number in range(60)))
    broken = numbers["p30"][1:]
    centre.break_at = broken
    message = house.warn(plan=PLAN)
    work()
    accepted = dict(_accepted(message))
    # Nobody is accepted whom the centre did not answer about.
    assert set(accepted.values()) <= {one.message_id for one in centre.taken}
    assert "p30" not in accepted
    centre.break_at = ""
    for _ in range(8):
        hands.advance(seconds=2)
        work()
    accepted = dict(_accepted(message))
    assert sorted(accepted) == sorted(numbers)
    assert Delivery.objects.filter(message=message).count() == 60
    for code, number in numbers.items():
        # A segment whose answer was lost came twice, with the same mark; the telephone shows it once.
        pieces = {one.segment: one.text for one in centre.to(number)}
        text = "".join(pieces[at] for at in sorted(pieces, key=lambda at: at[1]))
        assert text.startswith("EXERCISE")
        assert text.endswith("EXERCISE")
        assert accepted[code] == centre.to(number)[-1].message_id


def _accepted(message: Message) -> Iterable[tuple[str, str]]:
    """Person code and reference of what was accepted."""
    found = Delivery.objects.filter(message=message, level="accepted")
    return found.values_list("recipient__person__code", "reference")
