"""The one fan-out of live progress: what it asks the database, and what it says to how many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.backends.signals import connection_created

from tests.web.console.house import House, answered
from vedette.conf.events import Events
from vedette.dispatch.levels import State
from vedette.dispatch.models import Recipient
from vedette.warnings.models import Warning

pytestmark = pytest.mark.django_db(transaction=True)

#: A look every 20 ms, and a sign of life after five looks without news.
LOOK_S, HEARTBEAT_S = 0.02, 0.1
#: Asked once in every look, and by nothing else.
LOOKED = "FROM dispatch_tally t"


class Viewer:
    """One browser that listens."""

    def __init__(self, events: Events, warning: int, session: str) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self._gone = asyncio.Event()
        scope = {"method": "GET", "headers": [(b"cookie", f"sessionid={session}".encode())]}
        self._task = asyncio.create_task(events.stream(scope, self._receive, self._send, str(warning)))

    async def until(self, wanted: bytes) -> bytes:
        """All that is heard up to and with the part that holds `wanted`."""
        seen = b""
        while wanted not in seen:
            seen += await asyncio.wait_for(self.heard.get(), 20)
        return seen

    async def leave(self) -> None:
        self._gone.set()
        await self._task

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.heard.put_nowait(message.get("body", b""))


@contextmanager
def asked() -> Iterator[list[str]]:
    """The queries of all connections that are opened meanwhile: the fan-out's threads open their own."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        seen.append(sql)
        return execute(sql, *given)

    def watch(connection: Any, **_: Any) -> None:
        if note not in connection.execute_wrappers:
            connection.execute_wrappers.append(note)

    connection_created.connect(watch)
    try:
        yield seen
    finally:
        connection_created.disconnect(watch)


def session_of(house: House) -> str:
    return str(house.browser("officer").cookies["sessionid"].value)


@pytest.mark.parametrize("viewers", [1, 25])
def test_each_look_asks_the_same_however_many_listen(house: House, viewers: int) -> None:
    warning, session = house.issued(), session_of(house)

    async def listen() -> tuple[int, float]:
        events = Events(LOOK_S, 60)
        present = [Viewer(events, warning.pk, session) for _ in range(viewers)]
        for one in present:
            await one.until(b"event: map")
        loop = asyncio.get_running_loop()
        queries.clear()
        begun = loop.time()
        while sum(LOOKED in sql for sql in queries) < 5:
            await asyncio.to_thread(lambda: None)
        found = len(queries), loop.time() - begun
        for one in present:
            await one.leave()
        await events.close()
        return found

    with asked() as queries:
        count, took = asyncio.run(listen())
    assert took > 3 * LOOK_S, "looks come one after the other, each after a pause"
    assert count <= 5 * 20, "five looks' worth, whoever listens"


def test_looking_goes_on_while_anybody_listens_and_ends_with_the_last(house: House) -> None:
    warning, session = house.issued(), session_of(house)

    async def listen() -> None:
        events = Events(LOOK_S, HEARTBEAT_S)
        first, second = (Viewer(events, warning.pk, session) for _ in range(2))
        for one in (first, second):
            await one.until(b"event: map")
        await first.leave()
        queries.clear()
        await second.until(b": still here")
        assert any(LOOKED in sql for sql in queries), "somebody listens still"
        await second.leave()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if left:
            _, left = await asyncio.wait(left, timeout=5)
        assert not left, "no task is left that could look"
        await events.close()

    with asked() as queries:
        asyncio.run(listen())


def test_what_has_not_changed_is_not_pushed_and_an_idle_viewer_hears_a_sign_of_life(house: House) -> None:
    warning, session = house.issued(), session_of(house)

    async def listen() -> None:
        events = Events(LOOK_S, HEARTBEAT_S)
        viewer = Viewer(events, warning.pk, session)
        await viewer.until(b"event: map")
        queries.clear()
        assert await viewer.until(b": still here") == b": still here\n\n"
        assert sum(LOOKED in sql for sql in queries) >= 1, "it was looked at meanwhile"
        await asyncio.to_thread(somebody_answers, warning)
        news = await viewer.until(b"event: counts")
        assert b'id="count-safe">1<' in news
        await viewer.leave()
        await events.close()

    with asked() as queries:
        asyncio.run(listen())


def somebody_answers(warning: Warning) -> None:
    from django.db import connection

    recipient = Recipient.objects.filter(warning=warning).select_related("joined_by").first()
    assert recipient is not None
    answered(recipient, State.SAFE)
    connection.close()
