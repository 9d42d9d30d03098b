"""Which claims come from one place: a story that forty outlets reprint is one origin, not forty. Pure.

Two claims share an origin when their reports are of one source or one thread, when the reports' texts are near copies,
or when both pass on what the same body or paper said. Sharing is handed on, so that doubt makes origins fewer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

#: Words in a row that are compared, and the share of the shorter text's rows that make it a near copy.
ROW, NEAR = 5, 0.5
#: Below this many rows a text is too short to be called a copy of a longer one.
_LEAST = 8
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Passed:
    """A claim as far as its origin goes."""

    claim: int
    report: int
    source: int
    #: The first report of the same matter by the same sender.
    thread: int
    #: Bodies and papers that the claim says it has from, as it names them.
    speakers: tuple[str, ...] = ()


def origins(claims: Sequence[Passed], text_of: Callable[[int], str]) -> dict[int, int]:
    """Claim id -> its origin, named by the lowest claim id in it. `text_of` gives a report's text."""
    parent = {claim.claim: claim.claim for claim in claims}

    def root(claim: int) -> int:
        while parent[claim] != claim:
            claim = parent[claim]
        return claim

    def join(one: int, other: int) -> None:
        low, high = sorted((root(one), root(other)))
        parent[high] = low

    shared: dict[Hashable, list[int]] = defaultdict(list)
    for claim in claims:
        keys = [("report", claim.report), ("source", claim.source), ("thread", claim.thread)]
        for key in (*keys, *(("speaker", _named(speaker)) for speaker in claim.speakers)):
            shared[key].append(claim.claim)
    for together in shared.values():
        for other in together[1:]:
            join(together[0], other)
    first = {claim.report: claim.claim for claim in reversed(claims)}
    rows = cache(lambda report: rows_of(text_of(report)))
    for one, other in combinations(sorted(first), 2):
        if root(first[one]) != root(first[other]) and near(rows(one), rows(other)):
            join(first[one], first[other])
    return {claim.claim: root(claim.claim) for claim in claims}


def near(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    """Whether one text is a near copy of the other, or holds one."""
    if one == other:
        return bool(one)
    shorter = min(len(one), len(other))
    return shorter >= _LEAST and len(one & other) >= NEAR * shorter


def rows_of(text: str) -> frozenset[tuple[str, ...]]:
    """The rows of words of a text, without case and punctuation; a text of fewer words is one row."""
    words = _WORD.findall(text.casefold())
    return (
        frozenset(tuple(words[at : at + ROW]) for at in range(max(1, len(words) - ROW + 1))) if words else frozenset()
    )


def speakers_of(details: Mapping[str, object]) -> tuple[str, ...]:
    """The bodies and papers that a stored claim is said to come from; what was inferred is not said."""
    links = details.get("attribution")
    return tuple(
        str(link["speaker"])
        for link in (links if isinstance(links, Iterable) else ())
        if isinstance(link, Mapping)
        and link.get("kind") in ("document", "organisation")
        and not link.get("inferred")
        and len(_named(str(link.get("speaker", "")))) > 0
    )


def _named(speaker: str) -> str:
    """A speaker's name without its article, so that "the memo" and "The memo" are one."""
    return " ".join(word for word in _WORD.findall(speaker.casefold()) if word not in ("a", "an", "the"))
