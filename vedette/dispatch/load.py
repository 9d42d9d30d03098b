"""How much those who would be warned were told lately: what the lint's rule on load judges."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, F

from vedette.access.handling import Realm
from vedette.dispatch.models import Recipient
from vedette.people.resolution import Resolution
from vedette.people.world import Ints
from vedette.warnings.lint import Load
from vedette.warnings.lint_rules.load import OFTEN
from vedette.warnings.models import Message

WINDOW = timedelta(hours=24)


def load_of_message(message: Message, reach: Resolution, now: datetime) -> Load:
    """The same for a stored message and whom it would reach."""
    known = message.warning.messages.filter(state=Message.State.ISSUED).exists()
    besides = message.warning_id if known else None
    return load_of(reach.person_ids, reach.maybe, Realm(message.warning.realm), now, besides)


def load_of(
    people: Ints | tuple[int, ...], maybe: int, realm: Realm, now: datetime, besides: int | None = None
) -> Load:
    """How many of `people` (of whom `maybe` may not be concerned) had OFTEN or more messages in the last 24 hours.

    Messages of the warning `besides` do not count: it is the one that goes on.
    """
    issued = Message.objects.filter(
        warning__realm=realm.value, state=Message.State.ISSUED, issued_at__gt=now - WINDOW
    ).exclude(warning=besides)
    burdened = 0
    # Fewer messages than that burden nobody; most days end here.
    if len(people) and issued.count() >= OFTEN:
        found = (
            Recipient.objects.filter(
                warning__messages__in=issued, warning__messages__number__gte=F("joined_by__number")
            )
            .values("person")
            .annotate(told=Count("pk"))
            .filter(told__gte=OFTEN)
            .values_list("person", flat=True)
        )
        burdened = int(np.isin(np.fromiter(found, dtype=np.int64), np.asarray(people)).sum())
    return Load(people=len(people), burdened=burdened, often=OFTEN, maybe=maybe)
