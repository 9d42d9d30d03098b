"""One letter, for the tests of channels."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from vedette.dispatch.channels.face import Letter, Parcel

KEY = hashlib.sha256(b"key").hexdigest()
LETTER = Letter(
    subject="EXERCISE Grüße EXERCISE",
    text="EXERCISE\n\nöffne http://127.0.0.1/a/x\n\nEXERCISE",
    short="EXERCISE öffne http://127.0.0.1/a/x EXERCISE",
    payload='{"text": "Grüße"}',
    link="http://127.0.0.1/a/x",
    language="de",
    sent=datetime(2025, 12, 4, 16, 0, tzinfo=UTC),
    expires=datetime(2025, 12, 4, 20, 0, tzinfo=UTC),
    topic="warning.1",
    danger_to_life=True,
)


def parcel(address: str, key: str = KEY, letter: Letter = LETTER) -> Parcel:
    """The letter to one address."""
    return Parcel(key=key, address=address, letter=letter)
