"""What the field page tells one recipient now: the warning's last message, whether it holds, and their answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from django.db.models.functions import Coalesce

from vedette.access.handling import Realm
from vedette.dispatch.levels import Response
from vedette.dispatch.models import Acknowledgement, Recipient
from vedette.formats.languages import direction, own_name
from vedette.people.models import Organisation
from vedette.places.geometry import shape_of
from vedette.warnings.content import Content, MessageType
from vedette.warnings.marking import EXERCISE
from vedette.warnings.models import Message
from vedette.warnings.render import local_time
from vedette.warnings.words import Words, words_for
from vedette.web.field.map import AreaMap, draw
from vedette.web.field.words import FieldWords, field_words, span_words

_TELEPHONE = re.compile(r"\+\d[\d ().-]{5,}\d")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_NUMBERED = re.compile(r"^(?:\d{1,2}[.)]|[-*•])\s+")


_RANK = {"acknowledged": 1, "safe": 2, "needs_help": 2}


class Status(StrEnum):
    """Whether the warning still holds."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    ALL_CLEAR = "all_clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of this recipient, as stored."""

    response: str
    words: str
    at: str
    note: str
    #: Given to the message that is shown, not to an earlier one.
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What an earlier message of the warning said."""

    kind: str
    sent: str
    headline: str
    change: str
    description: str
    steps: tuple[str, ...]
    language: str
    direction: str


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language that the message is told in, for its readers to choose."""

    tag: str
    name: str
    direction: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPage:
    """Everything the template shows; nothing in it is markup but the map."""

    mark: str
    status: Status
    kind: str
    content: Content
    words: Words
    field: FieldWords
    person: str
    steps: tuple[str, ...]
    begins: str
    begins_in: str
    ends: str
    ends_in: str
    sent: str
    identifier: str
    change: str
    contact: tuple[tuple[str, str], ...]
    drawing: AreaMap
    map_inside: str
    map_around: str
    map_extent: str
    answers: tuple[Answer, ...]
    earlier: tuple[Earlier, ...]
    #: Why what was just sent could not be recorded.
    refused: str
    #: What there is to choose between; empty where the message is told in one language.
    tongues: tuple[Tongue, ...]
    #: The language that the reader chose; empty: their own.
    asked: str

    @property
    def buttons(self) -> list[tuple[str, str, bool]]:
        """The three answers: value, words, and whether it is the one that holds."""
        held = self.standing.response if self.standing and self.standing.current else ""
        return [(kind.value, self.field.answers[kind.value], kind.value == held) for kind in Response]

    @property
    def runs(self) -> str:
        """Which way the author's text is written."""
        return direction(self.content.language)

    @property
    def standing(self) -> Answer | None:
        """What holds of what was said: of this message before earlier ones, plain words before "I have read it"."""
        # Answers are the latest first, and max takes the first of equals.
        return max(self.answers, key=lambda said: (said.current, _RANK.get(said.response, 0)), default=None)


def page_for(recipient: Recipient, now: datetime, refused: str = "", asked: str = "") -> FieldPage | None:
    """The page of `recipient` at `now`, in the language they asked for, else theirs; None while nothing is issued."""
    warning = recipient.warning
    messages = list(warning.messages.filter(state=Message.State.ISSUED).order_by("number"))
    if not messages:
        return None
    last, whole = messages[-1], messages[-1].parsed_content()
    asked = asked if asked in whole.languages else ""
    language = asked or recipient.person.language
    content = whole.in_language(language)
    zone = Organisation.objects.values_list("zone", flat=True).first() or "UTC"
    words, field = words_for(language), field_words(language)
    status = status_of(MessageType(last.msg_type), content, now)
    drawing = _drawing(last.pk, f"{field.map_of}: {content.area.description}")
    answers = _answers(recipient, last, zone, words, field)
    return FieldPage(
        mark=EXERCISE if warning.realm == Realm.EXERCISE.value else "",
        status=status,
        kind=words.kinds[last.msg_type],
        content=content,
        words=words,
        field=field,
        person=recipient.person.name,
        steps=_steps(content.instruction),
        begins=local_time(content.onset, zone, words) if content.onset and content.onset > now else "",
        begins_in=relative(content.onset, now, field) if content.onset and content.onset > now else "",
        ends=local_time(content.expires, zone, words),
        ends_in=relative(content.expires, now, field),
        sent=local_time(last.issued_at or last.created_at, zone, words),
        identifier=last.identifier,
        change=content.change or words.changes.get(last.msg_type, ""),
        contact=_with_telephones(content.contact),
        drawing=drawing,
        map_inside=field.inside.format(names=", ".join(drawing.inside)) if drawing.inside else "",
        map_around=field.around.format(names=", ".join(drawing.around)) if drawing.around else "",
        map_extent=field.extent.format(width=_rounded(drawing.width_km), height=_rounded(drawing.height_km)),
        answers=answers,
        earlier=tuple(_earlier(message, zone, words, language) for message in reversed(messages[:-1])),
        refused=refused,
        tongues=_tongues(whole, content.language),
        asked=asked,
    )


