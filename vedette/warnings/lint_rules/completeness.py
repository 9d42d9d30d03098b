"""Does it say everything: who warns, of what, what it can do, what to do, until when, for whom, and when more comes?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from vedette.warnings.content import Content, MessageType, Urgency
from vedette.warnings.lint_rules import mends
from vedette.warnings.lint_rules import vocabulary as words
from vedette.warnings.lint_rules.rule import TELLING, Found, LintContext, LintLevel, rule, texts

ERROR, WARNING = LintLevel.ERROR, LintLevel.WARNING

#: The longest a warning may stand: Immediate, and everything else.
LONGEST_IMMEDIATE = timedelta(hours=24)
LONGEST = timedelta(days=14)
#: The longest what ends a warning may stand: those who come back into reach still get it.
LONGEST_ENDING = timedelta(hours=48)
MOST_ACTIONS = 3

_EXCLUSION = re.compile(
    r"\b(?:need not|not for|no action|do(?:es)? not (?:apply|need|concern)|others?|only|except|everyone|everybody|"
    r"all)\b",
    re.I,
)


@rule(
    "L01", ERROR, "The source names the organisation and the role that warns; no unexplained acronym.",
    "Mileti and Sorensen 1990 (ORNL-6609); FEMA IS-242", only_english=True,
)  # fmt: skip
def source(content: Content, context: LintContext) -> Iterator[Found]:
    text = content.source
    named = [word.lower() for word in words.WORD.findall(text)]
    fix = 'Write who warns and in what role, such as "Example Border Service, duty officer of the San Diego sector".'
    put = context.signature or None
    if put is not None:
        fix = f'Write who warns and in what role: "{put}".'
    vague = words.NOBODIES.search(text)
    if vague and len(named) <= 4:
        yield Found("source", f'"{text}" is nobody the reader can know or ask.', fix, (0, len(text)), put=put)
    elif len(named) < 2:
        yield Found(
            "source", "The source is a single word; the reader cannot tell who warns.", fix, (0, len(text)), put=put
        )
    elif not words.ROLES.intersection(named):
        yield Found("source", "The source names no role: who in the organisation warns?", fix, (0, len(text)), put=put)
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
        kind = mends.type_of(content)
        put = kind.event if kind is not None and kind.event != text else None
        yield Found("event", f'"{text}" does not say what the danger is.', fix, span, put=put)
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
        kind = mends.type_of(content)
        put = None if kind is None or content.impact else kind.impact
        yield Found("impact", "It is not said what the hazard can do to the reader.", fix, put=put)


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
        kind = mends.type_of(content)
        put = kind.instruction if kind is not None and not words.PLACEHOLDER.search(kind.instruction) else None
        yield Found("instruction", "No sentence tells the reader what to do.", fix, (0, len(text)), put=put)
    elif spans[0] not in usable:
        empty = words.VAGUE_ACTION.search(text[slice(*spans[0])]) is not None
        message = "The first sentence of the guidance does not begin with an action."
        span = _with_end(text, spans[0]) if empty else spans[0]
        yield Found("instruction", message, fix, span, put="" if empty else None)
    for match in words.VAGUE_ACTION.finditer(text):
        better = 'Take it out, or say what doing that looks like: "Stay behind cover when you stop."'
        whole = next(span for span in spans if span[0] <= match.start() < span[1])
        span = _with_end(text, whole) if usable and whole not in usable else match.span()
        put = "" if span != match.span() else None
        yield Found("instruction", f'"{match[0]}" is nothing anyone can do.', better, span, WARNING, put)
    if len(spans) > MOST_ACTIONS:
        few = "Keep the three that protect most; put the rest in the briefing."
        message = f"{len(spans)} actions are more than people keep in mind."
        yield Found("instruction", message, few, spans[MOST_ACTIONS], WARNING)
    for start, end in usable:
        second = _SECOND.search(text[start:end])
        if second and second["verb"].lower() in words.ACTIONS - _NOUNS_TOO:
            span = (start + second.start(), start + second.end())
            put = f". {second['rest'][:1].upper()}{second['rest'][1:]}"
            # "If you hear shots, lie down and wait": the condition holds for both.
            kept = words.CONDITION.match(text[start:end]) is not None
            message = "Two actions in one sentence."
            yield Found("instruction", message, "Make two sentences of it.", span, WARNING, None if kept else put)


#: A second action in one sentence.
_SECOND = re.compile(r",?\s+(?:and then|and|then)\s+(?P<rest>(?:do not\s+)?(?P<verb>\w+))")
#: Verbs that are as often nouns.
_NOUNS_TOO = frozenset({"work", "watch", "test", "help"})


def _with_end(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The sentence with what closes it."""
    end = span[1]
    while end < len(text) and text[end] in ".!?":
        end += 1
    return span[0], end


def _bare(sentence: str) -> str:
    return words.LEADING.sub("", sentence)


@rule(
    "L07", ERROR, "Times are clock times with zone and date, never relative; it ends, and within bounds.",
    "Warn Room: time, the weakest element; 58 % of 829 coded alerts; CAP 1.2 expires", only_english=True,
)  # fmt: skip
def time(content: Content, context: LintContext) -> Iterator[Found]:
    for name, text in texts(content):
        for start, end in words.sentences(text):
            yield from _time_in(name, text, (start, end), content, context)
    if content.expires <= context.now:
        yield Found("expires", "The warning has ended before it is sent.", "Set an end in the future.")
    begins = content.begins(context.now)
    longest = LONGEST_IMMEDIATE if content.urgency is Urgency.IMMEDIATE else LONGEST
    level = ERROR
    if context.msg_type not in TELLING:
        longest, level = LONGEST_ENDING, WARNING
    if content.expires - begins > longest:
        hours = int(longest.total_seconds() // 3600)
        fix = f"End it within {hours} hours and send an update if it goes on."
        message = f"The {'warning' if level is ERROR else 'message'} stands longer than {hours} hours."
        yield Found("expires", message, fix, (0, 0), level, put=(begins + longest).isoformat())


def _time_in(
    name: str, text: str, sentence: tuple[int, int], content: Content, context: LintContext
) -> Iterator[Found]:
    start, whole = sentence[0], text[slice(*sentence)]
    clock = words.CLOCK.search(whole)
    zone = words.ZONE.search(whole)
    relative = words.RELATIVE_TIME.search(whole)
    if relative and not (clock and zone):
        put = mends.absolute(relative[0], content, context, short=name in ("headline", "change"))
        fix = f'Give a clock time with zone and date: "{put}".'
        span = (start + relative.start(), start + relative.end())
        yield Found(name, f'"{relative[0].strip()}" means another time to each reader.', fix, span, put=put)
    elif clock and not zone:
        span = (start + clock.start(), start + clock.end())
        known = mends.zone_name(content.expires, context.zone)
        yield Found(name, f'"{clock[0]}" has no time zone.', f"Add the zone: {known}.", span, put=f"{clock[0]} {known}")
    elif clock and not words.DATE.search(whole):
        span = (start + clock.start(), start + clock.end())
        crosses = mends.crosses_midnight(content, context)
        fix = "Add the weekday and the date."
        yield Found(name, f'"{clock[0]}" has no date.', fix, span, ERROR if crosses else WARNING)


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
        put = f"{content.audience_note.rstrip('. ')}. Others need not act."
        yield Found("audience_note", "It is not said who need not act.", fix, span, WARNING, put)


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
