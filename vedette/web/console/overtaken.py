"""Two people change one draft: the later one is told what the other changed, and keeps what they typed.

The form carries what its writer began from; a hash of it is what saving is held to, and the rest is for showing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vedette.access.policy import Actor
from vedette.ledger.canonical import canonical
from vedette.ledger.models import Entry
from vedette.warnings.actions import AsRead
from vedette.warnings.approval import whole_of
from vedette.warnings.models import Message
from vedette.web.console.changes import Change, changes
from vedette.web.console.ledger import names_behind

#: The longest beginning that is taken along: a form takes 5 MB, and the area itself may need half of that.
_LONGEST = 500_000
_WRITING = ("warning.drafted", "warning.revised", "warning.submitted", "warning.approved", "warning.returned")


@dataclass(frozen=True)
class Overtaken:
    """What somebody else did to the draft while this form was written."""

    who: str
    at: datetime | None
    state: str
    #: From what the form began with to what is saved now; None where that is not known any more.
    changes: list[Change] | None


def carried(message: Message) -> dict[str, str]:
    """What the form takes along: what it begins from, its outline as a hash."""
    whole = whole_of(message)
    content, geometry = _without_outline(whole["content"])
    begun = json.dumps({"content": content, "audience": message.audience, "plan": message.plan, "outline": geometry})
    read = AsRead.of(message)
    return {"hash": read.content_hash, "state": read.state, "begun": begun if len(begun) <= _LONGEST else ""}


def read_of(posted: Mapping[str, str]) -> AsRead | None:
    """What the form says that its writer had read; None for a form that says nothing of it."""
    return AsRead(posted["read.hash"], posted.get("read.state", "")) if posted.get("read.hash") else None


def as_posted(posted: Mapping[str, str]) -> dict[str, str]:
    """What the form took along, to be taken along again: a form that is shown anew has read nothing new."""
    return {name: posted.get(f"read.{name}", "") for name in ("hash", "state", "begun")}


def overtaken(actor: Actor, message: Message, posted: Mapping[str, str]) -> Overtaken:
    """What happened to the draft since the form was opened."""
    entries = Entry.objects.filter(subject=f"warning:{message.warning_id}", kind__in=_WRITING)
    last = entries.exclude(actor="").order_by("seq").last()
    who = names_behind([last.actor]).get(last.actor, last.actor) if last is not None else "Somebody"
    at = datetime.fromisoformat(last.at) if last is not None else None
    return Overtaken(who, at, message.state, _changes(actor, message, posted.get("read.begun", "")))


def _changes(actor: Actor, message: Message, begun: str) -> list[Change] | None:
    now = whole_of(message)
    _, outline = _without_outline(now["content"])
    try:
        before = json.loads(begun)
        content, audience, plan = (dict(before[name]) for name in ("content", "audience", "plan"))
        # The outline itself was not taken along: where it is the same, it is put back; else all of it counts as new.
        if before["outline"] == outline:
            content["area"] = {**content.get("area", {}), "geometry": now["content"]["area"]["geometry"]}
        return changes(actor, {"content": content, "audience": audience, "plan": plan}, now)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _without_outline(content: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    area = dict(content.get("area") or {})
    geometry = area.pop("geometry", None)
    return {**content, "area": area}, hashlib.sha256(canonical(geometry).encode()).hexdigest()
