"""What kind of source a noun phrase names: a person, people without a name, an organisation, a document, an outlet."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.gazetteer import fold, lookup
from vedette.reading.lexicon import (
    ADVERBS,
    CONJUNCTIONS,
    DETERMINERS,
    DOCUMENTS,
    FIRMS,
    ORGANISATIONS,
    OUTLETS,
    PREPOSITIONS,
    TITLES,
    UNNAMED,
    is_person_noun,
    words,
)
from vedette.reading.phrases import CALENDAR, NAME_PARTICLES, head_of
from vedette.reading.records import SourceKind
from vedette.reading.tokens import Token

#: Words that name an outlet even without a capital.
_PLAIN_OUTLETS = words(
    "newspaper newspapers newsroom station broadcaster outlet outlets magazine website newswire media television tv "
    "press radio"
)
_PLURAL_DETERMINERS = words("two three four five six seven eight nine ten several many some a an another dozens no one")
#: Verbs after which even an unknown noun with a determiner, or an unknown plural, is a speaker.
_PLAIN_SPEECH = words(
    "account hear say tell according warn announce report state add confirm disclose explain deny insist stress "
    "consider regard deem think believe expect find claim allege suspect fear predict estimate assess conclude "
    "acknowledge admit reveal put inform advise brief notify assure urge caution remind argue assert declare testify "
    "recall recount write reply contend concede pledge vow promise dispute doubt blame agree complain describe judge "
    "reckon reiterate specify clarify recommend tweet accuse express hold record document forecast anticipate demand "
    "condemn denounce call_for rule_out threaten relay"
)
_CORPS = words("coast border national home civil presidential republican revolutionary frontier rear advance")
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
    if head in ORGANISATIONS and not _stands_guard(words, head_at, head_token):
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


def _stands_guard(words: Sequence[str], at: int, head: Token) -> bool:
    """ "Security guard": one person; not "the coast guard", nor "the Guard"."""
    return words[at] == "guard" and head.text.islower() and (at == 0 or words[at - 1] not in _CORPS)


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
    if any(token.stem in ORGANISATIONS for token in capitals) or (len(capitals) > 1 and capitals[-1].stem in FIRMS):
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
