"""What a channel hears: receipts, and what people write back. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.dispatch.levels import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a gateway says later about a delivery: evidence, found by our key or by the gateway's own reference."""

    level: Level
    key: str = ""
    reference: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What somebody wrote back, as it came: `1`, `YES`, or anything else."""

    address: str
    text: str
    #: The gateway's own name for the reply, so that the same one told twice counts once; empty where it has none.
    reference: str = ""
    #: The key of the message that it answers, where the channel can tell for certain; empty where it cannot.
    key: str = ""
    #: Keys of messages before it in its thread, the latest first: it answers one of them if its sender got it.
    thread: tuple[str, ...] = ()
    #: A machine wrote it: an absence note is kept and counts as nothing.
    automatic: bool = False


Heard = Receipt | Reply
