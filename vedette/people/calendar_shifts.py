"""A calendar's events become stored shifts: intervals of UTC up to a horizon, with what people changed by hand.

What a calendar cannot name for certain is left out with a remark: a shift is never given to somebody on a guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from vedette import clock
from vedette.formats.ical import BadCalendar, ShiftInterval, shifts_of
from vedette.ledger.log import append
from vedette.people.calendar_names import Named
from vedette.people.models import Person, SavedArea, Shift, ShiftCalendar
from vedette.people.shifts import LONGEST_SHIFT, post_of, posts_of
from vedette.people.shrinking import FEWEST, shrink_limit

#: How far ahead calendars are expanded.
HORIZON = timedelta(days=90)
#: Shifts that ended longer ago are left as they were.
_PAST = timedelta(days=1)
_MOST_REMARKS = 20

Key = tuple[int, datetime, datetime, int | None]


class Reading(NamedTuple):
    """What a calendar tells of a window."""

    since: datetime
    until: datetime
    found: Sequence[ShiftInterval]


def read(body: bytes, zone: str) -> Reading:
    """What the file tells of from now up to the horizon. Raises BadCalendar."""
    since, until = clock.now() - _PAST, clock.now() + HORIZON
    return Reading(since, until, shifts_of(body, since, until, zone))


def expand(
    calendar: ShiftCalendar, by: str, reading: Reading | None = None, *, may_shrink: bool = True
) -> tuple[int, int]:
    """Make the stored shifts what the calendar tells up to the horizon; how many were added and dropped.

    Raises BadCalendar, and then nothing is changed; also when it `may_shrink` no further than an organisation's roster
    may unasked, and would. Whoever is in a transaction hands in what was read before it.
    """
    since, until, found = reading or read(bytes(calendar.body or b""), calendar.zone)
    with transaction.atomic():
        # One at a time: two that both find a shift missing would both add it.
        if not ShiftCalendar.objects.select_for_update(of=("self",), no_key=True).filter(pk=calendar.pk).first():
            return 0, 0
        told, remarks = _told(calendar, found)
        wanted, overrides = _overridden(calendar, told)
        stored = _stored(calendar, since, until)
        wanted |= _kept_by_hand(stored, told, since, until)
        gone = [row for key, rows in stored.items() for row in (rows[1:] if key in wanted else rows)]
        new = [key for key in wanted if key not in stored]
        if not may_shrink:
            _refuse_shrinking(stored, gone, new)
        Shift.objects.filter(pk__in=[row.pk for row in gone]).delete()
        Shift.objects.bulk_create(
            [
                Shift(
                    calendar=calendar,
                    override_id=overrides.get(key),
                    person_id=key[0],
                    starts=key[1],
                    ends=key[2],
                    post_id=key[3],
                    changed_at=clock.now(),
                )
                for key in new
            ],
            batch_size=1_000,
        )
        touch({row.person_id for row in gone} | {key[0] for key in new})
        calendar.expanded_to, calendar.remarks = until, remarks
        calendar.save(update_fields=["expanded_to", "remarks"])
        if new or gone:
            log(by, "shifts.expanded", calendar, {"added": len(new), "dropped": len(gone)})
    return len(new), len(gone)


def _stored(calendar: ShiftCalendar, since: datetime, until: datetime) -> dict[Key, list[Shift]]:
    """The stored shifts that meet the window, and those changed by hand wherever they were moved to."""
    rows = calendar.shifts.filter(Q(ends__gt=since, starts__lt=until) | Q(override__isnull=False))
    stored: dict[Key, list[Shift]] = {}
    for row in rows.select_related("override").order_by("pk"):
        stored.setdefault((row.person_id, row.starts, row.ends, row.post_id), []).append(row)
    return stored


def _refuse_shrinking(stored: dict[Key, list[Shift]], gone: Sequence[Shift], new: Sequence[Key]) -> None:
    """An address that answers with hardly anything is more often a mistake than a roster of nobody."""
    now = clock.now()
    ahead = sum(row.starts > now for rows in stored.values() for row in rows)
    fewer = sum(row.starts > now for row in gone) - sum(key[1] > now for key in new)
    if fewer > max(FEWEST, shrink_limit() * ahead):
        raise BadCalendar(
            f"its answer would leave {ahead - fewer:,} of {ahead:,} shifts ahead; all stay until somebody asks by hand"
        )


def _kept_by_hand(stored: dict[Key, list[Shift]], told: set[Key], since: datetime, until: datetime) -> set[Key]:
    """Those that stand in for an occurrence of which the window no longer tells."""
    occurs = {(person, starts) for person, starts, _, _ in told}
    return {
        key
        for key, rows in stored.items()
        for one in (row.override for row in rows)
        if one is not None
        and one.to_person_id is not None
        and (one.person_id, one.starts) not in occurs
        and not since <= one.starts < until
    }


def _told(calendar: ShiftCalendar, found: Iterable[ShiftInterval]) -> tuple[set[Key], list[str]]:
    """What the calendar itself says, person by person, and what of it could not be used."""
    found = list(found)
    who = Named(calendar, found)
    posts = posts_of(list(SavedArea.objects.filter(realm=calendar.realm)))
    told: set[Key] = set()
    wrong: Counter[str] = Counter()
    for shift in found:
        if shift.end - shift.start > LONGEST_SHIFT:
            wrong[f"event {shift.summary[:60]!r} lasts longer than {LONGEST_SHIFT.days} days"] += 1
            continue
        people, why = who.named(shift)
        if why:
            wrong[why] += 1
        post = post_of(shift, posts) or calendar.post
        told |= {(pk, shift.start, shift.end, post.pk if post is not None else None) for pk in people}
    remarks = [f"{why}{f' ({count} times)' if count > 1 else ''}" for why, count in wrong.most_common(_MOST_REMARKS)]
    return told, remarks


def _overridden(calendar: ShiftCalendar, told: set[Key]) -> tuple[set[Key], dict[Key, int]]:
    """What holds once what people changed by hand is taken into account, and which of it they changed."""
    changed = {(one.person_id, one.starts): one for one in calendar.overrides.all()}
    wanted: set[Key] = set()
    overrides: dict[Key, int] = {}
    for key in told:
        one = changed.get((key[0], key[1]))
        if one is None:
            wanted.add(key)
        elif one.to_person_id is not None and one.to_starts is not None and one.to_ends is not None:
            instead = (one.to_person_id, one.to_starts, one.to_ends, one.to_post_id)
            wanted.add(instead)
            overrides[instead] = one.pk
    return wanted, overrides


def touch(people: Collection[int]) -> None:
    """Let a standing audience look at these people again. Part of a larger action."""
    some = sorted(people)
    for at in range(0, len(some), 1_000):
        Person.objects.filter(pk__in=some[at : at + 1_000]).update(changed_at=clock.now())


def log(by: str, kind: str, calendar: ShiftCalendar, body: dict[str, object]) -> None:
    """One entry in the ledger on a calendar."""
    append(kind, actor=by, subject=f"calendar:{calendar.pk}", realm=calendar.realm, body=body)
