"""What may be handed out, to whom: the last message of every warning in force, and of those ended within a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet

from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor, visible
from vedette.formats.cap import Scope, Status, read_cap
from vedette.warnings.models import Message, Warning

#: How long a warning that has ended stays in the feed, so that nobody who polls misses the end.
ENDED_STAYS = timedelta(hours=24)


def published(actor: Actor | None, now: datetime) -> list[Message]:
    """The last issued message of each warning that is live or just ended, newest first.

    Without an actor only what is marked TLP:CLEAR, is kept from nobody, and is live. A message is shown only when its
    own content may be, too: an update may be marked higher than its warning.
    """
    warnings = _warnings(actor, now).annotate(last=Max("messages__number", filter=_ISSUED))
    numbers = {warning.pk: warning.last for warning in warnings}
    found = Message.objects.filter(warning__in=numbers, state=Message.State.ISSUED).select_related("warning")
    last = [one for one in found if one.number == numbers[one.warning_id] and _may(actor, one)]
    return sorted(last, key=lambda one: (one.issued_at or now, one.pk), reverse=True)


def published_message(actor: Actor | None, identifier: str, now: datetime) -> Message | None:
    """One issued message of those warnings, the earlier ones of each included; None when there is none to be had."""
    found = Message.objects.filter(
        identifier=identifier, state=Message.State.ISSUED, warning__in=_warnings(actor, now)
    ).first()
    return found if found is not None and _may(actor, found) else None


_ISSUED = Q(messages__state=Message.State.ISSUED)


def _warnings(actor: Actor | None, now: datetime) -> QuerySet[Warning]:
    since = now - ENDED_STAYS
    standing = Warning.objects.filter(
        Q(ended_at=None, expires_at__gt=since) | Q(ended_at__gt=since), expires_at__isnull=False
    )
    if actor is not None:
        return visible(actor, standing)
    return standing.filter(realm=Realm.LIVE.value, handling=Tlp.CLEAR.value, need_to_know=None)


def _may(actor: Actor | None, message: Message) -> bool:
    """By its own mark; and to the public only what says of itself that it is: its CAP is Actual and Public."""
    if actor is not None:
        return Tlp(message.content["handling"]).rank <= actor.clearance.rank
    if message.content["handling"] != Tlp.CLEAR or message.cap is None:
        return False
    alert = read_cap(bytes(message.cap)).alert
    return alert.status == Status.ACTUAL and alert.scope == Scope.PUBLIC
