"""JSON from strangers, read within bounds of size and depth; names given twice, NaN and half characters are refused."""

from __future__ import annotations

import json
import math
from typing import Any

#: The largest document read, in bytes.
LARGEST = 16 * 1024 * 1024
#: The deepest nesting read.
DEEPEST = 64


class BadJson(ValueError):
    """A document that is refused before its meaning is looked at; the message is one sentence."""


def read_json(data: bytes, largest: int = LARGEST, deepest: int = DEEPEST) -> Any:
    """What `data` says. Raises BadJson."""
    if len(data) > largest:
        raise BadJson(f"the document has {len(data):,} bytes; the most read is {largest:,}")
    if not data.strip():
        raise BadJson("the document is empty")
    try:
        text = data.decode("utf-8-sig")
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        raise BadJson(f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise BadJson(f"it is nested more than {deepest} deep") from error
    except json.JSONDecodeError as error:
        raise BadJson(f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error
    except ValueError as error:
        raise BadJson(str(error)) from error
    _refuse_unstorable(found, deepest)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadJson(f"{twice[:60]!r} is given twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise BadJson(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadJson(f"{text[:40]} is too large a number")
    return number


def _refuse_unstorable(found: Any, deepest: int) -> None:
    waiting = [(found, 1)]
    while waiting:
        part, depth = waiting.pop()
        if isinstance(part, str):
            if "\x00" in part or any(0xD800 <= ord(character) <= 0xDFFF for character in part):
                raise BadJson("it holds a zero character or half a character, which no text may")
            continue
        if not isinstance(part, dict | list):
            continue
        if depth > deepest:
            raise BadJson(f"it is nested more than {deepest} deep")
        inner = [*part.keys(), *part.values()] if isinstance(part, dict) else part
        waiting.extend((one, depth + 1) for one in inner)
