"""Who has spoken so far in a text: whom a pronoun, a surname or a verb without a subject stands for."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.kinds import classify
from vedette.reading.lexicon import (
    DOCUMENTS,
    ORGANISATIONS,
    PREPOSITIONS,
    PRONOUNS,
    is_person_noun,
    words,
)
from vedette.reading.mentions import people_named, spoken_to, spoken_with, standing_for
from vedette.reading.phrases import CALENDAR, CONTRACTED, NAME_PARTICLES, VERBS, after, head_of
from vedette.reading.records import Attribution, SourceKind
from vedette.reading.sentences import Kind, Sentence
from vedette.reading.tokens import Token

_NAME_TYING = words("of")


def _past_lead(tokens: Sequence[Token]) -> int:
    """Where a sentence begins behind words that tell when: "At 0815 hrs [Sgt. Boateng] attended"."""
    if tokens[0].low not in PREPOSITIONS:
        return 0
    for at in range(1, min(len(tokens) - 1, 10)):
        if tokens[at].low == "," or (tokens[at].low.rstrip(".") in _HOURS and tokens[at + 1].is_capital):
            return at + 1
    return 0


_HOURS = words("hrs hours am pm a.m p.m") | frozenset(CALENDAR)


def _past_name(tokens: Sequence[Token], start: int, past: int) -> int:
    """Where the name that opens a sentence ends: "Her neighbour Paul Girard [goes further]"."""
    for at in range(start + 2, past):
        both = tokens[at - 1].is_capital and (tokens[at - 2].is_capital or tokens[at - 2].text == ".")
        if tokens[at - 1].low.endswith(("'s", "s'")):
            # "The Council's own analysts": not the council.
            continue
        if both and tokens[at].text.islower() and tokens[at].low not in NAME_PARTICLES and tokens[at].is_word:
            return at
    return past


def _is_verb_of_several(token: Token) -> bool:
    """Whether the word behind "analysts" can only be what they do: "lean", not "union", "report" or "talks"."""
    noun = token.low in ORGANISATIONS or token.low in DOCUMENTS or is_person_noun(token.low)
    return token.text.islower() and not noun and not token.low.endswith(("s", "ing", "ship"))


class Speakers:
    """The speakers met so far in one text, so that surnames and pronouns lead back to them."""

    def __init__(self, frame: tuple[Attribution, ...] = ()) -> None:
        #: The document's own outlet or issuer, outermost, where the text names it.
        self.frame = frame
        self._full_names: dict[str, str] = {}
        self._last: dict[str, tuple[int, Attribution]] = {}
        self._paragraph = -1
        self._nearest = 1
        self._mentioned: list[tuple[str, Attribution, int]] = []
        self._spoken_to: dict[str, Attribution] = {}
        #: The last speaker whose words stood in quotation marks, and in which paragraph.
        self.quoted: tuple[int, Attribution] | None = None

    def enter(self, text: str, sentence: Sentence, tokens: Sequence[Token]) -> None:
        """A sentence begins: whoever opens it is whom "he" or "it" stands for next, if nobody speaks in between.

        A pronoun reaches back one paragraph; in a list or a log, where each line stands by itself, none.
        """
        if sentence.paragraph != self._paragraph:
            self._paragraph = sentence.paragraph
            alone = sentence.kind is not Kind.PROSE or tokens[0].text[0].isdigit()
            self._nearest = 0 if alone else 1
        self._meet(text, sentence, tokens)
        phrase = after(tokens, _past_lead(tokens), len(tokens), _NAME_TYING)
        if phrase is None or phrase[1] >= len(tokens) or not tokens[phrase[1]].is_word or tokens[0].low in PRONOUNS:
            return
        named = tokens[phrase[0] : _past_name(tokens, *phrase)]
        if len(named) > 1 and is_person_noun(named[-2].low) and (
            named[-1].low in VERBS or (named[-2].low.endswith("s") and _is_verb_of_several(named[-1]))
        ):  # fmt: skip
            # "Security analysts note": the verb is no part of who they are.
            named = named[:-1]
        kind = classify(named, "")
        whole = kind is not SourceKind.PERSON or (len(named) > 1 and named[-1].is_capital)
        if kind is not None and whole:
            start, end = named[0].start, named[-1].end
            self.remember(Attribution(" ".join(text[start:end].split()), kind, "", start, end, False), named)

    def attribution(
        self, text: str, phrase: Sequence[Token], lemma: str, inferred: bool = False, passing: bool = False
    ) -> Attribution | None:
        """The attribution for a noun phrase, or None where it names no speaker that can be told.

        `passing`: named on the way, so that no later pronoun stands for it.
        """
        start, end = phrase[0].start, phrase[-1].end
        if lemma == "account" and phrase[-1].low.endswith("'s"):
            end -= 2
        low = phrase[0].low
        if len(phrase) == 1 and low in CONTRACTED:
            # "I'd say", "he's told us"
            end = start + low.index("'")
            low = low[: low.index("'")]
        if inferred and len(phrase) == 1 and low in VERBS:
            return self._elided(lemma, start, end)
        if low in _NOBODY:
            return None
        if len(phrase) == 1 and low in _PRONOUN_GROUPS:
            return self._stood_for(_PRONOUN_GROUPS[low], lemma, phrase[0])
        if len(phrase) == 1 and low in _OURSELVES and self.frame and self.frame[-1].kind in _SELVES:
            # "We assess that": whoever speaks for the whole text.
            issuer = self.frame[-1]
            return Attribution(issuer.speaker, issuer.kind, lemma, start, end, True)
        if len(phrase) == 1 and low in ("i", "we") and lemma not in _DEEDS:
            # Nobody is named for whom "we" stands.
            return Attribution(text[start:end], SourceKind.ANONYMOUS, lemma, start, end, False)
        if len(phrase) == 1 and low in _NOT_SPEAKERS:
            return None
        kind = classify(phrase, lemma)
        if kind is None:
            return None
        name = " ".join(text[start:end].split())
        if kind is SourceKind.PERSON and phrase[-1].is_capital:
            surname = phrase[-1].stem
            if len([token for token in phrase if token.is_capital]) == 1:
                name = self._full_names.get(surname, name)
            else:
                self._full_names[surname] = name
        found = Attribution(name, kind, lemma, start, end, inferred)
        if not passing:
            self.remember(found, phrase)
        return found

    def _stood_for(self, group: str, lemma: str, pronoun: Token) -> Attribution | None:
        """Whoever spoke last, else whoever was named last, else whom nobody names: the pronoun itself."""
        paragraph, known = self._last.get(group, (-2, None))
        spoken_to = self._spoken_to.get(group)
        if spoken_to is not None and spoken_to.end <= pronoun.start:
            # "I told the office but they said": whom somebody spoke to in the same sentence.
            return Attribution(spoken_to.speaker, spoken_to.kind, lemma, pronoun.start, pronoun.end, True)
        met = self._met(group, pronoun)
        nearer = bool(met) and paragraph < met[-1][2] == self._paragraph
        if known is None or nearer or self._paragraph - paragraph > self._nearest:
            known = met[-1][1] if met else None
        if known is None:
            if pronoun.low not in ("he", "she", "they"):
                return None
            return Attribution(pronoun.text, SourceKind.ANONYMOUS, lemma, pronoun.start, pronoun.end, True)
        return Attribution(known.speaker, known.kind, lemma, pronoun.start, pronoun.end, True)

    def _meet(self, text: str, sentence: Sentence, tokens: Sequence[Token]) -> None:
        """Whom this sentence and the one before it name."""
        self._mentioned = [one for one in self._mentioned if one[2] >= sentence.paragraph - 1][-_MOST_MET:]
        for first, past in people_named(tokens):
            start, end = tokens[first].start, tokens[past - 1].end
            kind = SourceKind.PERSON if tokens[past - 1].is_capital else classify(tokens[first:past], "")
            met = Attribution(" ".join(text[start:end].split()), kind or SourceKind.ANONYMOUS, "", start, end, False)
            self._mentioned += [(who, met, sentence.paragraph) for who in standing_for(tokens[first:past])]
        for first, past in spoken_with(tokens):
            kind = classify(tokens[first:past], "")
            if kind is SourceKind.ORGANISATION:
                start, end = tokens[first].start, tokens[past - 1].end
                met = Attribution(" ".join(text[start:end].split()), kind, "", start, end, False)
                self._mentioned.append(("they", met, sentence.paragraph))
        self._spoken_to = {}
        for first, past in spoken_to(tokens):
            kind = classify(tokens[first:past], "")
            if kind in (SourceKind.ORGANISATION, SourceKind.ANONYMOUS):
                start, end = tokens[first].start, tokens[past - 1].end
                met = Attribution(" ".join(text[start:end].split()), kind, "", start, end, False)
                self._spoken_to["they"] = met

    def _met(self, group: str, pronoun: Token) -> list[tuple[str, Attribution, int]]:
        return [one for one in self._mentioned if one[0] == group and one[1].end <= pronoun.start]

    def _elided(self, lemma: str, start: int, end: int) -> Attribution | None:
        """Whom a sentence without a subject ("Says he saw it.") goes on to report; None where nobody spoke before."""
        paragraph, known = max(
            (met for met in self._last.values() if met[1].end <= start),
            key=lambda met: (met[0], met[1].start),
            default=(-2, None),
        )
        if known is None or self._paragraph - paragraph > 1:
            return None
        return Attribution(known.speaker, known.kind, lemma, start, end, True)

    def remember(self, found: Attribution, phrase: Sequence[Token]) -> None:
        """Let later pronouns stand for the speaker whom the phrase names."""
        head = phrase[head_of(phrase)].low
        several = head in _SEVERAL or (head.endswith("s") and not head.endswith(("ss", "'s")))
        written = phrase[head_of(phrase)].stem in DOCUMENTS
        people = found.kind in (SourceKind.PERSON, SourceKind.ANONYMOUS) and not written
        if found.kind in (SourceKind.ANONYMOUS, SourceKind.ORGANISATION) and not written:
            self._last["they"] = self._paragraph, found
        if found.kind is SourceKind.PERSON or (people and not several):
            for who in standing_for(phrase):
                self._last[who] = self._paragraph, found
        elif not people and not (several and phrase[-1].text.islower()):
            self._last["it"] = self._paragraph, found


_PRONOUN_GROUPS = {
    "he": "he", "she": "she", "it": "it", "they": "they", "his": "he", "her": "she", "its": "it", "their": "they",
}  # fmt: skip
_SEVERAL = words("people men women staff personnel crew police family")
#: No more people are kept in mind.
_MOST_MET = 12
_OURSELVES = words("we i our my")
_DEEDS = words("order find learn know hold read call record document agree understand show put remember blame rule")
_NOBODY = words("none nobody no neither")
_SELVES = (SourceKind.ORGANISATION, SourceKind.PERSON, SourceKind.ANONYMOUS)
_NOT_SPEAKERS = words(
    "i we you who me us him her them nobody someone everyone this that those these there what please our my"
)
