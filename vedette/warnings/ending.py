"""What ends a warning says: the same place and people, the reason first, and what to do now. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from vedette.formats.parts import parse
from vedette.warnings.content import Content, MessageType, ResponseType, Urgency

#: How long a cancel or an all-clear stands, so that those who come back into reach still get it.
STANDS = timedelta(hours=24)


def ending(before: Content, kind: MessageType, reason: str, now: datetime) -> Content:
    """The content of the cancel or all-clear of a warning that last said `before`. Raises BadInput."""
    cancelled = kind is MessageType.CANCEL
    told = (
        {
            "headline": f"CANCELLED: {before.event}"[:160],
            "description": f"The warning of {before.event} is cancelled: it was sent in error or no longer holds.",
            "instruction": "Disregard the earlier warning. Return to normal duty.",
            "response_types": (),
        }
        if cancelled
        else {
            "headline": f"ALL CLEAR: {before.event}"[:160],
            "description": f"The danger of {before.event} in this area is over.",
            "instruction": "Return to normal duty.",
            "response_types": (ResponseType.ALL_CLEAR,),
            "urgency": Urgency.PAST,
        }
    )
    common = {
        "change": " ".join(reason.split())[:300],
        "impact": "",
        "onset": None,
        "expires": now + STANDS,
        "next_update": "No further update is planned.",
    }
    return parse(Content, {**before.model_dump(), **told, **common})
