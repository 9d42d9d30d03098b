"""What people settle for themselves on a paired phone: their language, and notifications on that phone.

Consent to the use of their position is `positions.set_consent`, which they may call without an actor too.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from vedette import clock
from vedette.formats.languages import primary
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.contact import PUSH, checked_address
from vedette.people.models import ContactPoint, Person, Phone

#: As far back as an address can stand.
_LAST_RANK = 1_000


def choose_language(person: Person, language: str) -> Person:
    """Take the language that the person wants to be warned in; a region that it had already stays (es-MX for es)."""
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
        if primary(person.language) == primary(language):
            return person
        person.language = language
        person.save(update_fields=["language"])
        _log("person.language", person, {"language": language})
    return person


def subscribe(phone: Phone, subscription: str) -> ContactPoint:
    """Send this phone's notifications to its browser's subscription, which takes the place of an earlier one.

    It goes before those of the person's other phones, and is not verified until a notification was shown. Raises
    BadInput when it is none.
    """
    address = checked_address(PUSH, subscription)
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=phone.person_id)
        phone = Phone.objects.select_for_update(of=("self",)).get(pk=phone.pk)
        if phone.revoked_at is not None or not person.active:
            raise BadInput("phone", "is not paired any more")
        before = ContactPoint.objects.filter(pk=phone.push_id).first()
        if before is not None and before.address == address:
            return before
        # A step sends to the first address that takes it: the phone at hand goes before the one in the drawer.
        ContactPoint.objects.filter(person=person, channel=PUSH, rank__lt=_LAST_RANK).update(rank=F("rank") + 1)
        point, made = ContactPoint.objects.update_or_create(
            person=person, channel=PUSH, address=address, defaults={"rank": 0}
        )
        Phone.objects.filter(pk=phone.pk).update(push=point)
        if before is not None:
            before.delete()
        # A browser is of one person: whoever had it before is not told of on it any more.
        for other in (
            ContactPoint.objects.filter(channel=PUSH, address=address).exclude(person=person).select_related("person")
        ):
            body = {"contact_point": other.pk, "channel": PUSH, "taken_by": person.pk}
            other.delete()
            append(
                "contact_point.taken",
                actor=f"person:{person.pk}",
                subject=f"person:{other.person_id}",
                realm=other.person.realm,
                body=body,
            )
        Person.objects.filter(pk=person.pk).update(changed_at=clock.now())
        _log("phone.subscribed", person, {"phone": phone.pk, "contact_point": point.pk, "new": made})
    return point


def unsubscribe(phone: Phone) -> None:
    """Send no more notifications to this phone; doing so twice changes nothing."""
    with transaction.atomic():
        phone = Phone.objects.select_for_update(of=("self",)).select_related("person").get(pk=phone.pk)
        point = phone.push_id
        if point is None:
            return
        Phone.objects.filter(pk=phone.pk).update(push=None)
        ContactPoint.objects.filter(pk=point).delete()
        _log("phone.unsubscribed", phone.person, {"phone": phone.pk, "contact_point": point})


def _log(kind: str, person: Person, body: dict[str, object]) -> None:
    append(kind, actor=f"person:{person.pk}", subject=f"person:{person.pk}", realm=person.realm, body=body)
