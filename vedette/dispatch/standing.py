"""Late joiners: who comes on shift, changes unit, or enters the area while a warning is in force is warned too."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from vedette.access.handling import Realm
from vedette.dispatch.expand import add, lock_warning
from vedette.dispatch.members import Issued, load_message, load_standing
from vedette.dispatch.models import Recipient
from vedette.dispatch.sql import rows, stamp
from vedette.dispatch.storing import Joining
from vedette.ledger.log import append
from vedette.people.models import Shift
from vedette.people.queries import active_among, audience_of, changed_since
from vedette.warnings.content import MessageType
from vedette.warnings.models import Message
from vedette.warnings.plans import danger_to_life

log = logging.getLogger(__name__)

#: A look goes back this much behind the last, for changes whose transaction was slow to commit.
OVERLAP = timedelta(seconds=10)
#: So often a look goes back much further: an import stamps its changes when it begins, and may take minutes to commit.
WIDE_EVERY, WIDE_OVERLAP = timedelta(minutes=1), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _InForce:
    """A warning in force and the message that stands for it."""

    message: int
    warning: int
    realm: Realm
    #: When it was issued: who changes after that may not be in its first audience.
    since: datetime


class Standing:
    """Looks at what changed since it last looked. Keeps nothing that a restart would miss."""

    def __init__(self) -> None:
        self._looked: dict[int, datetime] = {}
        self._looked_wide: dict[int, datetime] = {}
        self._issued: dict[int, Issued] = {}

    def tick(self, realm: Realm | None, now: datetime) -> int:
        """Add whoever joined the warnings in force; how many."""
        in_force = _in_force(realm, now)
        self._looked_wide = {one.message: self._looked_wide.get(one.message, one.since) for one in in_force}
        self._looked = {one.message: self._looked.get(one.message, one.since) for one in in_force}
        self._issued = {one.message: self._issued.get(one.message) or load_message(one.message) for one in in_force}
        added = 0
        for one in in_force:
            wide = now - self._looked_wide.get(one.message, one.since) >= WIDE_EVERY
            changed = _changed(one.realm, self._looked[one.message] - (WIDE_OVERLAP if wide else OVERLAP), now)
            if changed and (changed := changed - _recipients(one.warning, changed)):
                added += self._join(self._issued[one.message], changed, now)
            self._looked[one.message] = now
            if wide:
                self._looked_wide[one.message] = now
        return added

    def _join(self, issued: Issued, changed: set[int], now: datetime) -> int:
        content = issued.content
        message = Message.objects.get(pk=issued.id)
        try:
            resolution = audience_of(
                message.parsed_audience(),
                content.area.geometry,
                starts=content.onset or now,
                ends=content.expires,
                realm=issued.realm,
                now=now,
                danger_to_life=danger_to_life(content),
                only=changed,
            )
        except (ValueError, LookupError):
            log.exception("warning %s: who joined late cannot be resolved", issued.warning)
            return 0
        found = [(one.person_id, one.presence.value, one.reason[:120]) for one in resolution]
        return _store(issued, found, now) if found else 0


def _store(issued: Issued, found: list[Joining], now: datetime) -> int:
    with transaction.atomic():
        lock_warning(issued.warning)
        standing = load_standing(issued)
        if standing.superseded or standing.ended:
            return 0
        body = add(issued, found, now, late=True)
        if body["added"]:
            append(
                "dispatch.joined",
                actor="engine",
                subject=f"warning:{issued.warning}",
                realm=issued.realm.value,
                body=body,
            )
    return int(body["added"])


def _in_force(realm: Realm | None, now: datetime) -> list[_InForce]:
    narrowed, given = ("", []) if realm is None else (" AND w.realm = %s", [realm.value])
    found = rows(
        "SELECT m.id, w.id, w.realm, m.msg_type FROM warnings_warning w"
        " JOIN warnings_message m ON m.warning_id = w.id AND m.state = 'issued'"
        " JOIN dispatch_expansion e ON e.message_id = m.id"
        " WHERE w.ended_at IS NULL AND w.expires_at > %s"
        " AND NOT EXISTS (SELECT 1 FROM warnings_message n"
        f"  WHERE n.warning_id = w.id AND n.state = 'issued' AND n.number > m.number){narrowed} ORDER BY w.id",
        [stamp(now), *given],
    )
    since = dict(Message.objects.filter(pk__in=[row[0] for row in found]).values_list("pk", "issued_at"))
    return [
        _InForce(message, warning, Realm(of_realm), since[message])
        for message, warning, of_realm, kind in found
        if kind in (MessageType.ALERT.value, MessageType.UPDATE.value)
    ]


def _changed(realm: Realm, since: datetime, now: datetime) -> set[int]:
    """Whoever changed, and whose shift began, since then."""
    begun = Shift.objects.filter(starts__gt=since, starts__lte=now).values_list("person_id", flat=True)
    return changed_since(realm, since) | active_among(realm, set(begun))


def _recipients(warning: int, among: set[int]) -> set[int]:
    """Those of some people who are recipients already."""
    some = sorted(among)
    found: set[int] = set()
    for at in range(0, len(some), _AT_ONCE):
        found.update(
            Recipient.objects.filter(warning=warning, person__in=some[at : at + _AT_ONCE]).values_list(
                "person_id", flat=True
            )
        )
    return found


#: People asked about in one query.
_AT_ONCE = 5_000
