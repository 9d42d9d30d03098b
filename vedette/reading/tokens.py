"""Words with their offsets, and phrases found among them by their first word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

Meaning = TypeVar("Meaning")

# No alternative can match the same characters in two ways, so that hostile text costs no more than plain text.
_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # U.S., a.m.
    r"|\d+(?:[.,:/]\d+)*[^\W\d_]*"  # 18:00, 4/12/2025, 041800Z
    r"|\w+(?:['’-]\w+)*"  # words, don't, so-called
    r"|([^\w\s])\1*"  # punctuation, runs of it as one
)


class Token(NamedTuple):
    """text[start:end], and its lower-case form with straight apostrophes."""

    start: int
    end: int
    text: str
    low: str

    @property
    def is_word(self) -> bool:
        """Whether it holds a letter or digit first."""
        return self.text[0].isalnum()

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[0].isupper()

    @property
    def is_capital_within(self) -> bool:
        """Whether any part of a hyphened word does ("al-Shabab")."""
        return any(part[:1].isupper() for part in self.text.split("-"))

    @property
    def is_acronym(self) -> bool:
        """Whether it is written in capitals only ("US", "WHO"): no pronoun, whatever the letters."""
        return len(self.text) > 1 and self.text.isupper()

    @property
    def stem(self) -> str:
        """The lower-case word without a possessive ending."""
        return self.low[:-2] if self.low.endswith("'s") else self.low.rstrip("'")


def tokenise(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of text[start:end], offsets counted in the whole text."""
    found = []
    for match in _WORD.finditer(text, start, len(text) if end is None else end):
        word = match.group()
        low = word.lower()
        found.append(Token(match.start(), match.end(), word, low.replace("’", "'") if "’" in low else low))
    return found


class Phrases(Generic[Meaning]):
    """A lexicon of word sequences ("not only", "may") with a meaning each; the longest at a place wins."""

    def __init__(self, entries: Iterable[tuple[str, Meaning]]) -> None:
        by_first: dict[str, dict[int, dict[tuple[str, ...], Meaning]]] = {}
        for phrase, meaning in entries:
            words = tuple(phrase.split())
            by_first.setdefault(words[0], {}).setdefault(len(words), {}).setdefault(words, meaning)
        #: First word -> by length, longest first: the phrases of that length.
        self._by_first = {first: sorted(sizes.items(), key=lambda size: -size[0]) for first, sizes in by_first.items()}

    def at(self, tokens: Sequence[Token], index: int) -> tuple[int, Meaning] | None:
        """(number of tokens, meaning) of the longest phrase that begins at `index`."""
        choices = self._by_first.get(tokens[index].low)
        if choices is None:
            return None
        words = tuple(token.low for token in tokens[index : index + choices[0][0]])
        for size, known in choices:
            if size <= len(words) and (meaning := known.get(words[:size])) is not None:
                return size, meaning
        return None

    def scan(self, tokens: Sequence[Token]) -> Iterator[tuple[int, int, Meaning]]:
        """(first token, past the last token, meaning) of each phrase, left to right, without overlap."""
        index, count, firsts = 0, len(tokens), self._by_first
        while index < count:
            if tokens[index].low in firsts and (found := self.at(tokens, index)) is not None:
                yield index, index + found[0], found[1]
                index += found[0]
            else:
                index += 1
