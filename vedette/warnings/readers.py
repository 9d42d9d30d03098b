"""Who of an audience reads which of a message's languages, and who reads none of them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vedette.formats.languages import best, name_of, primary


@dataclass(frozen=True, slots=True)
class Readers:
    """How many get one text."""

    language: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Unread:
    """How many read a language in which there is no text."""

    language: str
    name: str
    count: int
    #: The language they would be told in instead.
    instead: str

    @property
    def message(self) -> str:
        """The finding."""
        people = "1 person reads" if self.count == 1 else f"{self.count:,} people read"
        return f"{people} {self.name}; there is no {self.name} text: they would get the {self.instead}."


@dataclass(frozen=True, slots=True)
class Reading:
    """Both, the most readers first."""

    texts: tuple[Readers, ...] = ()
    unread: tuple[Unread, ...] = ()


def reading_of(read: Mapping[str, int], texts: Sequence[str]) -> Reading:
    """What `read` (language tag -> people) means for a message told in `texts`, its own language first."""
    gets: Counter[str] = Counter()
    without: Counter[str] = Counter()
    for language, count in read.items():
        text = best(language, texts)
        gets[text] += count
        if primary(text) != primary(language):
            without[primary(language)] += count
    return Reading(
        tuple(Readers(text, name_of(text), gets[text]) for text in texts),
        tuple(Unread(one, name_of(one), count, name_of(primary(texts[0]))) for one, count in without.most_common()),
    )
