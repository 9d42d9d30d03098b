"""The one word that no exercise message may be without, at its beginning and its end. Pure."""

from __future__ import annotations

import re

from vedette.access.handling import Realm

EXERCISE = "EXERCISE"

_BEGIN = re.compile(r"\A(?:EXERCISE\b[:.]?(?:\s+|\Z))+")
_END = re.compile(r"(?:(?:\A|\s+)EXERCISE)+\Z")


def marked(text: str, realm: Realm, between: str = " ") -> str:
    """`text` as `realm` may say it: in an exercise it begins and ends with EXERCISE, live it is left alone."""
    if realm is Realm.LIVE:
        return text
    inner = unmarked(text)
    return between.join((EXERCISE, inner, EXERCISE)) if inner else EXERCISE


def unmarked(text: str) -> str:
    """`text` without the word at its beginning and end."""
    return _END.sub("", _BEGIN.sub("", text.strip())).strip()


def is_marked(text: str) -> bool:
    """Whether `text` begins and ends with the word EXERCISE."""
    return bool(_BEGIN.match(text.strip()) and _END.search(text.strip()))
