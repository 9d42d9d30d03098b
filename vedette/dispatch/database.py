"""Where the engine's work on the database is done: beside its event loop, which must never wait for a disk.

`InProcesses` is the engine proper: four processes, each with a connection of its own, so that neither expanding a
million people nor writing results down takes time from sending. `InThreads` is for tests, whose clock the processes
would not see, and for short runs.
"""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import signal
import socket
import struct
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from functools import partial
from typing import Any

from django.db import DatabaseError, connection, connections

_LENGTH = struct.Struct(">Q")


class Desk(Enum):
    """Who does a piece of work; what one desk is given is done in that order."""

    #: Takes and loads leases, and sees who has answered: always quick.
    READER = "reader"
    #: Writes down what came of sending.
    WRITER = "writer"
    #: Expands messages, chunk by chunk.
    EXPANDER = "expander"
    #: Late joiners, endings, settings, and the expansion of what is more urgent than the other desk's.
    KEEPER = "keeper"


class Database(ABC):
    """Runs functions that touch the database. `died` is set when a desk is found gone."""

    def __init__(self) -> None:
        self.died = asyncio.Event()

    @abstractmethod
    async def run(self, desk: Desk, work: Callable[..., Any], *given: Any) -> Any:
        """What `work(*given)` gives, or raises. Functions and values must be such as `pickle` takes."""

    @abstractmethod
    async def close(self) -> None:
        """Let what is under way end, and close every connection."""


class InThreads(Database):
    """A thread for each desk, in this process."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = {desk: ThreadPoolExecutor(1, thread_name_prefix=f"engine-{desk.value}") for desk in Desk}

    async def run(self, desk: Desk, work: Callable[..., Any], *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads[desk], partial(_guarded, work, *given))

    async def close(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(one, connections.close_all) for one in self._threads.values()))
        for threads in self._threads.values():
            threads.shutdown()


class DeskDied(Exception):
    """A process that works on the database is gone: the engine ends, and is started again by who watches over it."""


class InProcesses(Database):
    """A process for each desk. Made before there is an event loop or a thread, as it forks."""

    def __init__(self) -> None:
        super().__init__()
        connections.close_all()
        gc.collect()
        gc.freeze()
        ours: list[socket.socket] = []
        self._desks: dict[Desk, _Process] = {}
        for desk in Desk:
            here, there = socket.socketpair()
            ours.append(here)
            pid = os.fork()
            if pid == 0:
                for other in ours:
                    other.close()
                _be_a_desk(there)
            there.close()
            self._desks[desk] = _Process(pid, here)

    async def run(self, desk: Desk, work: Callable[..., Any], *given: Any) -> Any:
        try:
            return await self._desks[desk].run(work, *given)
        except DeskDied:
            self.died.set()
            raise

    async def close(self) -> None:
        for desk in self._desks.values():
            await desk.close()


class _Process:
    """The engine's end of one desk. Answers come in the order of the questions."""

    def __init__(self, pid: int, ours: socket.socket) -> None:
        self.pid = pid
        self._socket = ours
        self._asked: deque[asyncio.Future[bytes]] = deque()
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._gone = False

    async def run(self, work: Callable[..., Any], *given: Any) -> Any:
        asked = pickle.dumps((work, given), pickle.HIGHEST_PROTOCOL)
        writer = self._writer or await self._open()
        if self._gone:
            raise DeskDied(f"process {self.pid} is gone")
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        writer.write(_LENGTH.pack(len(asked)) + asked)
        held, value = pickle.loads(await answer)  # noqa: S301  (from our own process, over a socket pair)
        if not held:
            raise value
        return value

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._socket.close()
        await asyncio.get_running_loop().run_in_executor(None, os.waitpid, self.pid, 0)
        if self._reading is not None:
            await self._reading

    async def _open(self) -> asyncio.StreamWriter:
        async with self._opening:
            if self._writer is None:
                reader, self._writer = await asyncio.open_unix_connection(sock=self._socket, limit=2**20)
                self._reading = asyncio.create_task(self._read(reader))
            return self._writer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
                answer = await reader.readexactly(length)
                if not (asked := self._asked.popleft()).done():
                    asked.set_result(answer)
        except (asyncio.IncompleteReadError, OSError):
            self._gone = True
            for asked in self._asked:
                if not asked.done():
                    asked.set_exception(DeskDied(f"process {self.pid} is gone"))


def _be_a_desk(asked: socket.socket) -> None:
    """Do what is asked until the engine is gone or has closed its end; never returns."""
    # The engine says when it is over, by closing its end; a signal to the whole group must not cut a commit short.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        stream = asked.makefile("rwb")
        while head := stream.read(_LENGTH.size):
            work, given = pickle.loads(stream.read(_LENGTH.unpack(head)[0]))  # noqa: S301  (from the engine itself)
            answer = _answered(work, given)
            stream.write(_LENGTH.pack(len(answer)) + answer)
            stream.flush()
        connections.close_all()
    finally:
        os._exit(0)


def _answered(work: Callable[..., Any], given: tuple[Any, ...]) -> bytes:
    try:
        return pickle.dumps((True, _guarded(work, *given)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        try:
            pickle.loads(told := pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL))  # noqa: S301
        except Exception:
            told = pickle.dumps((False, _plain(error)), pickle.HIGHEST_PROTOCOL)
        return told


def _plain(error: Exception) -> Exception:
    """An error that cannot be carried over, as one that can; what makes it one of the database stays."""
    kind = DatabaseError if isinstance(error, DatabaseError) else RuntimeError
    return kind(f"{type(error).__name__}: {error}")


def _guarded(work: Callable[..., Any], *given: Any) -> Any:
    """Run `work`; after a failure of the database, drop this thread's connection if it is broken."""
    try:
        return work(*given)
    except DatabaseError:
        connection.close_if_unusable_or_obsolete()
        raise
