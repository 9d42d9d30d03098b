"""Looks at where people are: each is in the ledger, with who looked and a hash of what was asked."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from vedette.access.policy import Actor
from vedette.ledger.canonical import canonical
from vedette.ledger.log import append
from vedette.people.rule import AudienceRule

#: Asking the same again within this time is one look: a form is counted at every keystroke.
ONE_LOOK = timedelta(minutes=10)
#: Looks remembered by this process.
_MOST = 1_000
_lately: OrderedDict[tuple[str, str], datetime] = OrderedDict()


def asks_where(rule: AudienceRule) -> bool:
    """Whether judging a rule, or a wave of its goal, uses last positions."""
    waves = rule.goal.waves if rule.goal is not None else ()
    terms = [*rule.terms, *(term for wave in waves for term in wave.terms)]
    return any(term.link in ("position", "assignment") for term in terms)


def note_look(actor: Actor, rule: AudienceRule, geometry: Mapping[str, Any] | None, now: datetime) -> None:
    """Enter in the ledger that somebody had last positions counted in an area, unless they just did."""
    if not asks_where(rule):
        return
    asked = {"rule": rule.model_dump(mode="json", exclude={"answers"}), "area": geometry}
    digest = hashlib.sha256(canonical(asked).encode()).hexdigest()
    key = (f"{actor.ref}/{actor.realm.value}", digest)
    before = _lately.get(key)
    if before is not None and timedelta(0) <= now - before < ONE_LOOK:
        return
    append("positions.counted", actor=actor.ref, subject="positions", realm=actor.realm.value, body={"asked": digest})
    _lately[key] = now
    _lately.move_to_end(key)
    while len(_lately) > _MOST:
        _lately.popitem(last=False)
