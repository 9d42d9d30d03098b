"""Opens the listeners that are set, opens each again when it fails, and keeps saying how each is doing."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vedette import clock
from vedette.access.handling import Realm
from vedette.exchange.listening import owntracks, tak
from vedette.exchange.listening.settings import OwnTracksSettings, read
from vedette.exchange.listening.taker import Taker
from vedette.exchange.models import Listener
from vedette.formats.parts import BadInput

log = logging.getLogger(__name__)

#: Seconds between looks at what is set, and between two sayings of the same.
LOOK_S, TELL_S = 1.0, 20.0
#: Seconds before one that failed is opened again, the first time and at most.
_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_LONGEST_REMARK = 300


@contextlib.contextmanager
def beside() -> Iterator[None]:
    """Listen in a thread, while something else is done in this one."""
    started = threading.Event()
    ends: list[Callable[[], object]] = []

    async def work() -> None:
        loop, ending = asyncio.get_running_loop(), asyncio.Event()
        ends.append(lambda: loop.call_soon_threadsafe(ending.set))
        started.set()
        await listen(ending)

    thread = threading.Thread(target=lambda: asyncio.run(work()), name="listeners", daemon=True)
    thread.start()
    started.wait()
    try:
        yield
    finally:
        ends[0]()
        thread.join()


async def listen(ending: asyncio.Event) -> None:
    """Listen until told to end."""
    taker = Taker()
    house = _House(taker)
    taking, looking = asyncio.create_task(taker.work()), asyncio.create_task(house.work())
    try:
        await ending.wait()
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await house.close()
        taking.cancel()
        await asyncio.gather(taking, return_exceptions=True)
        await taker.close()


@dataclass
class _Open:
    """One listener that is open, or tries to be."""

    row: Listener
    task: asyncio.Task[None]
    state: Listener.State = Listener.State.NONE
    remark: str = ""
    #: What was said last, and when by the loop's clock.
    said: tuple[str, str] = ("", "")
    said_at: float = 0.0


class _House:
    """What is open."""

    def __init__(self, taker: Taker) -> None:
        self._taker = taker
        self._open: dict[int, _Open] = {}
        self._changed = asyncio.Event()

    async def work(self) -> None:
        """Look at what is set, and say what has changed, until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("listeners")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._changed.wait()
            self._changed.clear()

    async def look(self) -> None:
        """Open what is set, close what is no more, and say how each is doing."""
        rows: list[Listener] = []
        await self._taker.run(lambda: rows.extend(Listener.objects.filter(enabled=True)))
        wanted = {row.pk: row for row in rows}
        for pk, one in list(self._open.items()):
            if pk not in wanted or wanted[pk].settings != one.row.settings:
                await self._end(self._open.pop(pk))
        for pk, row in wanted.items():
            if pk not in self._open:
                self._open[pk] = _Open(row, asyncio.create_task(self._keep_open(row)))
            elif row.state != self._open[pk].said[0]:
                # It was set anew to what it is already.
                self._open[pk].said = ("", "")
        await self._tell()

    async def close(self) -> None:
        """Close all."""
        for one in self._open.values():
            await self._end(one)

    async def _end(self, one: _Open) -> None:
        one.task.cancel()
        await asyncio.gather(one.task, return_exceptions=True)

    async def _tell(self) -> None:
        now = asyncio.get_running_loop().time()
        # What each says now: it may say something else while this is written.
        due = [
            (one, (one.state, one.remark))
            for one in self._open.values()
            if one.state and (one.said != (one.state, one.remark) or now - one.said_at >= TELL_S)
        ]

        def write() -> None:
            for one, (state, remark) in due:
                told = {"state": state, "remark": remark, "told_at": clock.now()}
                Listener.objects.filter(pk=one.row.pk).update(**told)

        if due:
            await self._taker.run(write)
        for one, said in due:
            one.said, one.said_at = said, now

    async def _keep_open(self, row: Listener) -> None:
        pause = _PAUSE_S
        while True:
            begun = False

            def listening(remark: str = "") -> None:
                nonlocal begun
                begun = True
                self._note(row, Listener.State.LISTENING, remark)

            try:
                await self._listen(row, listening)
            except (owntracks.BrokerLost, tak.CannotListen, BadInput) as error:
                self._note(row, Listener.State.FAILING, str(error))
            except Exception as error:
                log.exception("listener %s in %s", row.kind, row.realm)
                self._note(row, Listener.State.FAILING, f"{type(error).__name__}: {error}")
            pause = _PAUSE_S if begun else min(pause * 2, _LONGEST_PAUSE_S)
            await asyncio.sleep(pause)

    async def _listen(self, row: Listener, listening: Callable[..., None]) -> None:
        settings, realm = read(row.kind, row.settings), Realm(row.realm)
        if isinstance(settings, OwnTracksSettings):
            await owntracks.listen(realm, settings, self._taker, listening)
        else:
            await tak.listen(realm, settings, self._taker, listening)

    def _note(self, row: Listener, state: Listener.State, remark: str) -> None:
        one = self._open.get(row.pk)
        if one is not None and one.row is row:
            one.state, one.remark = state, remark[:_LONGEST_REMARK]
            self._changed.set()
