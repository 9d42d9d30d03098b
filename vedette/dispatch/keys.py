"""Idempotency keys: the same for every retry of one step to one address, so that a good gateway drops repeats. Pure."""

from __future__ import annotations

import hashlib


def warning_key(realm: str, message: str, person: int, contact_point: int | None, step: int) -> str:
    """The key (SHA-256, hex) of warning one person by one plan step."""
    return _key(realm, message, person, contact_point, str(step))


def escalation_key(realm: str, message: str, told: int, contact_point: int | None, step: int, first: int) -> str:
    """The key of telling one supervisor of the silent people of the range that begins with recipient `first`."""
    return _key(realm, message, told, contact_point, f"escalate:{step}:{first}")


def _key(realm: str, message: str, person: int, contact_point: int | None, step: str) -> str:
    text = f"{realm}|{message}|{person}|{'-' if contact_point is None else contact_point}|{step}"
    return hashlib.sha256(text.encode()).hexdigest()
