"""The channels that are open, by realm and name: one row of settings, one channel, never shared by the realms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import Channel
from vedette.dispatch.channels.gate import Gate


@dataclass(frozen=True)
class ChannelRow:
    """What is stored of one channel."""

    realm: str
    name: str
    settings: dict[str, Any]
    mail_from: str


@dataclass(frozen=True)
class OpenChannel:
    """A channel and its door."""

    row: ChannelRow
    channel: Channel
    gate: Gate


class OpenChannels:
    """Opens and closes channels so that they are as the rows say."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], OpenChannel] = {}
        #: Replaced or gone, and still sending what was given to them.
        self._retired: list[OpenChannel] = []
        #: (realm, name) -> why that channel cannot be used.
        self.broken: dict[tuple[str, str], str] = {}

    def get(self, realm: str, name: str) -> OpenChannel | None:
        """The channel of that name in that realm; None when there is none to use."""
        return self._open.get((realm, name))

    def why_not(self, realm: str, name: str) -> str:
        """Why `get` gives None."""
        return self.broken.get((realm, name), f"no {name} channel is set for the {realm} realm")

    async def keep(self, rows: list[ChannelRow]) -> None:
        """Open what is new or changed; close what is gone as soon as nothing is on its way through it."""
        wanted: Mapping[tuple[str, str], ChannelRow] = {(row.realm, row.name): row for row in rows}
        for at, before in list(self._open.items()):
            if wanted.get(at) != before.row:
                self._retired.append(self._open.pop(at))
        idle = [old for old in self._retired if old.gate.idle]
        self._retired = [old for old in self._retired if not old.gate.idle]
        for old in idle:
            await old.channel.close()
        self.broken = {at: why for at, why in self.broken.items() if at in wanted}
        for at, row in wanted.items():
            if at not in self._open:
                await self._try(at, row)

    async def close(self) -> None:
        """Close all, whatever is on its way."""
        await self.keep([])
        for old in self._retired:
            await old.channel.close()
        self._retired.clear()

    async def _try(self, at: tuple[str, str], row: ChannelRow) -> None:
        kind = CHANNELS.get(row.name)
        if kind is None:
            self.broken[at] = f"there is no channel called {row.name}"
            return
        try:
            channel = kind(kind.parse(row.settings), row.mail_from)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            self.broken[at] = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
            return
        await channel.open()
        self.broken.pop(at, None)
        self._open[at] = OpenChannel(row, channel, Gate(channel.settings.connections))
