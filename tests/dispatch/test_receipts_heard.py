"""What a running engine hears on its channels' own connections, recorded while it works."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError

from tests.dispatch.house import House, devices, levels, states
from tests.servers import http, smsc
from vedette.dispatch.channels.heard import Receipt, Reply
from vedette.dispatch.database import InThreads
from vedette.dispatch.ears import Ears
from vedette.dispatch.engine import Engine
from vedette.dispatch.levels import Level
from vedette.dispatch.models import Channel
from vedette.people.models import ContactPoint

pytestmark = pytest.mark.django_db(transaction=True)

ANN, BEN = "+447700900001", "+447700900002"
PLAN = {
    "name": "sms",
    "steps": [
        {"action": "send", "channel": "smpp", "wait_s": 600},
        {"action": "send", "channel": "webhook", "wait_s": 600},
    ],
}


@pytest.fixture
def centre(house: House) -> Iterator[smsc.Centre]:
    with smsc.running() as running:
        reached = {"host": running.host, "port": running.port, "system_id": smsc.SYSTEM_ID, "password": smsc.PASSWORD}
        Channel.objects.create(realm=house.realm.value, name="smpp", settings={**reached, "from": "12345", "window": 5})
        for code, number in (("ann", ANN), ("ben", BEN)):
            ContactPoint.objects.create(person=house.person(code), channel="smpp", address=number, rank=9)
        yield running


@pytest.fixture
def engine(centre: smsc.Centre) -> Iterator[None]:
    """An engine at work, in a thread."""
    begun: list[Engine] = []

    async def work() -> None:
        begun.append(Engine())
        await begun[0].run()

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    yield
    loop_engine = begun[0]
    loop_engine.stop()
    thread.join(30)


def soon(holds: Callable[[], bool]) -> None:
    """Come back as soon as it holds."""
    until = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_receipts_and_replies_over_smpp_are_recorded_and_a_failure_moves_on_at_once(
    house: House, centre: smsc.Centre, engine: None, http_gateway: http.Gateway
) -> None:
    message = house.warn(plan=PLAN)
    soon(lambda: levels(message, "ann") == levels(message, "ben") == [(0, "smpp", "accepted")])
    for one in centre.to(ANN):
        centre.receipt(one.message_id, "DELIVRD")
    for one in centre.to(BEN):
        centre.receipt(one.message_id, "UNDELIV", "001")
    soon(lambda: levels(message, "ann") == [(0, "smpp", "delivered")])
    soon(lambda: levels(message, "ben") == [(0, "smpp", "failed"), (1, "webhook", "accepted")])
    assert devices(http_gateway) == ["ben"]
    centre.wrote(ANN, "2 at home")
    soon(lambda: states(message) == {"ann": "safe", "ben": "open"})
    centre.wrote(ANN, "SOS")
    soon(lambda: states(message) == {"ann": "needs_help", "ben": "open"})


class Refusing(InThreads):
    """A database that is away for the first two writes."""

    def __init__(self) -> None:
        super().__init__()
        self.tried = 0
        self.written: list[object] = []

    async def run(self, desk: object, work: object, *given: object) -> object:  # type: ignore[override]
        self.tried += 1
        if self.tried <= 2:
            raise OperationalError("away")
        self.written += given
        return None


def test_what_the_database_refuses_is_written_later_whole_and_in_its_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vedette.dispatch.ears.AGAIN_S", 0)

    async def work() -> list[tuple[str, int]]:
        database = Refusing()
        ears = Ears(database)
        for number in range(3):
            ears.hear("exercise", "smpp", Receipt(level=Level.DELIVERED, reference=str(number)))
        ears.hear("exercise", "sms", Reply(address="1", text="2"))
        ears.hear("live", "smpp", Reply(address="1", text="2"))
        working = asyncio.create_task(ears.work())
        while not database.written:
            await asyncio.sleep(0)
        working.cancel()
        assert not await ears.flush()
        await database.close()
        (calls,) = database.written
        return [(f"{call.realm}/{call.channel}", len(call.heard)) for call in calls]  # type: ignore[attr-defined]

    assert asyncio.run(work()) == [("exercise/smpp", 3), ("exercise/sms", 1), ("live/smpp", 1)]


def test_who_said_it_is_told_when_it_is_on_disk_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vedette.dispatch.ears.AGAIN_S", 0)

    async def work() -> None:
        database = Refusing()
        ears = Ears(database)
        kept = ears.hear("exercise", "smpp", Reply(address="1", text="2"))
        assert kept is not None
        with pytest.raises(OperationalError):
            await ears.flush()
        assert not kept.done()
        working = asyncio.create_task(ears.work())
        await kept
        assert database.written
        working.cancel()
        await database.close()

    asyncio.run(work())
