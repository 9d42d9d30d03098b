"""Whose verb it is: the noun phrase that a reporting verb's speaker stands in, before the verb or after it.

What stands between the two is stepped over: adverbs, a day ("the agency on Thursday warned"), a relative clause, and
whatever commas set apart ("Roe, 43, who lost two sons, said"). Of a role and a name side by side the name speaks.
"""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.cue import QUOTE_MARKS
from vedette.reading.kinds import classify
from vedette.reading.lexicon import (
    ADVERBS,
    AUXILIARIES,
    DETERMINERS,
    DOCUMENTS,
    ORGANISATIONS,
    PREPOSITIONS,
    PRONOUNS,
    TITLES,
    is_person_noun,
    words,
)
from vedette.reading.phrases import (
    CALENDAR,
    CLAUSAL,
    PAST_VERBS,
    REDUCED,
    after,
    before,
    head_of,
    is_name,
    is_participle,
)
from vedette.reading.relatives import Subject, before_relative, nearest_person, past_relative, plain
from vedette.reading.tokens import Token

#: No inserted words are stepped over further than this many tokens, and no more than this many commas.
_FURTHEST = 30
_MOST_COMMAS = 4
_DAY_PARTS = words("morning afternoon evening night week month weekend")
_WHO = words("who which")
_RELATIVE = words("who which whose whom")
_TIES = _RELATIVE | words("that where when whom")
_OF = words("of")
_WHOSE = words("our my his her their its the")
_SOME = words("one two three some many several those most both another people")
_INSIDE_WORDS = words("- ' . ’")
_LONGEST_TIE = 14
_OBJECTS = words("us me him her them it")
_REFLEXIVES = words("himself herself themselves itself")
_PAIRED = {")": "(", "]": "[", "—": "—", "–": "–", "-": "-", "--": "--"}


def subject(tokens: Sequence[Token], at: int, start: int) -> Subject | None:
    """The speaker before the verb at `at`; None where nobody is named there."""
    last = past_when(tokens, at - 1, start)
    while last >= start and (tokens[last].low in ADVERBS or tokens[last].low in AUXILIARIES):
        last -= 1
    last = past_when(tokens, last, start)
    if last < start:
        return None
    if last > start and tokens[last].low in REDUCED and tokens[last - 1].is_word:
        # "the information received indicated"
        named = before(tokens, last, start)
        return plain((named[0], last + 1)) if named is not None else None
    if last - 2 >= start and tokens[last - 1].low in ("we", "i", "you", "they") and tokens[last - 2].is_word:
        # "a lawyer we trust says"
        return plain(before(tokens, last - 1, start))
    if tokens[last].low in ("to", "with") and (voice := _spoken_with(tokens, last, start)) is not None:
        return voice
    if tokens[last].low in _WHO and last > start:
        return nearest_person(tokens, last - (tokens[last - 1].low == ","), start)
    if tokens[last].low in QUOTE_MARKS and last - 1 > start and tokens[last - 1].low == ",":
        # 'The alert, marked "members only," says'
        last -= 1
    if tokens[last].low == ",":
        return _past_insertion(tokens, last, start)
    if tokens[last].low in _PAIRED:
        return _past_pair(tokens, last, start)
    named = before(tokens, last + 1, start)
    if tokens[last].low in ("and", "but", "or", "then"):
        # Whoever spoke or acted before goes on.
        return None
    if named is not None and named[0] - 2 >= start and tokens[named[0] - 1].low in REDUCED and (
        tokens[named[0] - 2].stem in DOCUMENTS
    ):  # fmt: skip
        # "A video posted online shows"
        written = before(tokens, named[0] - 1, start)
        return None if written is None else plain((written[0], named[1]))
    if named is None or tokens[named[0]].low in _OBJECTS or classify(tokens[slice(*named)], "say") is None:
        outer = before_relative(tokens, last, start) or _head_of_clause(tokens, at, start)
        return outer if outer is not None or named is None else plain(named)
    ahead = tokens[named[0] - 1].low if named[0] - 1 > start else ""
    if ahead == "nor" or (named[0] > start and tokens[named[0] - 1].low == "not"):
        return None
    if ahead in PREPOSITIONS and named[0] - 3 > start and tokens[named[0] - 2].low == "who":
        # "the rebels, who in a post denied"
        return nearest_person(tokens, named[0] - 2 - (tokens[named[0] - 3].low == ","), start)
    if ahead == "as" and named[0] - 3 > start and tokens[named[0] - 2].low in _REFLEXIVES:
        # "A caller identifying herself as Ana"
        return plain(before(tokens, named[0] - 3, start))
    if ahead in _WHO and classify(tokens[slice(*named)], "") is None:
        return before_relative(tokens, last, start)
    if (whom := past_relative(tokens, named[0], start)) is not None:
        return whom
    if ahead in PAST_VERBS and (outer := before_relative(tokens, named[0], start)) is not None:
        # "Anyone who saw the van": the van is what was seen.
        return outer
    if _ties_on(tokens, named, start) and (whole := _head_of_clause(tokens, at, start)) is not None:
        return whole
    if ahead == "and" and (other := _joined(tokens, named[0] - 1, start)) is not None:
        return Subject((other, named[1]), other)
    return plain(named)


