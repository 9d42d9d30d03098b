"""A report's text cut where claims begin and end, so that overlapping claims can all be marked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol


class Marked(Protocol):
    """What a claim must show to be marked."""

    key: str
    start: int
    end: int
    status: str


@dataclass(frozen=True)
class Segment:
    """A run of text that the same claims cover."""

    text: str
    #: Keys of the claims that cover it, the innermost first.
    keys: tuple[str, ...]
    #: Of these, the claims that begin here: each is linked to by its key.
    begins: tuple[str, ...]
    #: The innermost claim's status; empty where no claim is.
    status: str

    @property
    def claims(self) -> str:
        """The keys as one attribute's value."""
        return " ".join(self.keys)


def segments(text: str, claims: Iterable[Marked]) -> list[Segment]:
    """`text` in runs; joined they are the text again. Offsets beyond it are cut; empty claims are left out."""
    held = [(max(0, claim.start), min(len(text), claim.end), claim) for claim in claims]
    held = [(start, end, claim) for start, end, claim in held if start < end]
    cuts = sorted({0, len(text), *(start for start, _, _ in held), *(end for _, end, _ in held)})
    found = []
    for here, there in pairwise(cuts):
        over = [(start, end, claim) for start, end, claim in held if start <= here and end >= there]
        over.sort(key=lambda one: (one[1] - one[0], one[0], one[2].key))
        found.append(
            Segment(
                text=text[here:there],
                keys=tuple(claim.key for _, _, claim in over),
                begins=tuple(claim.key for start, _, claim in over if start == here),
                status=over[0][2].status if over else "",
            )
        )
    return found


@dataclass(frozen=True)
class Told:
    """A claim in words: who says it, how sure, about when and where."""

    chain: tuple[str, ...]
    sure: str
    when: tuple[str, ...]
    where: tuple[str, ...]
    what: tuple[str, ...]
    responds_to: str


_SURE = {
    "stated": "stated as fact",
    "probable": "called probable",
    "possible": "called possible",
    "doubtful": "doubted",
    "unknown": "not said",
}
_AIM = {
    "past": "past",
    "ongoing": "going on",
    "future": "to come",
    "conditional": "if or when",
    "generic": "in general",
}


def told(certainty: str, polarity: str, modality: str, details: dict[str, Any]) -> Told:
    """What a claim card shows, from what the reader stored."""
    sure = _SURE.get(certainty, certainty) + (", denied" if polarity == "negated" else "")
    return Told(
        chain=tuple(_speaker(link) for link in details.get("attribution") or ()),
        sure=f"{sure}; {_AIM.get(modality, modality)}",
        when=tuple(_time(found) for found in details.get("times") or ()),
        where=tuple(_place(found) for found in details.get("places") or ()),
        what=tuple(str(event.get("kind", "")).replace("_", " ") for event in details.get("events") or ()),
        responds_to=str(details.get("responds_to") or ""),
    )


def _speaker(link: dict[str, Any]) -> str:
    said = f" ({link['verb']})" if link.get("verb") else ""
    return f"{link.get('speaker', '?')}{said}{', inferred' if link.get('inferred') else ''}"


def _time(found: dict[str, Any]) -> str:
    begins, ends = (str(found.get(end) or "")[:16].replace("T", " ") for end in ("from", "to"))
    window = f" = {begins or '…'} – {ends or '…'}" if begins or ends else ""
    return f"“{found.get('text', '')}”{window}{' (vague)' if found.get('vague') else ''}"


def _place(found: dict[str, Any]) -> str:
    candidates: Sequence[dict[str, Any]] = found.get("candidates") or ()
    if not candidates:
        return f"“{found.get('text', '')}”"
    best = candidates[0]
    others = f", or {len(candidates) - 1} other" + ("s" if len(candidates) > 2 else "") if len(candidates) > 1 else ""
    return f"{best.get('name', '')} {float(best.get('lat', 0)):.3f}, {float(best.get('lon', 0)):.3f}{others}"
