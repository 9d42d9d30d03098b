"""What a message costs on the channels that have a limit, and how near it comes. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass

from vedette.formats import sms
from vedette.warnings.mesh import MOST_BYTES, PLANNED_BYTES, render_mesh
from vedette.warnings.push import PushNote, render_push
from vedette.warnings.render import SHORT_LENGTH, MessageView, render_email, render_short, render_sms

#: Segments an SMS should not exceed: the link and the marks take most of one.
MOST_SEGMENTS = 3
#: What a push service must take (RFC 8291, section 4): 4,096 octets less header, padding and tag.
PUSH_BYTES = 3993
#: What the wireless alerts' older form has, and what a locked phone shows.
HEADLINE_LENGTH = 90

#: What goes with a notification: key, tag and identifier, at their longest.
_PUSH_FRAME = {"key": "x" * 64, "tag": "x" * 32, "identifier": "x" * 64, "expires": "x" * 25, "realm": "exercise"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much of a channel's room a message takes."""

    channel: str
    title: str
    used: int
    #: What should not be exceeded, and what cannot be; the same where there is only one.
    planned: int
    most: int
    unit: str
    #: What else is to be known, such as the character that makes an SMS dear.
    note: str = ""
    #: That character; empty for none.
    forced_by: str = ""

    @property
    def over(self) -> bool:
        """Whether it takes more than it should."""
        return self.used > self.planned

    @property
    def said(self) -> str:
        """For people: "332 of 360 characters"."""
        return f"{self.used:,} of {self.planned:,} {self.unit}"


def budgets(view: MessageView) -> list[Budget]:
    """Of every channel that has a limit, in the order in which they are previewed."""
    short, text = render_short(view), render_sms(view)
    cost = sms.count(text)
    alone, joined = (160, 153) if cost.forced_by is None else (70, 67)
    room = f"{alone} characters alone, {joined} in each of several"
    forced = "" if cost.forced_by is None else f"“{cost.forced_by}” is not in GSM-7, so it travels as UCS-2; "
    full, brief = (_octets(note, view) for note in _notes(view, short))
    fits = full if full <= PUSH_BYTES else brief
    return [
        Budget(
            channel="short", title="Short form", used=len(short), planned=SHORT_LENGTH, most=SHORT_LENGTH,
            unit="characters",
        ),
        Budget(
            channel="sms", title="SMS", used=cost.segments, planned=MOST_SEGMENTS, most=sms.MOST_SEGMENTS,
            unit="segments", forced_by=cost.forced_by or "",
            note=f"{forced}{cost.units} {'septets' if cost.forced_by is None else 'units'}; {room}",
        ),
        Budget(
            channel="push", title="Notification", used=fits, planned=PUSH_BYTES, most=PUSH_BYTES, unit="bytes",
            note="" if fits == full else f"in its short form; in full it has {full:,}",
        ),
        Budget(
            channel="mesh", title="Radio mesh", used=len(render_mesh(view).encode()), planned=PLANNED_BYTES,
            most=MOST_BYTES, unit="bytes", note=f"Meshtastic carries {MOST_BYTES} at most",
        ),
    ]  # fmt: skip


def _notes(view: MessageView, short: str) -> tuple[PushNote, PushNote]:
    return render_push(
        subject=render_email(view).subject,
        short=short,
        place=view.content.area.description,
        link=view.link,
        realm=view.realm,
    )


def _octets(note: PushNote, view: MessageView) -> int:
    told = {"title": note.title, "body": note.body, "link": view.link, **_PUSH_FRAME}
    return len(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode())
