"""A letter as a notification, the same on every channel: in full, and in brief for where that is too long."""

from __future__ import annotations

import json
from functools import lru_cache

from vedette.access.handling import Realm
from vedette.dispatch.channels.face import Letter
from vedette.warnings.push import PushNote, render_push


@lru_cache(maxsize=256)
def notes_of(letter: Letter) -> tuple[PushNote, PushNote]:
    """The two notes, with the places of name and token still in them."""
    told = json.loads(letter.payload)
    return render_push(
        subject=letter.subject,
        short=letter.short,
        place=(told.get("area") or {}).get("description", ""),
        link=letter.link,
        realm=Realm(told["realm"]),
    )
