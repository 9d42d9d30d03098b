"""Who comes into the area of a warning in force is warned within the second, once for each version of it.

The area is watched from the message's issue on (`people/standing_areas.py`): who enters is noted as their fix is
stored, and dealt with here as soon as the first audience is complete. A crash loses nobody, since what was noted is
forgotten only after it was dealt with.
"""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vedette.access.handling import Realm
from vedette.dispatch.sql import marks, rows, stamp
from vedette.people import standing_areas
from vedette.people.looks import asks_where
from vedette.people.standing_areas import Entry, Watched
from vedette.warnings.content import MessageType, Severity, Urgency
from vedette.warnings.models import Message
from vedette.warnings.plans import precedence

#: Entries dealt with in one go.
AT_ONCE = 5_000
#: Positions that came this long before the issue are looked over with those after it, for a clock that is a bit off.
BEFORE = timedelta(seconds=10)

#: For a message: its id, people to be judged by its rule, and those of them who have been in the area.
Ask = tuple[int, set[int], set[int]]
#: Has people judged and stored, all in one transaction; how many are new.
Join = Callable[[Sequence[Ask]], int]


@dataclass(frozen=True, slots=True)
class Live:
    """The message that stands for a warning not over yet; what it says may still be on its way to the first people."""

    message: int
    warning: int
    realm: Realm
    issued_at: datetime
    #: Whether its first audience is complete.
    expanded: bool
    #: How urgent it is; the lowest first.
    urgent: int

    @property
    def precedence(self) -> tuple[bool, int]:
        """What sorts first goes first: the live realm, then the more urgent."""
        return self.realm is not Realm.LIVE, self.urgent


def live_messages(realm: Realm | None, now: datetime, among: Collection[int] | None = None) -> list[Live]:
    """The newest message of each warning that is not over, by warning; of `among` only, if given."""
    narrowed, given = "", [stamp(now)]
    if realm is not None:
        narrowed, given = " AND w.realm = %s", [*given, realm.value]
    if among is not None:
        narrowed, given = f"{narrowed} AND m.id IN ({marks(among)})", [*given, *among]
    kinds = f"'{MessageType.ALERT.value}', '{MessageType.UPDATE.value}'"
    found = rows(
        "SELECT m.id, w.id, w.realm, EXISTS (SELECT 1 FROM dispatch_expansion e WHERE e.message_id = m.id)"
        " FROM warnings_warning w JOIN warnings_message m ON m.warning_id = w.id AND m.state = 'issued'"
        f" WHERE w.ended_at IS NULL AND w.expires_at > %s{narrowed} AND m.msg_type IN ({kinds})"
        " AND NOT EXISTS (SELECT 1 FROM warnings_message n"
        "  WHERE n.warning_id = w.id AND n.state = 'issued' AND n.number > m.number) ORDER BY w.id",
        given,
    )
    messages = Message.objects.filter(pk__in=[row[0] for row in found])
    known = {
        pk: (issued_at, precedence(Urgency(urgency), Severity(severity)))
        for pk, issued_at, urgency, severity in messages.values_list(
            "pk", "issued_at", "content__urgency", "content__severity"
        )
    }
    return [
        Live(message, warning, Realm(of_realm), known[message][0], bool(expanded), known[message][1])
        for message, warning, of_realm, expanded in found
    ]


class Entering:
    """Keeps the areas watched that must be, and has those who enter them warned."""

    def __init__(self) -> None:
        self._asks: dict[int, bool] = {}

    def keep_watch(self, realm: Realm | None, live: Iterable[Live]) -> list[tuple[Live, Watched]]:
        """Watch what is in force and no more; those areas whose people are to be looked over, now that they can be."""
        of = {one.message: one for one in live}
        self._asks = {message: self._asks[message] for message in of if message in self._asks}
        watched = {area.subject: area for area in standing_areas.watched(realm)}
        new = [one for one in of.values() if one.message not in watched and self._asks_where(one.message)]
        gone = watched.keys() - of.keys()
        if new or gone:
            standing_areas.watch({one.message: (one.realm, _area(one.message)) for one in new}, gone)
            watched = {area.subject: area for area in standing_areas.watched(realm)}
        return [
            (of[subject], area)
            for subject, area in watched.items()
            if subject in of and of[subject].expanded and not area.looked_over
        ]

    def look_over(self, live: Live, area: Watched, join: Join) -> int:
        """Have those judged whose position came after the issue and before the area was watched."""
        added = join([(live.message, standing_areas.there_since(area, live.issued_at - BEFORE), set())])
        standing_areas.looked_over(area)
        return added

    def tick(self, realm: Realm | None, now: datetime, join: Join) -> int:
        """Have whoever has entered warned; how many are new."""
        entered = standing_areas.entered(realm)
        if not entered:
            return 0
        # Only what can be dealt with is read: however many wait for their first audience, they hold nobody else back.
        ready = [live for live in live_messages(realm, now, entered) if live.expanded]
        asks: list[Ask] = []
        found: list[Entry] = []
        for live in sorted(ready, key=lambda one: one.precedence):
            if len(found) == AT_ONCE:
                break
            some = standing_areas.entries(live.message, AT_ONCE - len(found))
            asks.append((live.message, {one.person for one in some}, {one.person for one in some if one.surely}))
            found += some
        # One commit for all of them: each would wait its turn behind the fixes that keep coming.
        added = join(asks)
        standing_areas.dealt_with(found)
        return added

    def _asks_where(self, message: int) -> bool:
        """Whether the message's audience asks where people are."""
        if message not in self._asks:
            self._asks[message] = asks_where(Message.objects.get(pk=message).parsed_audience())
        return self._asks[message]


def _area(message: int) -> dict[str, object]:
    return dict(Message.objects.get(pk=message).parsed_content().area.geometry)
