"""Receipts and replies that come from several processes at once, while the engine works."""

from __future__ import annotations

import random
import threading

import pytest
from django.db import connections

from tests.dispatch.house import House, states, work
from tests.servers import http
from vedette.access.handling import Realm
from vedette.dispatch import receipts
from vedette.dispatch.channels.heard import Heard, Receipt, Reply
from vedette.dispatch.levels import Level
from vedette.dispatch.models import Delivery, Tally
from vedette.dispatch.models import Receipt as Stored
from vedette.ledger.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, THREADS, ROUNDS = 40, 4, 8


def test_what_is_heard_at_once_counts_once_and_nobody_waits_for_another_for_ever(
    house: House, http_gateway: http.Gateway
) -> None:
    for number in range(PEOPLE):
        house.person(f"r{number}")
    message = house.warn()
    work()
    keys = {one.recipient_id: one.idempotency_key for one in Delivery.objects.filter(message=message)}
    failing = set(sorted(keys)[: PEOPLE // 2])
    errors: list[Exception] = []

    def say(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(ROUNDS):
                heard: list[Heard] = [
                    Receipt(level=Level.FAILED if who in failing else Level.DELIVERED, key=key)
                    for who, key in keys.items()
                ]
                heard.append(Reply(address="r39@people.example", text="2", reference="one"))
                chance.shuffle(heard)
                receipts.record(Realm.EXERCISE, "smtp", heard)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=say, args=(seed,)) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    work()
    for thread in threads:
        thread.join()
    work()
    assert not errors
    assert Stored.objects.count() == PEOPLE + 1
    assert states(message)["r39"] == "safe"
    assert len(http_gateway.requests) == len({one.headers["webhook-id"] for one in http_gateway.requests})
    levels = list(Delivery.objects.filter(message=message).values_list("channel", "level"))
    counted = {(row.channel, row.level): row.count for row in Tally.objects.filter(message=message) if row.count}
    assert counted == {one: levels.count(one) for one in set(levels)}
    assert counted["webhook", "accepted"] == counted["smtp", "failed"] == len(failing)
    assert verify().verified
