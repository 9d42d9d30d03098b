"""What is approved: a hash of everything that will be acted on. One changed character makes another hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vedette.ledger.canonical import canonical
from vedette.warnings.models import Message


def whole_of(message: Message) -> dict[str, Any]:
    """Everything that will be acted on: realm, identifier, type, content (text, area), audience rule and plan."""
    return {
        "realm": message.warning.realm,
        "identifier": message.identifier,
        "type": message.msg_type,
        "content": message.content,
        "audience": message.audience,
        "plan": message.plan,
    }


def hash_of(whole: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over its canonical JSON."""
    return hashlib.sha256(canonical(whole).encode()).hexdigest()


def content_hash(message: Message) -> str:
    """The hash of the message as it stands."""
    return hash_of(whole_of(message))


@dataclass(frozen=True)
class AsRead:
    """A message as somebody who is about to change it has it before them."""

    content_hash: str
    #: Where it stood; empty: that does not matter.
    state: str = ""

    @classmethod
    def of(cls, message: Message) -> AsRead:
        """The message as it stands."""
        return cls(content_hash(message), message.state)

    def still_holds(self, message: Message) -> bool:
        """Whether nobody has changed it, or moved it on, since."""
        return content_hash(message) == self.content_hash and self.state in ("", message.state)
