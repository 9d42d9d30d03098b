"""Will it fit through the channels, and at what price?"""

from __future__ import annotations

from collections.abc import Iterator

from vedette.formats import sms
from vedette.warnings.content import Content
from vedette.warnings.lint_rules.rule import ALL_TEXT_FIELDS, Found, LintContext, LintLevel, rule, texts
from vedette.warnings.render import SHORT_LENGTH, MessageView, render_short, render_sms

ERROR, WARNING = LintLevel.ERROR, LintLevel.WARNING

#: As long as the links that are sent.
_LINK = "https://vedette.example.org/a/" + "x" * 22
MOST_SEGMENTS = 3
#: As many characters as go into MOST_SEGMENTS of an SMS; above it the short form is refused.
LONGEST_SHORT = 3 * 153


@rule(
    "L13", ERROR, f"The short form fits {SHORT_LENGTH} characters, an SMS {MOST_SEGMENTS} segments.",
    "FEMA WEA: 360 characters; 3GPP TS 23.038 and 23.040",
)  # fmt: skip
def budgets(content: Content, context: LintContext) -> Iterator[Found]:
    view = MessageView(
        content=content,
        msg_type=context.msg_type,
        realm=context.realm,
        identifier="",
        sent=context.now,
        link=_LINK,
    )
    short = render_short(view)
    if len(short) > SHORT_LENGTH:
        longest = max(("source", "event", "change", "area.description"), key=lambda name: len(_text(content, name)))
        message = f"The short form has {len(short)} characters; {SHORT_LENGTH} are read and carried everywhere."
        level = ERROR if len(short) > LONGEST_SHORT else WARNING
        yield Found(longest, message, f"Shorten {longest} and the first sentence of the instruction.", (0, 0), level)
    budget = sms.count(render_sms(view))
    if budget.forced_by is not None:
        place, span = _where(content, budget.forced_by)
        message = f"The character {budget.forced_by!r} makes an SMS of {budget.segments} segments: it is not in GSM-7."
        yield Found(place, message, "Replace it if the word allows.", span, WARNING)
    elif budget.segments > MOST_SEGMENTS:
        message = f"As an SMS it takes {budget.segments} segments; each may arrive alone, late or not at all."
        yield Found("instruction", message, "Shorten the source, the place or the first sentence.", (0, 0), WARNING)


def _text(content: Content, name: str) -> str:
    return next((text for _, text in texts(content, (name,))), "")


def _where(content: Content, character: str) -> tuple[str, tuple[int, int]]:
    for name, text in texts(content, (*ALL_TEXT_FIELDS, "area.description")):
        at = text.find(character)
        if at >= 0:
            return name, (at, at + 1)
    return "headline", (0, 0)
