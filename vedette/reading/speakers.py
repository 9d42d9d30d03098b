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
from vedette.reading.phrases import CALENDAR, NAME_PARTICLES, VERBS, after, head_of
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
    "reckon reiterate specify clarify recommend tweet accuse express hold"
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
        return _people(words, head)
    if head_token.is_capital_within and not head_token.is_capital:
        # "al-Shabab"
        return SourceKind.ORGANISATION
    capitals = [token for token in phrase[: head_at + 1] if token.is_capital]
    if head_token.is_capital:
        return _named(capitals, words[: head_at + 1])
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
        phrase = after(tokens, 0, len(tokens), _NAME_TYING)
        if phrase is None or phrase[1] >= len(tokens) or not tokens[phrase[1]].is_word or tokens[0].low in PRONOUNS:
            return
        named = tokens[phrase[0] : phrase[1]]
        kind = classify(named, "")
        whole = kind is not SourceKind.PERSON or (len(named) > 1 and named[-1].is_capital)
        if kind is not None and whole:
            start, end = named[0].start, named[-1].end
            self._remember(Attribution(" ".join(text[start:end].split()), kind, "", start, end, False), named)

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
        if inferred and len(phrase) == 1 and low in VERBS:
            return self._elided(lemma, start, end)
        if low in _NOBODY:
            return None
        if len(phrase) == 1 and low in _PRONOUN_GROUPS:
            paragraph, known = self._last.get(_PRONOUN_GROUPS[low], (-2, None))
            if known is None or self._paragraph - paragraph > self._nearest:
                return None
            return Attribution(known.speaker, known.kind, lemma, start, end, True)
        if len(phrase) == 1 and low in _OURSELVES and self.frame and self.frame[-1].kind in _SELVES:
            # "We assess that": whoever speaks for the whole text.
            issuer = self.frame[-1]
            return Attribution(issuer.speaker, issuer.kind, lemma, start, end, True)
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
            self._remember(found, phrase)
        return found

    def _elided(self, lemma: str, start: int, end: int) -> Attribution | None:
        """Whom a sentence without a subject ("Says he saw it.") goes on to report; None where nobody spoke before."""
        paragraph, known = max(
            (self._last[group] for group in self._last), key=lambda met: (met[0], met[1].start), default=(-2, None)
        )
        if known is None or self._paragraph - paragraph > 1:
            return None
        return Attribution(known.speaker, known.kind, lemma, start, end, True)

    def _remember(self, found: Attribution, phrase: Sequence[Token]) -> None:
        plural = phrase[-1].low.endswith("s") or found.kind is SourceKind.ANONYMOUS
        if found.kind in (SourceKind.PERSON, SourceKind.ANONYMOUS):
            if plural and found.kind is SourceKind.ANONYMOUS:
                self._last["they"] = self._paragraph, found
            named = {token.stem.rstrip(".") for token in phrase}
            if not named & _FEMALE:
                self._last["he"] = self._paragraph, found
            if not named & _MALE:
                self._last["she"] = self._paragraph, found
        else:
            self._last["it"] = self._paragraph, found
            if found.kind is SourceKind.ORGANISATION:
                self._last["they"] = self._paragraph, found


_PRONOUN_GROUPS = {
    "he": "he", "she": "she", "it": "it", "they": "they", "his": "he", "her": "she", "its": "it", "their": "they",
}  # fmt: skip
#: Words that tell whether "he" or "she" may stand for somebody.
_FEMALE = words(
    "woman spokeswoman mother sister wife girl aunt niece grandmother mrs ms miss lady chairwoman nun girlfriend"
)
_MALE = words("man spokesman father brother husband boy uncle nephew grandfather mr sir lord chairman guy boyfriend")
_OURSELVES = words("we i our my")
_NOBODY = words("none nobody no neither")
_SELVES = (SourceKind.ORGANISATION, SourceKind.PERSON, SourceKind.ANONYMOUS)
_NOT_SPEAKERS = words(
    "i we you who me us him her them nobody someone everyone this that those these there what please our my"
)
