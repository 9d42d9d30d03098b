"""One text for one value, and what an entry commits to. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def commitment(salt: bytes, body: str) -> bytes:
    """What an entry stores of its body: SHA-256 over salt and canonical JSON."""
    return hashlib.sha256(salt + body.encode()).digest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: one text for one value. Raises TypeError or ValueError on what is none."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
