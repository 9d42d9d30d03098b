"""Does it say everything: who warns, of what, what it can do, what to do, until when, for whom, and when more comes?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from vedette.warnings.content import Content, MessageType, Urgency
from vedette.warnings.lint_rules import vocabulary as words
from vedette.warnings.lint_rules.rule import TELLING, Found, LintContext, LintLevel, rule, texts

ERROR, WARNING = LintLevel.ERROR, LintLevel.WARNING

#: The longest a warning may stand: Immediate, and everything else.
LONGEST_IMMEDIATE = timedelta(hours=24)
LONGEST = timedelta(days=14)

_EXCLUSION = re.compile(
    r"\b(?:need not|not for|no action|do(?:es)? not (?:apply|need|concern)|others?|only|except|everyone|everybody|"
    r"all)\b",
    re.I,
)
_STAY = re.compile(r"\b(?:shelter|stay (?:inside|indoors|where you are)|(?:do not|don't) (?:leave|evacuate))\b", re.I)
_GO = re.compile(r"\b(?:evacuate|leave (?:the|at|your|by)|withdraw)\b", re.I)


@rule(
    "L01", ERROR, "The source names the organisation and the role that warns; no unexplained acronym.",
    "Mileti and Sorensen 1990 (ORNL-6609); FEMA IS-242", only_english=True,
)  # fmt: skip
def source(content: Content, context: LintContext) -> Iterator[Found]:
    text = content.source
    named = [word.lower() for word in words.WORD.findall(text)]
    fix = 'Write who warns and in what role, such as "Example Border Service, duty officer of the San Diego sector".'
    vague = words.NOBODIES.search(text)
    if vague and len(named) <= 4:
        yield Found("source", f'"{text}" is nobody the reader can know or ask.', fix, vague.span())
    elif len(named) < 2:
        yield Found("source", "The source is a single word; the reader cannot tell who warns.", fix, (0, len(text)))
    elif not words.ROLES.intersection(named):
        yield Found("source", "The source names no role: who in the organisation warns?", fix, (0, len(text)))
    for match in words.acronyms(text):
        if match[0] not in context.expansions:
            yield Found("source", f"{match[0]} is not explained.", f"Write {match[0]} out.", match.span())


@rule(
    "L02", ERROR, "The hazard is named with a concrete noun; generic words alone fail.",
    "Warn Room: when the hazard isn't named; Warning Lexicon (Sutton, Olson, Waugh 2024)",
    only_english=True, only_for=TELLING,
)  # fmt: skip
def hazard(content: Content, _context: LintContext) -> Iterator[Found]:
    text = content.event
    span = (0, len(text))
    if not words.names_something(text):
        fix = 'Name what can happen: "shooting at patrols", "bomb at the bridge", "flash flood".'
        yield Found("event", f'"{text}" does not say what the danger is.', fix, span)
    elif not words.HAZARDS.intersection(word.lower() for word in words.WORD.findall(text)):
        fix = "Check that a stranger would picture the danger from these words."
        yield Found("event", f'"{text}" is not a hazard from the lexicon.', fix, span, WARNING)


@rule(
    "L03", ERROR, "It says what the hazard can do to the reader.",
    "Sutton: impact as the sixth element of a complete message; FEMA IS-242: magnitude",
    only_english=True, only_for=TELLING,
)  # fmt: skip
def impact(content: Content, _context: LintContext) -> Iterator[Found]:
    if not content.impact and not words.IMPACTS.search(content.description):
        fix = 'Add one sentence: "Gunfire can kill or wound you, in a vehicle or on foot."'
        yield Found("impact", "It is not said what the hazard can do to the reader.", fix)


@rule(
    "L06", ERROR, "What to do begins with a verb, can be done, one action per sentence, three actions at most.",
    "Warning Lexicon: protective action statements; FEMA IS-242", only_english=True,
)  # fmt: skip
def action(content: Content, _context: LintContext) -> Iterator[Found]:
    text = content.instruction
    spans = list(words.sentences(text))
    usable = [
        (start, end)
        for start, end in spans
        if words.begins_with_action(text[start:end]) and not words.VAGUE_ACTION.match(_bare(text[start:end]))
    ]
    fix = 'Begin with what to do: "Wear body armour outside buildings."'
    if not usable:
        yield Found("instruction", "No sentence tells the reader what to do.", fix, (0, len(text)))
    elif spans[0] not in usable:
        yield Found("instruction", "The first sentence of the guidance does not begin with an action.", fix, spans[0])
    for match in words.VAGUE_ACTION.finditer(text):
        better = 'Say what doing that looks like: "Stay behind cover when you stop."'
        yield Found("instruction", f'"{match[0]}" is nothing anyone can do.', better, match.span(), WARNING)
    if len(spans) > 3:
        few = "Keep the three that protect most; put the rest in the briefing."
        yield Found("instruction", f"{len(spans)} actions are more than people keep in mind.", few, spans[3], WARNING)
    for start, end in usable:
        second = re.search(r",?\s+(?:and|then|and then)\s+(?:do not\s+)?(\w+)", text[start:end])
        if second and second[1].lower() in words.ACTIONS and second[1].lower() not in ("work", "watch", "test", "help"):
            span = (start + second.start(), start + second.end())
            yield Found("instruction", "Two actions in one sentence.", "Make two sentences of it.", span, WARNING)


def _bare(sentence: str) -> str:
    return words.LEADING.sub("", sentence)


@rule(
    "L07", ERROR, "Times are clock times with zone and date, never relative; it ends, and within bounds.",
    "Warn Room: time, the weakest element; 58 % of 829 coded alerts; CAP 1.2 expires", only_english=True,
)  # fmt: skip
def time(content: Content, context: LintContext) -> Iterator[Found]:
    for name, text in texts(content):
        for start, end in words.sentences(text):
            yield from _time_in(name, text, start, end)
    if content.expires <= context.now:
        yield Found("expires", "The warning has ended before it is sent.", "Set an end in the future.")
    stands = content.expires - max(context.now, content.onset or context.now)
    longest = LONGEST_IMMEDIATE if content.urgency is Urgency.IMMEDIATE else LONGEST
    if stands > longest:
        hours = int(longest.total_seconds() // 3600)
        fix = f"End it within {hours} hours and send an update if it goes on."
        yield Found("expires", f"The warning stands longer than {hours} hours.", fix)


def _time_in(name: str, text: str, start: int, end: int) -> Iterator[Found]:
    sentence = text[start:end]
    clock = words.CLOCK.search(sentence)
    absolute = clock and words.ZONE.search(sentence)
    relative = words.RELATIVE_TIME.search(sentence)
    if relative and not absolute:
        fix = 'Give a clock time with zone and date: "until Sunday 7 December 2025, 06:00 PST".'
        span = (start + relative.start(), start + relative.end())
        yield Found(name, f'"{relative[0].strip()}" means another time to each reader.', fix, span)
    elif clock and not words.ZONE.search(sentence):
        span = (start + clock.start(), start + clock.end())
        yield Found(name, f'"{clock[0]}" has no time zone.', "Add the zone, such as PST or UTC.", span)
    elif clock and not words.DATE.search(sentence):
        span = (start + clock.start(), start + clock.end())
        yield Found(name, f'"{clock[0]}" has no date.', "Add the weekday and the date.", span, WARNING)


@rule(
    "L11", ERROR, "It says who it is for, and who need not act.",
    "Mileti's template: who should and who should not take action", only_english=True, only_for=TELLING,
)  # fmt: skip
def audience(content: Content, _context: LintContext) -> Iterator[Found]:
    fix = 'Write both: "Everyone of the San Diego sector. Other sectors need not act."'
    if not content.audience_note:
        yield Found("audience_note", "It is not said who the warning is for.", fix)
    elif not _EXCLUSION.search(content.audience_note):
        span = (0, len(content.audience_note))
        yield Found("audience_note", "It is not said who need not act.", fix, span, WARNING)


@rule(
    "L12", WARNING, "It says when more will be said, and whom to ask.",
    "FEMA best practices: URL or telephone; Mileti's template: next update", only_for=TELLING,
)  # fmt: skip
def more(content: Content, _context: LintContext) -> Iterator[Found]:
    if not content.next_update:
        yield Found(
            "next_update", "It is not said when more will be known.", "Give a time, or say that none is planned."
        )
    if not content.contact:
        yield Found("contact", "It is not said whom to ask.", "Give a telephone number or a radio channel.")


@rule(
    "L15", ERROR, "An update, cancel or all-clear says first what changed.",
    "Hawaii 2018: 38 minutes without a correction people could understand; CAP 1.2 msgType",
    only_for=frozenset(MessageType) - {MessageType.ALERT},
)  # fmt: skip
def change(content: Content, context: LintContext) -> Iterator[Found]:
    if not content.change:
        fix = 'Say it first: "Area widened to Otay Mesa." or "Cancelled: the report was wrong."'
        yield Found("change", f"This {context.msg_type} does not say what changed.", fix)
    if context.previous is None:
        return
    same = context.previous.model_copy(update={"change": content.change}) == content
    if context.msg_type is MessageType.UPDATE and same:
        yield Found("change", "Nothing else differs from the message before.", "Change what is new, or do not send it.")


@rule(
    "L18", WARNING, "The actions do not contradict one another.", "Warn Room: message complete in 231 characters",
    only_english=True, only_for=TELLING,
)  # fmt: skip
def contradiction(content: Content, _context: LintContext) -> Iterator[Found]:
    stay = _STAY.search(content.instruction)
    # "Do not leave" is staying, not going.
    go = _GO.search(_STAY.sub(lambda match: "#" * len(match[0]), content.instruction))
    if stay and go:
        fix = "Say for whom each holds, or keep one."
        yield Found("instruction", f'"{stay[0]}" and "{go[0]}" contradict each other.', fix, go.span())
    codes = {code.value for code in content.response_types}
    if {"Shelter", "Evacuate"} <= codes or ("AllClear" in codes and len(codes) > 1):
        fix = "Keep the one that the instruction says."
        yield Found("response_types", f"{' and '.join(sorted(codes))} contradict each other.", fix)
