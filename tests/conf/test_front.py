"""The front's own doors: which hosts it answers to, and at what cost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from vedette.conf.reply import HostCheck


class Asked(list[str]):
    """Allowed hosts that count how often they are looked up."""

    times = 0

    def __iter__(self) -> Iterator[str]:
        self.times += 1
        return super().__iter__()


@pytest.fixture
def hosts(settings: Any) -> Asked:
    settings.ALLOWED_HOSTS = Asked(["localhost"])
    return settings.ALLOWED_HOSTS


def test_many_requests_at_once_look_a_host_up_once(hosts: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    now = SimpleNamespace(at=100.0)
    monkeypatch.setattr("vedette.conf.reply.time", SimpleNamespace(monotonic=lambda: now.at))

    async def all_ask(check: HostCheck, host: str) -> set[bool]:
        return set(await asyncio.gather(*(check.allows(host) for _ in range(50))))

    async def story() -> None:
        check = HostCheck()
        assert await all_ask(check, "localhost:8000") == {True} and hosts.times == 1
        assert await all_ask(check, "evil.example") == {False} and hosts.times == 2
        now.at += 4
        assert await all_ask(check, "localhost:8000") == {True} and hosts.times == 2
        # Asked anew, while all go on with what was known.
        now.at += 3
        assert await all_ask(check, "localhost:8000") == {True}
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
        assert hosts.times == 3
        # What was known long ago counts for nothing.
        now.at += 60
        hosts.clear()
        assert await all_ask(check, "localhost:8000") == {False} and hosts.times == 4

    asyncio.run(story())
