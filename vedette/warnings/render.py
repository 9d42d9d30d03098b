"""What each channel says: the one place, so that the preview is what is sent. Pure: a view in, text out.

In an exercise every text begins and ends with EXERCISE. The handling label comes first, then what changed, then the
warning in the order people take it in: source, hazard, place, what to do, until when.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from vedette.access.handling import Realm
from vedette.formats import sms
from vedette.warnings.content import Content, MessageType, Office
from vedette.warnings.marking import marked
from vedette.warnings.words import Words, words_for

#: What the short form keeps to where the author's words allow it (the long form of a wireless alert).
SHORT_LENGTH = 360

_SENTENCE_END = re.compile(r"(?<=[.!?؟।])\s+|(?<=[。！？])|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """One message as one person is told it."""

    content: Content
    msg_type: MessageType
    realm: Realm
    identifier: str
    sent: datetime
    #: Where this person acknowledges; theirs alone.
    link: str
    person_name: str = ""
    #: Language of the fixed words (RFC 5646); the author's words stay in their own.
    language: str = "en"
    #: The zone times are told in.
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class RenderedEmail:
    """A mail: subject and plain text."""

    subject: str
    text: str


def render_email(view: MessageView) -> RenderedEmail:
    """The mail that warns `view.person_name`."""
    words = words_for(view.language)
    return RenderedEmail(
        subject=marked(_opening(view, words) + view.content.headline, view.realm),
        text=marked(_body(view, words), view.realm, "\n\n"),
    )


def render_short(view: MessageView) -> str:
    """One line for small screens: source, hazard, place, what to do, from when if later, until when, link.
    What ends a warning says no time.

    Where the line would grow long, the role of the source is left out, then whole sentences of the instruction from
    its end; never the first, nor anything else.
    """
    words = words_for(view.language)
    content = view.content
    told = f"{content.event}. {_sentence(content.area.description)}"
    opening = _opening(view, words) + _sentence(_what_changed(view, words))
    head = _line(f"{opening}{content.source}: {told}")
    if len(head) > SHORT_LENGTH // 2:
        head = _line(f"{opening}{content.source.partition(',')[0]}: {told}")
    tail = f"{_sentence(_sentence_case(_short_window(view, words)))}{view.link}"
    sentences = [_sentence(part).strip() for part in _SENTENCE_END.split(content.instruction) if part.strip()]
    room = SHORT_LENGTH - len(marked("", view.realm)) * 2 - len(head) - len(tail) - 4
    kept = sentences[:1]
    for sentence in sentences[1:]:
        if len(" ".join([*kept, sentence])) > room:
            break
        kept.append(sentence)
    return marked(_line(" ".join([head, *kept, tail])), view.realm)


def render_sms(view: MessageView) -> str:
    """The short form with typographic characters made plain, so that they do not double the price."""
    return sms.plain(render_short(view))


def render_webhook(view: MessageView) -> dict[str, Any]:
    """What a machine is told, JSON-able. Every text meant for people carries the marks of its realm."""
    mail, content = render_email(view), view.content
    return {
        "identifier": view.identifier,
        "type": view.msg_type.value,
        "realm": view.realm.value,
        "handling": content.handling.value,
        "sent": _instant(view.sent),
        "onset": None if content.onset is None else _instant(content.onset),
        "expires": _instant(content.expires),
        "person": view.person_name,
        "link": view.link,
        "subject": mail.subject,
        "text": mail.text,
        "short": render_short(view),
        "event": content.event,
        "source": content.source,
        "urgency": content.urgency.value,
        "severity": content.severity.value,
        "certainty": content.certainty.value,
        "language": content.language,
        "area": {"description": content.area.description, "geometry": content.area.geometry},
    }


def render_escalation(view: MessageView, silent: Sequence[str], office: Office = Office.SUPERVISOR) -> RenderedEmail:
    """The mail to a supervisor or warden: who has not answered (names as they know them), and where to attest."""
    words = words_for(view.language)
    content = view.content
    intro = words.silent_intro if office is Office.SUPERVISOR else words.silent_intro_area
    lines = [
        content.handling.value,
        "",
        intro.format(count=len(silent)),
        *(f"- {_line(name)}" for name in silent),
        "",
        words.silent_ask,
        view.link,
        "",
        f"{words.warning}: {content.headline}",
        f"{words.source}: {content.source}",
        f"{words.where}: {content.area.description}",
        f"{words.when}: {_window(view, words)}",
        f"{words.what_to_do}:",
        *_indented(content.instruction),
        "",
        *_footer(view, words),
    ]
    subject = f"{content.handling.value} {words.silent_subject.format(count=len(silent))}: {content.headline}"
    return RenderedEmail(marked(subject, view.realm), marked("\n".join(lines), view.realm, "\n\n"))


def render_escalation_short(view: MessageView, silent: Sequence[str]) -> str:
    """The escalation in one line: how many, the first names, the link."""
    words = words_for(view.language)
    names = ", ".join(_line(name) for name in silent[:3]) + (" …" if len(silent) > 3 else "")
    subject = words.silent_subject.format(count=len(silent))
    text = f"{view.content.handling.value} {subject} ({names}): {view.content.headline}. {words.silent_ask} {view.link}"
    return sms.plain(marked(_line(text), view.realm))


def render_escalation_webhook(
    view: MessageView, silent: Sequence[str], office: Office = Office.SUPERVISOR
) -> dict[str, Any]:
    """The escalation for a machine, JSON-able."""
    mail = render_escalation(view, silent, office)
    return {
        "identifier": view.identifier,
        "type": "Escalation",
        "realm": view.realm.value,
        "handling": view.content.handling.value,
        "sent": _instant(view.sent),
        "expires": _instant(view.content.expires),
        "person": view.person_name,
        "link": view.link,
        "subject": mail.subject,
        "text": mail.text,
        "short": render_escalation_short(view, silent),
        "silent": list(silent),
        "office": office.value,
    }


def local_time(moment: datetime, zone: str, words: Words | None = None, short: bool = False) -> str:
    """`moment` as people there read it: weekday, date, time of day, zone. Never relative."""
    words = words or words_for("en")
    here = moment.astimezone(ZoneInfo(zone))
    name = here.tzname() or ""
    if not name.isalpha():
        offset = here.strftime("%z")
        name = f"UTC{offset[:3]}:{offset[3:5]}"
    clock = f"{here:%H:%M} {name}"
    if short:
        return f"{words.short_date(here)} {clock}"
    return f"{words.days[here.weekday()]} {here.day} {words.months[here.month - 1]} {here.year}, {clock}"


def _body(view: MessageView, words: Words) -> str:
    content = view.content
    changed = _what_changed(view, words)
    lines = [content.handling.value, ""]
    if changed:
        lines += [f"{words.kinds[view.msg_type.value]}: {changed}", ""]
    lines += [
        content.headline,
        "",
        f"{words.source}: {content.source}",
        *([f"{words.to}: {view.person_name}"] if view.person_name else []),
        *([f"{words.audience}: {content.audience_note}"] if content.audience_note else []),
        f"{words.what}: {content.event}. {content.description}",
        *([f"{words.impact}: {content.impact}"] if content.impact else []),
        f"{words.where}: {content.area.description}",
        f"{words.what_to_do}:",
        *_indented(content.instruction),
        *([] if view.msg_type.ends else [f"{words.when}: {_window(view, words)}"]),
        *([f"{words.next_update}: {content.next_update}"] if content.next_update else []),
        *([f"{words.contact}: {content.contact}"] if content.contact else []),
        "",
        words.confirm,
        view.link,
        "",
        *_footer(view, words),
    ]
    return "\n".join(lines)


def _opening(view: MessageView, words: Words) -> str:
    return f"{view.content.handling.value} {words.kinds[view.msg_type.value]}: "


def _what_changed(view: MessageView, words: Words) -> str:
    if view.msg_type is MessageType.ALERT:
        return view.content.change
    return view.content.change or words.changes[view.msg_type.value]


def _window(view: MessageView, words: Words) -> str:
    until = f"{words.until} {local_time(view.content.expires, view.zone, words)}"
    if view.content.onset is None:
        return until
    return f"{words.start} {local_time(view.content.onset, view.zone, words)} {until}"


def _short_window(view: MessageView, words: Words) -> str:
    """Until when; and from when, where it does not hold yet as it is sent. Nothing of what ends a warning."""
    if view.msg_type.ends:
        return ""
    onset = view.content.onset
    until = f"{words.until} {local_time(view.content.expires, view.zone, words, short=True)}"
    if onset is None or onset <= view.sent:
        return until
    return f"{words.start} {local_time(onset, view.zone, words, short=True)} {until}"


def _sentence_case(text: str) -> str:
    """With its first letter large, and the others as they are."""
    return text[:1].upper() + text[1:]


def _footer(view: MessageView, words: Words) -> list[str]:
    return [
        f"{words.sent} {local_time(view.sent, view.zone, words)} · {view.identifier} · {view.content.handling.value}"
    ]


def _indented(text: str) -> list[str]:
    return [f"  {line.strip()}" for line in text.splitlines() if line.strip()]


def _sentence(text: str) -> str:
    """`text` closed with a full stop and a space; nothing for nothing."""
    text = text.strip()
    if not text:
        return ""
    return f"{text} " if text[-1] in ".!?؟।。！？" else f"{text}. "


def _line(text: str) -> str:
    return " ".join(text.split())


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
