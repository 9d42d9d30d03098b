"""The providers that are open, by realm and channel: one row of settings, one provider, never shared by the realms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError

from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import Channel, Kept
from vedette.dispatch.channels.heard import Heard
from vedette.dispatch.channels.lanes import Job, Lanes


@dataclass(frozen=True)
class ChannelRow:
    """What is stored of one provider of a channel."""

    realm: str
    name: str
    rank: int
    settings: dict[str, Any]
    mail_from: str


class OpenChannels:
    """Opens and closes providers so that they are as the rows say."""

    def __init__(
        self,
        hear: Callable[[str, str, Heard, int], Kept] = lambda realm, name, heard, rank: None,
        may_begin: Callable[[], bool] = lambda: True,
    ) -> None:
        self._hear = hear
        self._may_begin = may_begin
        self._open: dict[ChannelRowKey, tuple[ChannelRow, Lanes]] = {}
        #: (realm, name) -> its providers, the first to try first.
        self._by_name: dict[tuple[str, str], Sequence[Lanes]] = {}
        #: Replaced or gone, and still sending what was given to them.
        self._retired: list[Lanes] = []
        #: (realm, name, rank) -> why that provider cannot be used.
        self._broken: dict[ChannelRowKey, str] = {}

    def providers(self, realm: str, name: str) -> Sequence[Lanes]:
        """The providers of that channel in that realm, the first to try first; none when there is none to use."""
        return self._by_name.get((realm, name), ())

    def why_not(self, realm: str, name: str) -> str:
        """Why there is no provider."""
        for (of_realm, of_name, _), why in sorted(self._broken.items()):
            if (of_realm, of_name) == (realm, name):
                return why
        return f"no {name} channel is set for the {realm} realm"

    def connections(self) -> dict[tuple[str, str], int]:
        """Realm and channel -> how many lanes it has in all."""
        found: dict[tuple[str, str], int] = {}
        for (realm, name, _), (_, lanes) in self._open.items():
            found[realm, name] = found.get((realm, name), 0) + lanes.channel.settings.at_once
        return found

    def withdraw(self, wanted: Callable[[Job], bool]) -> list[Job]:
        """Take out of what waits, at every provider, the jobs that are wanted."""
        return [job for lanes in self._all() for job in lanes.withdraw(wanted)]

    def wake(self) -> None:
        """Let every lane look again at whether to begin."""
        for lanes in self._all():
            lanes.wake()

    async def keep(self, rows: list[ChannelRow]) -> None:
        """Open what is new or changed; close what is gone as soon as nothing is on its way through it."""
        wanted: Mapping[ChannelRowKey, ChannelRow] = {(row.realm, row.name, row.rank): row for row in rows}
        for at, (before, lanes) in list(self._open.items()):
            if wanted.get(at) != before:
                self._retired.append(lanes)
                del self._open[at]
        idle = [old for old in self._retired if old.idle]
        self._retired = [old for old in self._retired if old not in idle]
        for old in idle:
            await old.close()
        self._broken = {at: why for at, why in self._broken.items() if at in wanted}
        for at, row in wanted.items():
            if at not in self._open:
                await self._try(at, row)
        self._by_name = {}
        for (realm, name, _), (_, lanes) in sorted(self._open.items(), key=lambda item: item[0]):
            self._by_name[realm, name] = (*self._by_name.get((realm, name), ()), lanes)

    async def close(self) -> None:
        """Close all, whatever is on its way."""
        for lanes in self._all():
            await lanes.close()
        self._open.clear()
        self._by_name.clear()
        self._retired.clear()

    def _all(self) -> Iterable[Lanes]:
        return [*(lanes for _, lanes in self._open.values()), *self._retired]

    async def _try(self, at: ChannelRowKey, row: ChannelRow) -> None:
        kind = CHANNELS.get(row.name)
        if kind is None:
            self._broken[at] = f"there is no channel called {row.name}"
            return
        try:
            channel: Channel = kind(kind.parse(row.settings), row.mail_from, partial(self._heard, row))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            self._broken[at] = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
            return
        await channel.open()
        self._broken.pop(at, None)
        self._open[at] = (row, Lanes(channel, self._may_begin, row.rank))

    def _heard(self, row: ChannelRow, heard: Heard) -> Kept:
        return self._hear(row.realm, row.name, heard, row.rank)


ChannelRowKey = tuple[str, str, int]
