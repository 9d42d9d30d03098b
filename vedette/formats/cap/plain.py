"""A CAP message in plain words, for people and for the reader of reports: everything that is told, nothing added."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.formats.cap.message import Alert, Info


def in_plain_words(alert: Alert) -> str:
    """The message as text, its sentences untouched."""
    return "\n".join(_told(alert)) + "\n"


def _told(alert: Alert) -> Iterator[str]:
    """Headed like a memo, so that the reader of reports takes the head for one."""
    for_whom = f"for {alert.scope or 'an unstated scope'}{f', {alert.restriction}' if alert.restriction else ''}"
    yield f"From: {alert.sender}"
    yield f"Date: {alert.sent.isoformat()}"
    if alert.infos:
        yield f"Subject: {headline_of(alert)}"
    yield f"Reference: {alert.msg_type} ({alert.status}) {alert.identifier}, CAP {alert.version}, {for_whom}"
    if alert.addresses:
        yield f"To: {' '.join(alert.addresses.split())}"
    if alert.references:
        yield ""
        yield f"It is about {' '.join(alert.references.split())}"
    if alert.note and alert.note.strip():
        yield ""
        yield f"Note: {alert.note.strip()}"
    for number, info in enumerate(alert.infos):
        if number:
            yield ""
            yield f"[{info.language or 'en-US'}] {_line(info.headline or info.event)}"
        yield from _told_info(info)


def headline_of(alert: Alert) -> str:
    """What the message is called: its first headline, or its event; empty when it tells nothing."""
    return next((_line(info.headline or info.event) for info in alert.infos), "")


def _told_info(info: Info) -> Iterator[str]:
    yield ""
    yield f"{_line(info.event)}: urgency {info.urgency}, severity {info.severity}, certainty {info.certainty}"
    if info.sender_name and info.sender_name.strip():
        yield ""
        yield f"Issued by {_line(info.sender_name)}"
    if info.onset:
        yield ""
        yield f"Valid from {info.onset.isoformat()}"
    yield ""
    yield (
        f"Valid until {info.expires.isoformat()}"
        if info.expires
        else "It names no end: every reader decides for itself"
    )
    for area in info.areas:
        shapes = f"{len(area.polygons)} polygon(s), {len(area.circles)} circle(s), {len(area.geocodes)} code(s)"
        yield ""
        yield f"Where: {_line(area.description)} ({shapes})"
    for text in (info.description, info.instruction):
        if text and text.strip():
            yield ""
            yield "\n".join(line.rstrip() for line in text.strip().splitlines())
    for label, text in (("Contact", info.contact), ("More", info.web)):
        if text and text.strip():
            yield ""
            yield f"{label}: {text.strip()}"


def _line(text: str) -> str:
    return " ".join(text.split())
