"""Late joiners: who comes on shift, changes unit, or enters the area while a warning is in force is warned too."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from vedette.access.handling import Realm
from vedette.dispatch.entering import Ask, Entering, live_messages
from vedette.dispatch.expand import add, lock_warning
from vedette.dispatch.members import Issued, load_message, load_standing
from vedette.dispatch.models import Recipient
from vedette.dispatch.storing import Joining
from vedette.ledger.log import append
from vedette.people.queries import Stamps, audience_of, changed_since
from vedette.warnings.models import Message
from vedette.warnings.plans import danger_to_life

log = logging.getLogger(__name__)

#: A look goes back this much behind the last, for changes whose transaction was slow to commit.
OVERLAP = timedelta(seconds=10)
#: So often a look goes back much further: an import stamps its changes when it begins, and may take minutes to commit.
WIDE_EVERY, WIDE_OVERLAP = timedelta(minutes=1), timedelta(minutes=15)


class Standing:
    """Looks at what changed since it last looked. Keeps nothing that a restart would miss."""

    def __init__(self) -> None:
        self._ticked: datetime | None = None
        self._looked_wide: dict[int, datetime] = {}
        self._issued: dict[int, Issued] = {}
        #: Whom the last tick saw change, and when they did: every warning that was in force then has judged them.
        self._seen: dict[Realm, Mapping[int, Stamps]] = {}
        self._entering = Entering()

    def tick(self, realm: Realm | None, now: datetime) -> int:
        """Add whoever joined the warnings in force; how many.

        As long as nobody changes this asks as much for many warnings as for one.
        """
        live = live_messages(realm, now)
        to_look_over = self._entering.keep_watch(realm, live)
        in_force = {one.message: one for one in live if one.expanded}
        looked_wide = {number: self._looked_wide.get(number, one.issued_at) for number, one in in_force.items()}
        self._issued = {number: self._known(number) for number in in_force}
        added, changed, seen = 0, _Changed(now), dict[Realm, Mapping[int, Stamps]]()
        for number, one in in_force.items():
            known = self._ticked if number in self._looked_wide else None
            wide = now - looked_wide[number] >= WIDE_EVERY
            people = changed.since(one.realm, (known or one.issued_at) - (WIDE_OVERLAP if wide else OVERLAP))
            if known is not None:
                seen[one.realm] = changed.since(one.realm, known - OVERLAP)
                if not wide:
                    people = _unlike(people, self._seen.get(one.realm, {}))
            added += self._join([(number, set(people), set())], now)
            if wide:
                looked_wide[number] = now
        # Only now: if anything of this fails, all of it is looked at again.
        self._ticked, self._looked_wide, self._seen = now, looked_wide, seen
        for one, area in to_look_over:
            added += self._entering.look_over(one, area, partial(self._join, now=now))
        return added

    def enter(self, realm: Realm | None, now: datetime) -> int:
        """Add whoever has come into the area of a warning in force; how many. Quick when there is nobody."""
        return self._entering.tick(realm, now, partial(self._join, now=now))

    def _known(self, message: int) -> Issued:
        return self._issued.get(message) or load_message(message)

    def _join(self, asks: Sequence[Ask], now: datetime) -> int:
        """Judge people by messages' rules and store, in one transaction, those reached who are not recipients yet."""
        judged = [(self._known(message), self._judged(message, *people, now)) for message, *people in asks]
        joining = [(issued, found) for issued, found in judged if found]
        if not joining:
            return 0
        with transaction.atomic():
            # All the locks before the first entry in the ledger: whoever else holds a warning may be waiting for that.
            for warning in sorted({issued.warning for issued, _ in joining}):
                lock_warning(warning)
            return sum(_store(issued, found, now) for issued, found in joining)

    def _judged(self, message_id: int, people: set[int], entered: set[int], now: datetime) -> list[Joining]:
        """Whom of some people a message's rule reaches who are not recipients yet."""
        issued = self._known(message_id)
        people = people - _recipients(issued.warning, people) if people else people
        if not people:
            return []
        content, message = issued.content, Message.objects.get(pk=issued.id)
        try:
            resolution = audience_of(
                message.parsed_audience(),
                content.area.geometry,
                starts=content.begins(now),
                ends=content.expires,
                realm=issued.realm,
                now=now,
                danger_to_life=danger_to_life(content),
                only=people,
                entered=entered & people,
            )
        except (ValueError, LookupError):
            log.exception("warning %s: who joined late cannot be resolved", issued.warning)
            return []
        return [(one.person_id, one.presence.value, one.reason[:120]) for one in resolution]


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


class _Changed:
    """Who changed, and whose shift began, since when; asked once for all warnings that ask the same."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._found: dict[tuple[Realm, datetime], dict[int, Stamps]] = {}

    def since(self, realm: Realm, moment: datetime) -> Mapping[int, Stamps]:
        """Those who did since then, and when."""
        if (realm, moment) not in self._found:
            self._found[realm, moment] = changed_since(realm, moment, self._now)
        return self._found[realm, moment]


def _unlike(people: Mapping[int, Stamps], seen: Mapping[int, Stamps]) -> Mapping[int, Stamps]:
    """Those of some people who have changed otherwise than they were seen to."""
    return {person: stamps for person, stamps in people.items() if not stamps <= seen.get(person, frozenset())}


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