def status_of(kind: MessageType, content: Content, now: datetime) -> Status:
    """Whether a warning holds at `now` whose last message is this."""
    if kind is MessageType.CANCEL:
        return Status.CANCELLED
    if kind is MessageType.ALL_CLEAR:
        return Status.ALL_CLEAR
    return Status.EXPIRED if content.expires <= now else Status.IN_FORCE


def relative(moment: datetime, now: datetime, field: FieldWords) -> str:
    """How long until a moment, or since."""
    if moment <= now:
        return field.ago.format(span=span_words(now - moment, field))
    return field.in_time.format(span=span_words(moment - now, field))


def _steps(instruction: str) -> tuple[str, ...]:
    """What to do, a step a line; a single line is cut into its sentences."""
    lines = [line.strip() for line in instruction.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = [sentence for sentence in _SENTENCE_END.split(lines[0]) if sentence]
    return tuple(_NUMBERED.sub("", line) for line in lines)


def _with_telephones(text: str) -> tuple[tuple[str, str], ...]:
    """`text` in runs of (words, number to dial or nothing)."""
    runs, at = [], 0
    for match in _TELEPHONE.finditer(text):
        runs += [(text[at : match.start()], ""), (match[0], "+" + re.sub(r"\D", "", match[0]))]
        at = match.end()
    return tuple(run for run in [*runs, (text[at:], "")] if run[0])


def _answers(recipient: Recipient, last: Message, zone: str, words: Words, field: FieldWords) -> tuple[Answer, ...]:
    """What was answered, the latest first."""
    stored = Acknowledgement.objects.filter(recipient=recipient).order_by(Coalesce("answered_at", "at").desc(), "-id")
    return tuple(
        Answer(
            response=found.response,
            words=field.answers.get(found.response, field.attested),
            at=local_time(found.answered_at or found.at, zone, words),
            note=found.note,
            current=found.message_id == last.pk,
        )
        for found in stored
    )


def _tongues(whole: Content, chosen: str) -> tuple[Tongue, ...]:
    told = whole.languages if whole.translations else ()
    return tuple(Tongue(tag, own_name(tag), direction(tag), tag == chosen) for tag in told)


def _earlier(message: Message, zone: str, words: Words, language: str) -> Earlier:
    content = message.parsed_content().in_language(language)
    return Earlier(
        kind=words.kinds[message.msg_type],
        sent=local_time(message.issued_at or message.created_at, zone, words),
        headline=content.headline,
        change=content.change,
        description=content.description,
        steps=_steps(content.instruction),
        language=content.language,
        direction=direction(content.language),
    )


@lru_cache(maxsize=64)
def _drawing(message_id: int, title: str) -> AreaMap:
    """An issued message never changes, so its map is drawn once a process and language."""
    content = Message.objects.get(pk=message_id).parsed_content()
    return draw(shape_of(content.area.geometry), title)


def _rounded(km: float) -> str:
    return f"{km:.1f}" if km < 10 else f"{km:.0f}"
