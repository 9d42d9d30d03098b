"""Who speaks: what kind of source a noun phrase names, and whom a pronoun or a surname stands for."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.gazetteer import fold, lookup
from vedette.reading.lexicon import (
    ADVERBS,
    CONJUNCTIONS,
    DETERMINERS,
    DOCUMENTS,
    ORGANISATIONS,
    OUTLETS,
    PREPOSITIONS,
    PRONOUNS,
    TITLES,
    UNNAMED,
    is_person_noun,
    words,
)
from vedette.reading.mentions import people_named, standing_for
from vedette.reading.phrases import CALENDAR, CONTRACTED, NAME_PARTICLES, VERBS, after, head_of
from vedette.reading.records import Attribution, SourceKind
from vedette.reading.sentences import Kind, Sentence
from vedette.reading.tokens import Token

#: Words that name an outlet even without a capital.
_PLAIN_OUTLETS = words(
    "newspaper newspapers newsroom station broadcaster outlet outlets magazine website newswire media television tv "
    "press radio"
)
_PLURAL_DETERMINERS = words("two three four five six seven eight nine ten several many some a an another dozens no one")
_NAME_TYING = words("of")
#: Verbs after which even an unknown noun with a determiner, or an unknown plural, is a speaker.
_PLAIN_SPEECH = words(
    "account hear say tell according warn announce report state add confirm disclose explain deny insist stress "
    "consider regard deem think believe expect find claim allege suspect fear predict estimate assess conclude "
    "acknowledge admit reveal put inform advise brief notify assure urge caution remind argue assert declare testify "
    "recall recount write reply contend concede pledge vow promise dispute doubt blame agree complain describe judge "
    "reckon reiterate specify clarify recommend tweet accuse express hold record document forecast anticipate demand "
    "condemn denounce call_for rule_out threaten relay"
)
#: Heads that are no speakers even before a verb of speech.
_NO_SPEAKERS = words(
    "thing things time times day days hour hours week weeks month months year years news "
    "reasons results events details plans steps words ways"
)


def classify(phrase: Sequence[Token], lemma: str) -> SourceKind | None:
    """The kind of source that `phrase` names, or None where it does not look like a speaker."""
    words = [token.stem.rstrip(".") for token in phrase]
    head_at = head_of(phrase)
    head, head_token = words[head_at], phrase[head_at]
    if head_token.text == head and head in _NO_SPEAKERS:
        return None
    if head in CALENDAR or head in ADVERBS or head in CONJUNCTIONS:
        return None
    if len(words) > 1 and words[0].endswith("ing") and words[1] in PREPOSITIONS:
        # "Speaking on state radio, ..."
        return None
    if len(phrase) == 2 and words[1].isdigit() and phrase[0].is_capital and not is_person_noun(words[0]):
        # "Bravo 2", "Gate 4": a call sign.
        return SourceKind.ORGANISATION
    if head in UNNAMED or "anonymity" in words or "anonymous" in words or "unnamed" in words:
        return SourceKind.ANONYMOUS
    if head in OUTLETS and (head in _PLAIN_OUTLETS or head_token.is_capital):
        return SourceKind.OUTLET
    if head in DOCUMENTS:
        return SourceKind.DOCUMENT
    if head in ORGANISATIONS:
        return SourceKind.ORGANISATION
    if words[0] in TITLES and phrase[0].is_capital and phrase[-1].is_capital and words[-1] not in ORGANISATIONS:
        # "Secretary of State Maria Quill"
        return SourceKind.PERSON if len(phrase) > 1 else SourceKind.ANONYMOUS
    if is_person_noun(head):
        if head_token.is_capital and head_at > 0 and head.endswith("s") and words[0] == "the":
            # "The Sons of the Valley"
            return SourceKind.ORGANISATION
        return _people(words, head)
    if head_token.is_capital_within and not head_token.is_capital:
        # "al-Shabab"
        return SourceKind.ORGANISATION
    capitals = [token for token in phrase[: head_at + 1] if token.is_capital]
    if head_token.is_capital:
        return _named(capitals, words[: head_at + 1])
    if (
        lemma in _PLAIN_SPEECH
        and phrase[0].is_capital
        and len(words) > 1
        and head.isalpha()
        and not head.endswith("ing")
    ):
        # "Coast guard aircraft reports": an article left out at the start of a line.
        return SourceKind.ANONYMOUS
    if lemma in _PLAIN_SPEECH and words[0] in DETERMINERS and head.isalpha() and len(head) > 2:
        return (
            SourceKind.ANONYMOUS if words[0] in _PLURAL_DETERMINERS or head.endswith("s") else SourceKind.ORGANISATION
        )
    if lemma in _PLAIN_SPEECH and words[0] in ("those", "both", "most", "many", "some", "few"):
        return SourceKind.ANONYMOUS
    if lemma in _PLAIN_SPEECH and _is_plural(head) and head not in _NO_SPEAKERS:
        # "eyewitnesses said"
        return SourceKind.ANONYMOUS
    return None


def _is_plural(head: str) -> bool:
    return head.isalpha() and len(head) > 4 and head.endswith("s") and not head.endswith(("ss", "us", "is"))


def _people(words: Sequence[str], head: str) -> SourceKind:
    plural = (head.endswith("s") and not head.endswith("ss")) or head in (
        "people",
        "men",
        "women",
        "staff",
        "personnel",
    )
    definite = words[0] in ("the", "his", "her", "their", "its", "our", "this", "that") and "former" not in words
    return SourceKind.PERSON if definite and not plural and head != "leadership" else SourceKind.ANONYMOUS


def _named(capitals: Sequence[Token], words: Sequence[str]) -> SourceKind | None:
    if any(token.stem in OUTLETS and token.stem not in DOCUMENTS for token in capitals):
        return SourceKind.OUTLET
    if words[0].rstrip(".") in TITLES or (len(words) > 1 and any(is_person_noun(word) for word in words[:-1])):
        return SourceKind.PERSON
    if any(token.stem in ORGANISATIONS for token in capitals):
        return SourceKind.ORGANISATION
    names = [token for token in capitals if token.low != "the"]
    if words[0] == "the" and len(names) == len(words) - 1 and len(names) <= 3:
        # "the Red Crescent", "the Taliban"
        return SourceKind.ORGANISATION
    last = capitals[-1].text
    if last.isupper() and 2 <= len(last.replace(".", "")) <= 6:
        return SourceKind.ORGANISATION
    if len(capitals) == 1 and any(entry.kind in ("country", "state") for entry in lookup(fold(last))):
        return SourceKind.ORGANISATION
    if all(token.is_capital or token.low in NAME_PARTICLES for token in capitals):
        # Nobody has five names; an office may.
        return SourceKind.PERSON if len(capitals) <= 4 else SourceKind.ORGANISATION
    return None


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
        phrase = after(tokens, 0, len(tokens), _NAME_TYING)
        if phrase is None or phrase[1] >= len(tokens) or not tokens[phrase[1]].is_word or tokens[0].low in PRONOUNS:
            return
        named = tokens[phrase[0] : phrase[1]]
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
        if known is None or self._paragraph - paragraph > self._nearest:
            met = [one for one in self._mentioned if one[0] == group and one[1].end <= pronoun.start]
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

    def _elided(self, lemma: str, start: int, end: int) -> Attribution | None:
        """Whom a sentence without a subject ("Says he saw it.") goes on to report; None where nobody spoke before."""
        paragraph, known = max(
            (self._last[group] for group in self._last), key=lambda met: (met[0], met[1].start), default=(-2, None)
        )
        if known is None or self._paragraph - paragraph > 1:
            return None
        return Attribution(known.speaker, known.kind, lemma, start, end, True)

    def remember(self, found: Attribution, phrase: Sequence[Token]) -> None:
        """Let later pronouns stand for the speaker whom the phrase names."""
        head = phrase[head_of(phrase)].low
        several = head in _SEVERAL or (head.endswith("s") and not head.endswith(("ss", "'s")))
        people = found.kind in (SourceKind.PERSON, SourceKind.ANONYMOUS)
        if found.kind in (SourceKind.ANONYMOUS, SourceKind.ORGANISATION):
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
_DEEDS = words("ask order find learn know hold read call record document agree understand show put remember blame rule")
_NOBODY = words("none nobody no neither")
_SELVES = (SourceKind.ORGANISATION, SourceKind.PERSON, SourceKind.ANONYMOUS)
_NOT_SPEAKERS = words(
    "i we you who me us him her them nobody someone everyone this that those these there what please our my"
)