def _ties_on(tokens: Sequence[Token], named: tuple[int, int], start: int) -> bool:
    """Whether the phrase is only the end of what is tied to who speaks: "a woman wearing [a red coat] said"."""
    before_it = named[0] - 1
    if before_it <= start:
        return False
    ahead = tokens[before_it].low
    if ahead in _REFLEXIVES or (ahead in PREPOSITIONS and ahead not in CLAUSAL) or ahead in PAST_VERBS:
        return True
    if is_participle(ahead) and not tokens[before_it].is_capital:
        return True
    relative = tokens[before_it - 1].stem
    return ahead == "that" and (is_person_noun(relative) or relative in ORGANISATIONS)


def _head_of_clause(tokens: Sequence[Token], at: int, start: int) -> Subject | None:
    """The phrase that opens the clause of the verb at `at`, where all that follows it is tied on to it."""
    first = next(
        (mark + 1 for mark in range(at - 1, max(start, at - _FURTHEST) - 1, -1) if not tokens[mark].is_word and
         tokens[mark].low not in _INSIDE_WORDS),
        start,
    )  # fmt: skip
    while first < at and (tokens[first].low in ("but", "and", "then") or tokens[first].low in ADVERBS):
        first += 1
    found = _tied_from(tokens, first, at)
    near = range(at - 2, max(first, at - _FURTHEST), -1)
    clause = next((mark + 1 for mark in near if tokens[mark].low == "that"), None)
    # "told by the mayor that a man using the name Fox wrote"
    return found if found is not None or clause is None else _tied_from(tokens, clause, at)


def _tied_from(tokens: Sequence[Token], first: int, at: int) -> Subject | None:
    phrase = after(tokens, first, at, _OF)
    if phrase is None or phrase[1] >= at or at - phrase[1] > _LONGEST_TIE:
        return None
    cut = next((one for one in range(phrase[0] + 1, phrase[1]) if _is_tied_by(tokens, one)), phrase[1])
    phrase = (phrase[0], cut)
    while phrase[1] - phrase[0] > 1 and is_participle(tokens[phrase[1] - 1].low):
        phrase = (phrase[0], phrase[1] - 1)
    named = tokens[slice(*phrase)]
    head = named[head_of(named)].stem
    if not (is_person_noun(head) or head in ORGANISATIONS or head in DOCUMENTS or named[0].low in _SOME):
        return None
    tie = tokens[phrase[1]].low
    tied = tie in _TIES or is_participle(tie) or (tie in PREPOSITIONS and tie != "to")
    if not tied:
        # "A statement the group put out", "a man the police had held"
        tied = tie in DETERMINERS and any(token.low in PAST_VERBS for token in tokens[phrase[1] : at])
    return Subject(phrase, phrase[0]) if tied else None


def _is_tied_by(tokens: Sequence[Token], at: int) -> bool:
    """ "A group calling itself the Wolves": whether the word ties what follows to the noun before it."""
    stem = tokens[at - 1].stem
    noun = is_person_noun(stem) or stem in ORGANISATIONS or stem in DOCUMENTS
    return noun and tokens[at].low.endswith("ing") and tokens[at].text[0].islower() and is_participle(tokens[at].low)


def _spoken_with(tokens: Sequence[Token], last: int, start: int) -> Subject | None:
    """ "Every driver we spoke to said": whoever was spoken to."""
    pronoun = next((at for at in range(last - 1, max(start, last - 5), -1) if tokens[at].low in PRONOUNS), -1)
    return plain(before(tokens, pronoun, start)) if pronoun > start else None


def _joined(tokens: Sequence[Token], joint: int, start: int) -> int | None:
    """Where "hospital workers and the ombudsman" begins: a speaker that opens the clause, or follows a comma."""
    other = before(tokens, joint, start)
    if other is None or classify(tokens[slice(*other)], "") is None:
        return None
    opens = other[0] == start or not tokens[other[0] - 1].is_word
    return other[0] if opens else None


