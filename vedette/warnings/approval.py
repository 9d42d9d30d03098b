"""What is approved: a hash of everything that will be acted on. One changed character makes another hash."""

from __future__ import annotations

import hashlib

from vedette.ledger.canonical import canonical
from vedette.warnings.models import Message


def content_hash(message: Message) -> str:
    """SHA-256 (hex) over realm, identifier, type, content (text, area), audience rule and plan, in canonical JSON."""
    whole = {
        "realm": message.warning.realm,
        "identifier": message.identifier,
        "type": message.msg_type,
        "content": message.content,
        "audience": message.audience,
        "plan": message.plan,
    }
    return hashlib.sha256(canonical(whole).encode()).hexdigest()


def differences(before: Message | None, after: Message) -> list[tuple[str, str, str]]:
    """What changes hands: (field, as it was, as it will be) for each part that differs; all of it at first."""
    old = _flat(before) if before is not None else {}
    new = _flat(after)
    return [
        (name, old.get(name, ""), new.get(name, ""))
        for name in [*new, *(set(old) - set(new))]
        if old.get(name) != new.get(name)
    ]


def _flat(message: Message) -> dict[str, str]:
    parts: dict[str, str] = {}
    for name, value in message.content.items():
        if name == "area":
            parts["area"] = str(value.get("description", ""))
            parts["area outline"] = canonical(value.get("geometry"))
        else:
            parts[name] = value if isinstance(value, str) else ("" if value is None else canonical(value))
    parts["audience rule"] = canonical(message.audience)
    parts["plan"] = canonical(message.plan)
    return parts
