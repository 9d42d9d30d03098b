"""Reads a judgement as those who rely on it will: what it rests on, and whether its words mean what they say. Pure.

ICD 203 (Analytic Standards, 2 January 2015) is the model. It advises and holds nothing back; it knows English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from vedette.reading.sentences import split

#: The fields of a judgement that say how things are, and all that are read.
_SAYING = ("title", "intent", "capability", "opportunity")
FIELDS = (*_SAYING, "assumptions", "would_change")


class Rule(StrEnum):
    """What is asked of a judgement's text; the value never changes."""

    #: It cites a claim that speaks for it.
    NO_CLAIM = "J01"
    #: Only ICD 203's words say how likely something is.
    OTHER_SCALE = "J02"
    #: All of them from one of its two rows.
    MIXED_ROWS = "J03"
    #: Likelihood and confidence are not said in one sentence.
    BOTH_IN_ONE = "J04"


@dataclass(frozen=True)
class Found:
    """One finding: where, as code points of the field's text, and what to do."""

    rule: Rule
    field: str
    start: int
    end: int
    message: str
    fix: str


#: The directive's two rows, the longer words first, so that "very unlikely" is not read as "unlikely".
_ROWS = (
    re.compile(
        r"\b(?:almost no chance|very unlikely|very likely|roughly even chance|almost certain(?:ly)?|unlikely|likely)\b",
        re.I,
    ),
    re.compile(
        r"\b(?:highly improbabl[ey]|highly probabl[ey]|roughly even odds|nearly certain(?:ly)?|improbabl[ey]"
        r"|probabl[ey]|remote (?:chance|likelihood|possibility)|(?:is|are|remains?) remote)\b",
        re.I,
    ),
)
#: (words of other scales or of none, what to write instead). "May" with a capital is a month as often as not.
_OTHER = (
    (re.compile(r"\b(?:highly|extremely) (?:un)?likely\b|\bmost likely\b", re.I), "very likely, or very unlikely"),
    (re.compile(r"\b(?:realistic|real|distinct|strong|serious) (?:possibility|chance)\b", re.I), "a word of ICD 203"),
    (re.compile(r"\b(?:good|fair|better than even|slim|outside) chance\b|\bchances are\b", re.I), "a word of ICD 203"),
    (re.compile(r"\b(?:might|[Pp]ossibl[ey]|[Pp]erhaps|[Mm]aybe|[Cc]onceivabl[ey])\b|\bmay\b"), "how likely it is"),
    (re.compile(r"(?<!almost )(?<!nearly )\b(?:(?:certain|bound|sure) to|certainly|undoubtedly|definitely)\b", re.I),
     "almost certain, or almost no chance: nothing that is to come is sure"),
)  # fmt: skip
_CONFIDENCE = re.compile(
    r"\b(?:low|moderate|medium|high)(?:[- ]to[- ](?:low|moderate|medium|high))?[- ]confidence\b"
    r"|\b(?:are|am|is) (?:very |fairly |highly )?confident\b|\bconfidence (?:is|in this)\b",
    re.I,
)


def findings(texts: Mapping[str, str], claims_for: int) -> list[Found]:
    """What a reader of these texts would stumble over; `claims_for` is how many claims speak for the judgement."""
    found = [] if claims_for else [_no_claim()]
    for name in FIELDS:
        text = texts.get(name, "")
        if name in _SAYING:
            found += _other_scales(name, text)
        found += _both_in_one(name, text)
    return [*found, *_mixed_rows(texts)]


def _no_claim() -> Found:
    return Found(Rule.NO_CLAIM, "claims_for", 0, 0, "No claim speaks for it.", "Cite the words that it rests on.")


def _other_scales(name: str, text: str) -> Iterator[Found]:
    taken: list[tuple[int, int]] = []
    for pattern, instead in _OTHER:
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            message = f"“{match[0]}” is no word of ICD 203, and readers hear different numbers in it."
            yield Found(Rule.OTHER_SCALE, name, *match.span(), message, f"Write {instead}.")


def _both_in_one(name: str, text: str) -> Iterator[Found]:
    for sentence in split(text):
        words = text[sentence.start : sentence.end]
        likely, sure = next(_likelihoods(words), None), _CONFIDENCE.search(words)
        if likely is None or sure is None:
            continue
        message = (
            f"“{likely[0]}” and “{sure[0]}” are in one sentence: how likely, and how well founded, are two things."
        )
        yield Found(Rule.BOTH_IN_ONE, name, sentence.start, sentence.end, message, "Say them in two sentences.")


def _mixed_rows(texts: Mapping[str, str]) -> Iterator[Found]:
    """The row that is used first is the text's; every word of the other is told."""
    said = [
        (name, match, row) for name in FIELDS for row in (0, 1) for match in _ROWS[row].finditer(texts.get(name, ""))
    ]
    said.sort(key=lambda one: (FIELDS.index(one[0]), one[1].start()))
    for name, match, row in said:
        if row != said[0][2]:
            message = f"“{match[0]}” is of the other row of ICD 203 than “{said[0][1][0]}”."
            yield Found(Rule.MIXED_ROWS, name, *match.span(), message, "Keep to one row in one text.")


def _likelihoods(text: str) -> Iterator[re.Match[str]]:
    for row in _ROWS:
        yield from row.finditer(text)
