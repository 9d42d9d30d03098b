"""The face every channel has: settings, open, send, close; what it is given and what it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import Field

from vedette.formats.parts import Part


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message to one address."""

    #: The idempotency key, the same on every retry.
    key: str
    address: str
    subject: str
    text: str
    #: The same for machines, as a JSON object without the address: `"{...}"`.
    payload: str
    sent: datetime


class Settings(Part):
    """What every channel's settings have."""

    #: How many connections at most are open at a time.
    connections: Annotated[int, Field(ge=1, le=2_000)] = 8
    #: Seconds after which an answer is no longer waited for.
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 20


class Channel(ABC):
    """One way out, as set for one realm. Used from one event loop; `send` is called concurrently."""

    settings_model: ClassVar[type[Settings]] = Settings

    def __init__(self, settings: Settings, mail_from: str) -> None:
        self.settings = settings
        self.mail_from = mail_from

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
