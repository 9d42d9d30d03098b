"""Will it fit through the channels, and at what price?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from vedette.formats import sms
from vedette.warnings.budgets import HEADLINE_LENGTH, MOST_SEGMENTS, Budget, budgets
from vedette.warnings.content import Content
from vedette.warnings.lint_rules.rule import ALL_TEXT_FIELDS, Found, LintContext, LintLevel, rule, texts
from vedette.warnings.mesh import MOST_BYTES
from vedette.warnings.render import SHORT_LENGTH, MessageView

ERROR, WARNING = LintLevel.ERROR, LintLevel.WARNING

#: As long as the links that are sent.
LINK = "https://vedette.example.org/a/" + "x" * 24
#: As many characters as go into MOST_SEGMENTS of an SMS; above it the short form is refused.
LONGEST_SHORT = 3 * 153


@rule(
    "L13", ERROR,
    f"It fits its channels: short form {SHORT_LENGTH} characters, SMS {MOST_SEGMENTS} segments, notification 3,993 "
    f"bytes, radio mesh 233 bytes, headline {HEADLINE_LENGTH} characters.",
    "FEMA WEA: 360 and 90 characters; 3GPP TS 23.038 and 23.040; RFC 8291; Meshtastic's payload",
    each_language=True,
)  # fmt: skip
def fits(content: Content, context: LintContext) -> Iterator[Found]:
    took = {budget.channel: budget for budget in budgets_of(content, context)}
    short = took["short"]
    if short.over:
        longest = max(("source", "event", "change", "area.description"), key=lambda name: len(_text(content, name)))
        message = f"The short form has {short.used} characters; {SHORT_LENGTH} are read and carried everywhere."
        level = ERROR if short.used > LONGEST_SHORT else WARNING
        yield Found(longest, message, f"Shorten {longest} and the first sentence of the instruction.", (0, 0), level)
    yield from _as_sms(content, took["sms"])
    if took["push"].over:
        message = f"A notification of it has {took['push'].used:,} bytes even in its short form; 3,993 are carried."
        yield Found("headline", message, "Shorten the headline and the place.", (0, 0), ERROR)
    if took["mesh"].used > MOST_BYTES:
        message = f"For a radio mesh it has {took['mesh'].used} bytes; {MOST_BYTES} are the most that one carries."
        yield Found("area.description", message, "Shorten the place and the first action.", (0, 0), WARNING)
    if len(content.headline) > HEADLINE_LENGTH:
        message = f"The headline has {len(content.headline)} characters; a locked phone shows {HEADLINE_LENGTH}."
        span = (HEADLINE_LENGTH, len(content.headline))
        yield Found("headline", message, "Say hazard and place, and leave the rest to the text.", span, WARNING)


def budgets_of(content: Content, context: LintContext) -> list[Budget]:
    """What the message takes of each channel's room, with a link as long as those that are sent."""
    return budgets(
        MessageView(
            content=content,
            msg_type=context.msg_type,
            realm=context.realm,
            identifier="",
            sent=context.now,
            link=LINK,
            zone=context.zone,
            language=content.language,
        )
    )


def _as_sms(content: Content, took: Budget) -> Iterator[Found]:
    if took.forced_by:
        place, span = _where(content, took.forced_by)
        message = f"The character {took.forced_by!r} makes an SMS of {took.used} segments: it is not in GSM-7."
        put = _plainer(took.forced_by) if span != (0, 0) else None
        fix = "Replace it if the word allows." if put is None else f'Write "{put}" if the word allows.'
        yield Found(place, message, fix, span, WARNING, put)
    elif took.over:
        message = f"As an SMS it takes {took.used} segments; each may arrive alone, late or not at all."
        yield Found("instruction", message, "Shorten the source, the place or the first sentence.", (0, 0), WARNING)


def _plainer(character: str) -> str | None:
    """The letter without its mark, where GSM-7 has that one."""
    bare = "".join(one for one in unicodedata.normalize("NFD", character) if not unicodedata.combining(one))
    return bare if bare and bare != character and sms.count(bare).forced_by is None else None


def _text(content: Content, name: str) -> str:
    return next((text for _, text in texts(content, (name,))), "")


def _where(content: Content, character: str) -> tuple[str, tuple[int, int]]:
    for name, text in texts(content, (*ALL_TEXT_FIELDS, "area.description")):
        at = text.find(character)
        if at >= 0:
            return name, (at, at + 1)
    return "headline", (0, 0)
