"""One text for one value, and what an entry commits to. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from itertools import chain
from typing import Any

import orjson

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
#: What orjson writes exactly as `json` does. Not numbers with a fraction: 1e+16 and 1e16 are two texts.
_PLAIN = frozenset({str, int, bool, type(None)})


def commitment(salt: bytes, body: str) -> bytes:
    """What an entry stores of its body: SHA-256 over salt and canonical JSON."""
    return hashlib.sha256(salt + body.encode()).digest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: one text for one value. Raises TypeError or ValueError on what is none."""
    return _ENCODER.encode(value)


def canonical_records(records: Sequence[dict[str, Any]]) -> list[bytes]:
    """The canonical JSON of each of many records; of flat ones with the same first key in one go, many times faster."""
    return _flat_records(records) or [canonical(record).encode() for record in records]


def _flat_records(records: Sequence[dict[str, Any]]) -> list[bytes] | None:
    """The same by way of orjson and one text of all of them, cut where a record ends; None where that cannot be done.

    The cut is at `},{"key":`. No text within a record holds that: there a quote has a backslash before it unless it
    ends the text, and then a comma, colon or brace follows, and no letter.
    """
    first = min(records[0], default="") if records else ""
    if not (isinstance(first, str) and first.isidentifier()):
        return None
    if not _PLAIN.issuperset(map(type, chain.from_iterable(map(dict.values, records)))):
        return None
    try:
        whole = orjson.dumps(records, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return None
    opening = b'{"' + first.encode() + b'":'
    if not whole.startswith(b"[" + opening):
        return None
    parts = whole[1 + len(opening) : -2].split(b"}," + opening)
    return [opening + part + b"}" for part in parts] if len(parts) == len(records) else None
