"""What leaving means, in one place: whoever leaves by whatever way loses the same things in the same moment."""

from __future__ import annotations

from collections.abc import Collection

from vedette import clock
from vedette.access.models import ApiToken, User
from vedette.people.models import Person, Position, Unit

_BATCH = 500


def end_places(people: Collection[int]) -> None:
    """No place in any audience, no login, no token, no position, nobody's supervisor.

    Part of a larger action, which checks the policy and writes to the ledger.
    """
    now, leavers = clock.now(), list(people)
    for start in range(0, len(leavers), _BATCH):
        some = leavers[start : start + _BATCH]
        users = list(Person.objects.filter(pk__in=some, user__isnull=False).values_list("user_id", flat=True))
        Person.objects.filter(pk__in=some).update(active=False, changed_at=now)
        User.objects.filter(pk__in=users).update(is_active=False)
        ApiToken.objects.filter(user__in=users, revoked_at=None).update(revoked_at=now)
        Position.objects.filter(person__in=some).delete()
        Unit.objects.filter(supervisor__in=some).update(supervisor=None)