def past_when(tokens: Sequence[Token], last: int, start: int) -> int:
    """Before "on Thursday", "late on Sunday", "this morning", where they stand between subject and verb."""
    at = last
    if at > start and tokens[at].low in _DAY_PARTS and (
        tokens[at - 1].low in CALENDAR or tokens[at - 1].low in ("this", "last", "that")
    ):  # fmt: skip
        at -= 2 if tokens[at - 1].low in ("this", "last", "that") else 1
    if at > start and tokens[at].low in CALENDAR:
        at -= 1
    if at == last:
        return last
    while at > start and tokens[at].low in ("on", "late", "early", "since", "last"):
        at -= 1
    return at if tokens[at].is_word or tokens[at].low == "," else last


def _past_pair(tokens: Sequence[Token], last: int, start: int) -> Subject | None:
    """ "The guard (name withheld) said", "Reed - the director - said": before the brackets or dashes."""
    opener = _PAIRED[tokens[last].low]
    for at in range(last - 1, max(start, last - _FURTHEST), -1):
        if tokens[at].low == opener:
            return plain(before(tokens, at, start))
    return None


def _past_insertion(tokens: Sequence[Token], last: int, start: int) -> Subject | None:
    """ "Roe, a former agent, said", "The chief, Ana Roe, said": the phrase before what the commas set apart."""
    commas = [at for at in range(last - 1, max(start, last - _FURTHEST), -1) if tokens[at].low == ","]
    if not commas:
        named = before(tokens, last, start)
        return plain(named) if named is not None and named[0] == start and named[1] - start > 1 else None
    clause = next((comma for comma in reversed(commas) if tokens[comma + 1].low in _RELATIVE), None)
    if clause is not None and (spoken := before(tokens, clause, start)) is not None and _may_speak(tokens, spoken):
        # "The mayor, who runs parks, roads and bridges, said"
        commas = [comma for comma in commas if comma <= clause]
    right = last
    for comma in commas[:_MOST_COMMAS]:
        inside = (comma + 1, right)
        right = comma
        named = before(tokens, comma, start)
        if named is None or tokens[named[0]].low in PRONOUNS or not _may_speak(tokens, named):
            continue
        common = tokens[named[1] - 1].text.islower() and tokens[named[0]].low in _WHOSE
        role = common or _is_role(tokens, named)
        if is_name(tokens[slice(*inside)]) and not is_name(tokens[slice(*named)]) and role:
            return Subject(inside, named[0])
        apart = named[0] > start and tokens[named[0] - 1].low == ","
        outer = before(tokens, named[0] - 1, start) if apart else None
        if outer is not None and is_name(tokens[slice(*outer)]) and not is_name(tokens[slice(*named)]):
            # "Rao, founder of the Initiative, a think tank, said": set apart itself; the name before it speaks.
            return Subject(outer, outer[0])
        begins = named[0]
        if apart and is_name(tokens[slice(*named)]):
            title = before(tokens, named[0] - 1, start)
            begins = title[0] if title is not None and _is_role(tokens, title) else begins
        return Subject(named, begins)
    return None


def _may_speak(tokens: Sequence[Token], named: tuple[int, int]) -> bool:
    return tokens[named[0]].text[0].isalpha() and classify(tokens[slice(*named)], "say") is not None


def _is_role(tokens: Sequence[Token], named: tuple[int, int]) -> bool:
    """ "the mayor of Dnipro", "our insurer": common nouns with what is tied to them, beside which a name may stand."""
    at = named[0] + head_of(tokens[slice(*named)])
    if not is_person_noun(tokens[at].stem):
        return False
    return tokens[at].text.islower() and (at == named[1] - 1 or tokens[at + 1].low in PREPOSITIONS)


def named_beside(tokens: Sequence[Token], phrase: tuple[int, int], stop: int) -> tuple[tuple[int, int], int]:
    """(who speaks, where the whole ends) for a phrase a name may follow: "said the chief, Ana Roe"."""
    at = phrase[1]
    if at + 1 < stop and tokens[at].low == "," and _is_role(tokens, phrase):
        past = at + 1
        while past < stop and past - at <= 6 and (tokens[past].is_capital or tokens[past].low.rstrip(".") in TITLES
                                                  or tokens[past].text == "."):  # fmt: skip
            past += 1
        while past > at + 1 and not tokens[past - 1].is_word:
            past -= 1
        closes = past == stop or not tokens[past].is_word
        if closes and is_name(tokens[at + 1 : past]):
            return (at + 1, past), past
    return phrase, phrase[1]
