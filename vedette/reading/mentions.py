"""Who is named without speaking: "I rang Dave and he says ..." makes Dave the one whom "he" stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vedette.reading.gazetteer import fold, lookup
from vedette.reading.lexicon import ADVERBS, CONJUNCTIONS, DETERMINERS, PREPOSITIONS, is_person_noun, table, words
from vedette.reading.phrases import CALENDAR, VERBS, after, before, is_name
from vedette.reading.tokens import Token

_FEMALE = words(
    "woman spokeswoman mother sister wife girl aunt niece grandmother mrs ms miss lady chairwoman nun girlfriend"
)
_MALE = words("man spokesman father brother husband boy uncle nephew grandfather mr sir lord chairman guy boyfriend")
#: Given name -> the pronoun that stands for it.
_GIVEN = {
    name: pronoun for pronoun, names in (line.split("|") for line in table("given_names.txt")) for name in names.split()
}
#: Determiners before one person: "my cousin", not "people" or "two officers".
_MANY = words("crew staff family people personnel men women leadership")
_NO_NAMES = DETERMINERS | PREPOSITIONS | CONJUNCTIONS | ADVERBS | CALENDAR
_ONE = words("a an the my his her their our its this that one another")


def standing_for(phrase: Sequence[Token]) -> frozenset[str]:
    """Which of "he" and "she" may stand for the person whom the phrase names."""
    named = {token.stem.rstrip(".") for token in phrase}
    given = {_GIVEN[name] for name in (token.low for token in phrase if token.is_capital) if name in _GIVEN}
    if len(given) == 1:
        return frozenset(given)
    return frozenset(who for who, others in (("he", _FEMALE), ("she", _MALE)) if not named & others)


def people_named(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Single people among the tokens, as token bounds: by what they are ("the landlord"), or by a name of two words."""
    past = 0
    for at, token in enumerate(tokens):
        if at < past:
            continue
        last = at + 1 >= len(tokens) or not _goes_on(tokens[at + 1])
        if last and is_person_noun(token.low) and not token.low.endswith("s") and token.low not in _MANY:
            named = before(tokens, at + 1, past)
            if named is not None and tokens[named[0]].low in _ONE:
                yield named
        elif token.is_capital and token.low not in _NO_NAMES and not last:
            past = at + 1
            while past < len(tokens) and past - at < 5 and tokens[past].is_capital:
                past += 1
            name = " ".join(part.text for part in tokens[at:past])
            if is_name(tokens[at:past]) and not lookup(fold(name)):
                yield at, past


_CONTACTED = words("told asked called rang phoned contacted informed emailed e-mailed messaged warned alerted")


def spoken_to(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Whom somebody speaks to, as token bounds: "I told [HR]", "asked [head office] for"."""
    for at, token in enumerate(tokens):
        if token.low in _CONTACTED and at > 0 and at + 1 < len(tokens):
            phrase = after(tokens, at + 1, len(tokens))
            if phrase is not None:
                yield phrase


def spoken_with(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Whom somebody has had words with, as token bounds: "I've spoken to [the generator company]." """
    for at, token in enumerate(tokens[:-2]):
        if token.low in ("spoke", "spoken") and at > 0 and tokens[at + 1].low in ("to", "with"):
            phrase = after(tokens, at + 2, len(tokens))
            if phrase is not None:
                yield phrase


def _goes_on(token: Token) -> bool:
    """Whether the word is more of the same name: "landlord Ana Ruiz", "driver training"."""
    return token.is_capital or (is_person_noun(token.low) and token.low not in VERBS)
