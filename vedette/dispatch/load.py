"""How much those who would be warned were told lately: what the lint's rule on load judges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Count, F, QuerySet

from vedette.access.handling import Realm
from vedette.dispatch.models import Recipient
from vedette.people.resolution import Resolution
from vedette.people.world import Ints
from vedette.warnings.lint import Load
from vedette.warnings.lint_rules.load import OFTEN
from vedette.warnings.models import Message

WINDOW = timedelta(hours=24)


@dataclass(frozen=True)
class Burden:
    """How many messages each of some people had in the last 24 hours."""

    #: Number of messages -> how many people had so many, the fewest first.
    spread: dict[int, int]
    #: Those who had most: person id and number of messages.
    heaviest: tuple[tuple[int, int], ...] = ()


def burden_of(
    people: Ints | tuple[int, ...], realm: Realm, now: datetime, besides: int | None = None, most: int = 10
) -> Burden:
    """What `people` were sent in the last 24 hours, and the `most` burdened of them. `besides` as in `load_of`."""
    ids = np.asarray(people, np.int64)
    issued = _issued_lately(realm, now, besides)
    if not ids.size or not issued.exists():
        return Burden({0: int(ids.size)} if ids.size else {})
    told = _told(issued).values_list("person", "told")
    found = np.array(list(told), np.int64).reshape(-1, 2)
    found = found[np.isin(found[:, 0], ids)]
    numbers, counts = np.unique(found[:, 1], return_counts=True)
    spread = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    if untold := int(ids.size) - len(found):
        spread = {0: untold, **spread}
    order = np.lexsort((found[:, 0], -found[:, 1]))[:most]
    return Burden(spread, tuple((int(person), int(number)) for person, number in found[order].tolist()))


def load_of_message(message: Message, reach: Resolution, now: datetime, *, exact: bool) -> Load:
    """The same for a stored message and whom it would reach."""
    known = message.warning.messages.filter(state=Message.State.ISSUED).exists()
    besides = message.warning_id if known else None
    return load_of(reach.person_ids, reach.maybe, Realm(message.warning.realm), now, besides, exact=exact)


def load_of(
    people: Ints | tuple[int, ...],
    maybe: int,
    realm: Realm,
    now: datetime,
    besides: int | None = None,
    *,
    exact: bool,
) -> Load:
    """How many of `people` (of whom `maybe` may not be concerned) had OFTEN or more messages in the last 24 hours.

    Messages of the warning `besides` do not count: it is the one that goes on. `exact`: whether numbers may be told.
    """
    issued = _issued_lately(realm, now, besides)
    burdened = 0
    # Fewer messages than that burden nobody; most days end here.
    if len(people) and issued.count() >= OFTEN:
        found = _told(issued).filter(told__gte=OFTEN).values_list("person", flat=True)
        burdened = int(np.isin(np.fromiter(found, dtype=np.int64), np.asarray(people)).sum())
    return Load(people=len(people), burdened=burdened, often=OFTEN, maybe=maybe, exact=exact)


def _issued_lately(realm: Realm, now: datetime, besides: int | None) -> QuerySet[Message]:
    found = Message.objects.filter(warning__realm=realm.value, state=Message.State.ISSUED, issued_at__gt=now - WINDOW)
    return found.exclude(warning=besides)


def _told(issued: QuerySet[Message]) -> QuerySet[Recipient, dict[str, Any]]:
    """Person and how many of those messages they are a recipient of."""
    reached = Recipient.objects.filter(
        warning__messages__in=issued, warning__messages__number__gte=F("joined_by__number")
    )
    return reached.values("person").annotate(told=Count("pk"))
