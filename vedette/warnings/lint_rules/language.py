"""Will a tired person under stress understand it at one reading?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.warnings.content import Content
from vedette.warnings.lint_rules import vocabulary as words
from vedette.warnings.lint_rules.rule import TELLING, TEXT_FIELDS, Found, LintContext, LintLevel, rule, texts

WARNING = LintLevel.WARNING

_VOWELS = re.compile(r"[aeiouy]+", re.I)
LONGEST_SENTENCE = 20
#: School year that the text may ask for at most.
HIGHEST_GRADE = 8.0


@rule(
    "L08", WARNING, "The hazard comes before the guidance: source, hazard, place, guidance, time.",
    "Warn Room: update the order; Warning Response Model", only_english=True, only_for=TELLING,
)  # fmt: skip
def order(content: Content, _context: LintContext) -> Iterator[Found]:
    start, end = next(words.sentences(content.description), (0, 0))
    if end and words.begins_with_action(content.description[start:end]):
        fix = "Move it to the instruction, and begin the description with what is happening."
        yield Found(
            "description", "The description begins with what to do, before what the danger is.", fix, (start, end)
        )


@rule(
    "L09", WARNING, "Capitals only for a few key words.", "Warn Room: all capitals are hard to read", only_english=True
)  # fmt: skip
def capitals(content: Content, _context: LintContext) -> Iterator[Found]:
    for name, text in texts(content):
        found = [match for match in words.WORD.finditer(text) if len(match[0]) > 2]
        loud = [match for match in found if match[0].isupper() and match[0] not in words.KNOWN_ACRONYMS]
        loud = [match for match in loud if not words.ZONE.fullmatch(match[0])]
        if len(loud) >= 3 and len(loud) > 0.15 * len(found):
            message = f"{len(loud)} of {len(found)} words are in capitals."
            span = (loud[0].start(), loud[-1].end())
            yield Found(name, message, "Keep capitals for the hazard and the verbs.", span, put=_quiet(text, span))


@rule(
    "L10", WARNING, "Plain words and short sentences: no jargon, no codes, no unexplained acronyms.",
    "Warn Room: jargon; FEMA: plain language", only_english=True,
)  # fmt: skip
def plain_words(content: Content, context: LintContext) -> Iterator[Found]:
    for name, text in texts(content, (*TEXT_FIELDS, "event", "area.description")):
        for match in words.JARGON.finditer(text):
            put = words.PLAINER.get(match[0].casefold())
            fix = "Say it in everyday words." if put is None else f'Say "{put}".' if put else "Take it out."
            yield Found(name, f'"{match[0]}" is jargon.', fix, match.span(), put=put)
        for match in words.acronyms(text):
            if match[0] not in context.expansions and not _loud(text, match):
                yield Found(name, f"{match[0]} is not explained.", f"Write {match[0]} out.", match.span())
        for start, end in words.sentences(text):
            count = len(words.WORD.findall(text[start:end]))
            if count > LONGEST_SENTENCE:
                message = f"A sentence of {count} words; {LONGEST_SENTENCE} are the most that is read under stress."
                yield Found(name, message, "Make two sentences of it.", (start, end))
    grade = _grade(" ".join((content.description, content.instruction.replace("\n", ". "))))
    if grade > HIGHEST_GRADE:
        message = f"The text reads like school year {grade:.0f}."
        yield Found("description", message, "Use shorter words and sentences.", (0, len(content.description)))


def _quiet(text: str, span: tuple[int, int]) -> str:
    """The span in small letters, sentences begun with a capital."""
    begins = {start for start, _ in words.sentences(text)}
    return "".join(
        char.upper() if at in begins else char.lower() for at, char in enumerate(text[slice(*span)], span[0])
    )


def _loud(text: str, match: re.Match[str]) -> bool:
    """Whether the capitals are shouting ("DO NOT STOP") and not an acronym."""
    return match[0].lower() in words.ACTIONS | words.HAZARDS or text.isupper()


@rule(
    "L16", WARNING, "Likelihood is a calibrated word with a percentage, never a bare 'credible'.",
    "LeClerc and Joslyn 2015: numbers raise trust; ICD 203", only_english=True, only_for=TELLING,
)  # fmt: skip
def likelihood(content: Content, _context: LintContext) -> Iterator[Found]:
    for name, text in texts(content):
        for match in words.CREDIBLE.finditer(text):
            fix = 'Say how likely it is: "likely (about 60%)".'
            yield Found(name, f'"{match[0]}" does not say how likely it is.', fix, match.span())
    for start, end in words.sentences(content.description):
        sentence = content.description[start:end]
        odds = words.LIKELIHOOD.search(sentence)
        if odds and not words.PERCENT.search(sentence):
            span = (start + odds.start(), start + odds.end())
            low, high = words.ODDS.get(" ".join(odds[0].casefold().split()), (None, None))
            put = None if low is None else f"{odds[0]} ({low} to {high}%)"
            fix = f'Add the number: "{put or f"{odds[0]} (about 60%)"}".'
            message = f'"{odds[0]}" means different odds to different readers.'
            yield Found("description", message, fix, span, put=put)


def _grade(text: str) -> float:
    """Flesch-Kincaid grade, syllables counted by vowel groups: a rough measure, so only ever a warning."""
    sentences = max(1, sum(1 for _ in words.sentences(text)))
    found = words.WORD.findall(text)
    if len(found) < 10:
        return 0.0
    syllables = sum(max(1, len(_VOWELS.findall(re.sub(r"e$", "", word)))) for word in found)
    return 0.39 * len(found) / sentences + 11.8 * syllables / len(found) - 15.59
