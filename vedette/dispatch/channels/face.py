"""The face every channel has: settings, open, send, close; what it is given, and whom it tells what it hears."""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, ClassVar, NamedTuple

import orjson
from pydantic import Field

from vedette.dispatch.channels.heard import Heard
from vedette.formats.parts import Part

#: Where a letter holds the place of the recipient's name and of their field page's token: private-use characters, which
#: no author's text holds and no rule about spaces or sentences touches. The token's is as long as a token.
NAME_HERE = "\ue000name\ue001"
TOKEN_HERE = "\ue002" + "x" * 22 + "\ue003"


class Outcome(StrEnum):
    """What a send came to."""

    #: The gateway took it.
    ACCEPTED = "accepted"
    #: It will not take it, however often it is tried.
    FAILED = "failed"
    #: Not now, or nobody knows: try again with the same key.
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Result:
    """How a send ended, and what the gateway said."""

    outcome: Outcome
    detail: str = ""
    #: How long the gateway asks us to wait, in seconds.
    retry_after_s: float | None = None
    #: The gateway's own name for the message, where its receipts will carry that instead of our key.
    reference: str = ""
    #: Nothing was heard of the gateway at all: no connection, or no answer in time. Many of these open its circuit.
    unreachable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message in one language, rendered once for all who read it; name and token are filled in for each."""

    subject: str
    #: The whole text, for mail.
    text: str
    #: One line, for SMS, push and radio.
    short: str
    #: The same for machines, as a JSON object without the address: `"{...}"`.
    payload: str
    #: Where the recipient acknowledges (or, of an escalation, where the supervisor attests).
    link: str
    language: str
    sent: datetime
    #: After this moment nobody may be shown it.
    expires: datetime
    #: The warning's identifier: a newer letter of one topic replaces an older one on the same device.
    topic: str
    #: Extreme or Severe: nothing may hold it back.
    danger_to_life: bool


class Parcel(NamedTuple):
    """One letter to one address. Every text is made when it is asked for."""

    #: The idempotency key, the same on every retry.
    key: str
    address: str
    letter: Letter
    name: str = ""
    token: str = ""

    @property
    def subject(self) -> str:
        """The subject line."""
        return self.filled(self.letter.subject)

    @property
    def text(self) -> str:
        """The whole text."""
        return self.filled(self.letter.text)

    @property
    def short(self) -> str:
        """The text in one line, with the link."""
        return self.filled(self.letter.short)

    @property
    def link(self) -> str:
        """Where this person acknowledges; theirs alone."""
        return self.filled(self.letter.link)

    @property
    def payload(self) -> bytes:
        """All of it as a JSON object without the address."""
        own = {NAME_HERE: orjson.dumps(self.name)[1:-1], TOKEN_HERE: self.token.encode()}
        return b"".join([part if isinstance(part, bytes) else own[part] for part in _parts(self.letter.payload)])

    def filled(self, text: str) -> str:
        """A text of the letter, or a part of one, for this recipient."""
        return text.replace(TOKEN_HERE, self.token).replace(NAME_HERE, self.name)


@lru_cache(maxsize=256)
def _parts(text: str) -> tuple[bytes | str, ...]:
    """A text cut at the places of name and token: those as they are, and what is the same for all, coded."""
    cut = re.split(f"({NAME_HERE}|{TOKEN_HERE})", text)
    return tuple(part if part in (NAME_HERE, TOKEN_HERE) else part.encode() for part in cut)


#: Done when something heard is on disk, so that whoever said it may be told that it was heard; None where there is
#: nothing to wait for.
Kept = asyncio.Future[None] | None
#: Where a channel puts what comes in on its own connections. It must return at once.
Hear = Callable[[Heard], Kept]


def hear_nothing(heard: Heard) -> Kept:
    """For a channel that is opened only to send."""
    return None


class Settings(Part):
    """What every channel's settings have."""

    #: How many connections at most are open at a time.
    connections: Annotated[int, Field(ge=1, le=2_000)] = 8
    #: Seconds after which an answer is no longer waited for.
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 20
    #: Messages a second that the provider allows; empty: as many as it takes.
    rate_per_s: Annotated[float | None, Field(gt=0, le=1_000_000)] = None

    @property
    def at_once(self) -> int:
        """How many sends are called at a time: one for each connection, and more where several share one."""
        return self.connections


class Channel(ABC):
    """One way out, as set for one realm. Used from one event loop; `send` is called concurrently, at most
    `settings.at_once` at a time."""

    settings_model: ClassVar[type[Settings]] = Settings

    def __init__(self, settings: Settings, mail_from: str, hear: Hear = hear_nothing) -> None:
        self.settings = settings
        self.mail_from = mail_from
        self.hear = hear

    @classmethod
    def parse(cls, settings: dict[str, Any]) -> Settings:
        """Settings as stored, checked. Raises pydantic's ValidationError."""
        return cls.settings_model.model_validate(settings)

    @abstractmethod
    async def open(self) -> None:
        """Get ready; connections are made when they are needed."""

    @abstractmethod
    async def send(self, parcel: Parcel) -> Result:
        """Try once. Never raises for what a gateway or network does."""

    @abstractmethod
    async def close(self) -> None:
        """Close every connection."""
