"""Areas that are watched, and who has come into them: for whoever warns people there. `watch.py` notes the entries."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef

from vedette.access.handling import Realm
from vedette.people import position_rows
from vedette.people.audience import MOVE_MPS
from vedette.people.bulk import Kind, given_time, read
from vedette.people.models import AreaEntry, WatchedArea
from vedette.places.entering import Fixes, Gate
from vedette.places.geometry import shape_of


class Watched(NamedTuple):
    """An area that is watched."""

    pk: int
    subject: int
    #: Whether those who were there before have been looked for.
    looked_over: bool


class Entry(NamedTuple):
    """Somebody has entered."""

    pk: int
    subject: int
    person: int
    surely: bool


def watched(realm: Realm | None) -> list[Watched]:
    """What is watched, in a realm or in both."""
    found = WatchedArea.objects.all() if realm is None else WatchedArea.objects.filter(realm=realm.value)
    return [Watched(*row) for row in found.order_by("subject").values_list("pk", "subject", "looked_over")]


def watch(new: Mapping[int, tuple[Realm, dict[str, Any]]], gone: Collection[int]) -> None:
    """Watch some areas, by subject, and others no more, with what was noted of them.

    When this returns every fix that is stored from now on is judged by it.
    """
    with transaction.atomic():
        position_rows.shut_out()
        AreaEntry.objects.filter(watched__subject__in=gone).delete()
        WatchedArea.objects.filter(subject__in=gone).delete()
        WatchedArea.objects.bulk_create(
            WatchedArea(id=1 + secrets.randbelow(_IDS), realm=realm.value, subject=subject, geometry=geometry)
            for subject, (realm, geometry) in new.items()
        )


#: Ids lie below this: `places.grid` takes no larger ones, and SQLite can sum ten thousand of them.
_IDS = 2**40 - 1


def there_since(area: Watched, since: datetime) -> set[int]:
    """The people whose last fix came at or after `since` and says that they are in the area, or may be."""
    row = WatchedArea.objects.get(pk=area.pk)
    gate = Gate()
    gate.areas.put(0, shape_of(row.geometry))
    person, lat, lon, accuracy, fixed, received = read(
        "people_position f JOIN people_person p ON p.id = f.person_id WHERE f.received_at >= %s AND p.realm = %s",
        [given_time(since), row.realm],
        ("f.person_id", Kind.WHOLE),
        ("f.lat", Kind.REAL),
        ("f.lon", Kind.REAL),
        ("f.accuracy_m", Kind.REAL),
        ("f.fixed_at", Kind.MOMENT),
        ("f.received_at", Kind.MOMENT),
    )
    reach = accuracy + MOVE_MPS * np.maximum(received - fixed, 0) / 1e6
    pairs, _ = gate.whereabouts(Fixes(lon, lat, reach))
    return set(person[pairs.row].tolist())


def looked_over(area: Watched) -> None:
    """Those who were there before have been dealt with."""
    WatchedArea.objects.filter(pk=area.pk).update(looked_over=True)


def entered(realm: Realm | None) -> list[int]:
    """The subjects of areas that somebody has entered who is not dealt with. Quick when there is none."""
    found = WatchedArea.objects.filter(Exists(AreaEntry.objects.filter(watched=OuterRef("pk"))))
    if realm is not None:
        found = found.filter(realm=realm.value)
    return list(found.values_list("subject", flat=True))


def entries(subject: int, most: int) -> list[Entry]:
    """Who has entered an area and is not dealt with, the earliest first."""
    found = AreaEntry.objects.filter(watched__subject=subject).order_by("pk")
    return [Entry(*row) for row in found.values_list("pk", "watched__subject", "person_id", "surely")[:most]]


def dealt_with(done: Sequence[Entry]) -> None:
    """Forget entries, unless more is known of one by now than when it was read."""
    for surely in (True, False):
        some = [one.pk for one in done if one.surely is surely]
        for at in range(0, len(some), _AT_ONCE):
            AreaEntry.objects.filter(pk__in=some[at : at + _AT_ONCE], surely=surely).delete()


#: Rows named in one statement.
_AT_ONCE = 5_000
