"""A CAP message in plain words, for people and for the reader of reports: everything that is told, nothing added."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.formats.cap.message import Alert, Info


def in_plain_words(alert: Alert) -> str:
    """The message as text, its sentences untouched."""
    return "\n".join(_told(alert)) + "\n"


def _told(alert: Alert) -> Iterator[str]:
    yield f"{alert.msg_type} ({alert.status}) {alert.identifier}"
    yield f"From {alert.sender}, sent {alert.sent.isoformat()}, CAP {alert.version}"
    yield f"For {alert.scope or 'an unstated scope'}{f', {alert.restriction}' if alert.restriction else ''}"
    if alert.addresses:
        yield f"To {' '.join(alert.addresses.split())}"
    if alert.references:
        yield f"About {' '.join(alert.references.split())}"
    if alert.note and alert.note.strip():
        yield f"Note: {alert.note.strip()}"
    for info in alert.infos:
        yield ""
        yield from _told_info(info)


def _told_info(info: Info) -> Iterator[str]:
    yield f"{(info.headline or info.event).strip()} [{info.language or 'en-US'}]"
    yield f"{info.event.strip()}: urgency {info.urgency}, severity {info.severity}, certainty {info.certainty}"
    if info.sender_name and info.sender_name.strip():
        yield f"Issued by {info.sender_name.strip()}"
    if info.onset:
        yield f"from {info.onset.isoformat()}"
    yield f"until {info.expires.isoformat()}" if info.expires else "without an end: every reader decides for itself"
    for area in info.areas:
        shapes = f"{len(area.polygons)} polygon(s), {len(area.circles)} circle(s), {len(area.geocodes)} code(s)"
        yield f"Where: {area.description.strip()} ({shapes})"
    for text in (info.description, info.instruction):
        if text and text.strip():
            yield ""
            yield "\n".join(line.rstrip() for line in text.strip().splitlines())
    if any(text and text.strip() for text in (info.contact, info.web)):
        yield ""
    for label, text in (("Contact", info.contact), ("More", info.web)):
        if text and text.strip():
            yield f"{label}: {text.strip()}"
