"""What a radio mesh carries of a warning: one line, counted in bytes, without the link that no mesh can open. Pure."""

from __future__ import annotations

import re

from vedette.formats import sms
from vedette.warnings.marking import marked
from vedette.warnings.render import MessageView, local_time
from vedette.warnings.words import words_for

#: What Meshtastic's Data.payload holds (firmware, mesh.options), and what is planned for: signatures take some of it.
MOST_BYTES, PLANNED_BYTES = 233, 200

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def render_mesh(view: MessageView) -> str:
    """Handling, kind, hazard, place, the first thing to do, and until when unless it is an end. Never cut."""
    content, words = view.content, words_for(view.language)
    first = _SENTENCE_END.split(content.instruction.strip(), maxsplit=1)[0]
    until = f"{words.until.capitalize()} {local_time(content.expires, view.zone, words, short=True)}"
    if view.msg_type.ends:
        until = ""
    told = [
        f"{content.handling.value} {words.kinds[view.msg_type.value]}: {content.change}",
        content.event,
        content.area.description,
        first,
        until,
    ]
    line = ". ".join(part.strip().rstrip(".") for part in told if part.strip())
    return sms.plain(marked(" ".join(line.replace(":. ", ": ").split()), view.realm))
