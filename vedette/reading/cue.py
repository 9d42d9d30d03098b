"""One place where a text says who speaks, and the bounds of what is reported. Data, and two helpers for its edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.reading.lexicon import Reporting
from vedette.reading.tokens import Token

_MERE = frozenset({"this", "so", "them", "as", "much"})
_MERE_DEED = _MERE | {"to", "do", "the", "same", "it", "that"}
QUOTE_MARKS = frozenset("\"“”«»'‘’")


@dataclass(frozen=True, slots=True)
class ReportingCue:
    """A reporting verb with its source and what it reports; all bounds are token indices."""

    verb: Reporting
    at: int
    source: tuple[int, int]
    addressee: tuple[int, int] | None
    content: tuple[int, int]
    #: The content stands before the cue ("..., the memo said").
    trailing: bool
    #: A document the words were said in ("said in a memo that").
    container: tuple[int, int] | None = None
    inferred: bool = False
    #: "has not confirmed", "did not say": the reporting itself is denied.
    denied: bool = False


def content_from(tokens: Sequence[Token], begin: int, stop: int) -> tuple[int, int]:
    at = begin
    while at < stop and tokens[at].low in (",", ":", "that"):
        at += 1
    return at, stop


def without_comma(tokens: Sequence[Token], start: int, end: int) -> int:
    while end > start and tokens[end - 1].low in (",", "and", "as"):
        end -= 1
    return end


def says_something(tokens: Sequence[Token], content: tuple[int, int]) -> bool:
    """Whether what is reported has words of its own, and more than "it"."""
    told = (tokens[at].low for at in range(*content) if tokens[at].is_word)
    first = next(told, "so")
    mere = _MERE_DEED if first == "to" else _MERE
    return first not in mere or any(low not in mere for low in told)
