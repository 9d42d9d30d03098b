"""What leaving means, in one place: whoever leaves by whatever way loses the same things in the same moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from vedette import clock
from vedette.access.actions import end_sessions
from vedette.access.models import ApiToken, User
from vedette.people import position_rows
from vedette.people.models import ContactPoint, Device, HeldLeaver, HeldMove, PairingCode, Person, Phone, Position, Unit

_BATCH = 500


def end_places(people: Collection[int]) -> None:
    """No place in any audience, no login, no token, no device, no phone nor its notifications, no position, nobody's
    supervisor. Addresses of another kind stay: a cancellation may still have to reach them.

    Part of a larger action, which checks the policy and writes to the ledger.
    """
    if not people:
        return
    now = clock.now()
    # Before any row is held that those who take fixes touch too.
    position_rows.shut_out()
    end_access(people)
    for some in _batches(people):
        Person.objects.filter(pk__in=some).update(active=False, changed_at=now)
        Device.objects.filter(person__in=some).delete()
        phones = Phone.objects.filter(person__in=some)
        ContactPoint.objects.filter(pk__in=list(phones.exclude(push=None).values_list("push", flat=True))).delete()
        phones.filter(revoked_at=None).update(revoked_at=now)
        PairingCode.objects.filter(person__in=some).delete()
        Position.objects.filter(person__in=some).delete()
        Unit.objects.filter(supervisor__in=some).update(supervisor=None)
        HeldLeaver.objects.filter(person__in=some).delete()
        HeldMove.objects.filter(person__in=some).delete()


def end_access(people: Collection[int]) -> None:
    """No login, no session, no token. Part of a larger action, as `end_places`."""
    now = clock.now()
    for some in _batches(people):
        users = list(Person.objects.filter(pk__in=some, user__isnull=False).values_list("user_id", flat=True))
        User.objects.filter(pk__in=users).update(is_active=False)
        ApiToken.objects.filter(user__in=users, revoked_at=None).update(revoked_at=now)
        end_sessions(users)


def _batches(people: Collection[int]) -> Iterator[Sequence[int]]:
    some = list(people)
    for start in range(0, len(some), _BATCH):
        yield some[start : start + _BATCH]
