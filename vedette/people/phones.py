"""Paired phones: a person's own browser, known by a long-lived token that a short code was exchanged for, once.

A code is shown to whoever keeps the roster and to the person; a duty officer, and the supervisor of their unit, may
have one sent to an address that is known to reach them, and never see it: whoever has it becomes the person. A paired
phone acts for its person in what is theirs alone: see `own.py`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from vedette import clock
from vedette.access.policy import Actor, Reason, Refused, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.contact import PUSH
from vedette.people.models import ContactPoint, PairingCode, Person, Phone, WrongCode
from vedette.people.pairing_code import new_code, plain
from vedette.people.positions import is_own
from vedette.people.supervising import answers_for

#: For how long a code may be used.
CODE_LASTS = timedelta(minutes=15)
#: Wrong codes that are looked at: from one place, and from everywhere, in TRIES_WITHIN. The second bounds what a
#: thousand places can guess: less than one chance in ten million for each code that is out.
TRIES_FROM_ONE, TRIES_FROM_ALL, TRIES_WITHIN = 10, 300, timedelta(minutes=15)
#: Phones that one person may have paired at a time.
MOST_PHONES = 5
#: How often it is noted that a phone was here.
_SEEN_EVERY = timedelta(hours=1)


class TooManyTries(Exception):
    """Too many wrong codes were tried: none is looked at for a while."""


class NewCode(NamedTuple):
    """A code that was just made; its text is told once and kept nowhere."""

    text: str
    expires_at: datetime


def may_show_code(actor: Actor, person: Person) -> bool:
    """Whether the actor may see a code of this person: whoever has it becomes them, so that vouching is not enough."""
    return is_own(actor, person) or actor.may(Verb.KEEP_ROSTER, person)


def may_send_code(actor: Actor, person: Person) -> bool:
    """Whether the actor may have a code sent to this person, which only they read."""
    return may_show_code(actor, person) or (actor.may(Verb.ATTEST, person) and answers_for(actor, person))


def may_unpair(actor: Actor, person: Person) -> bool:
    """Whether the actor may take a phone away from this person."""
    return may_send_code(actor, person)


def sendable(person: Person) -> QuerySet[ContactPoint]:
    """The addresses a code may be sent to: those that are known to reach the person, but no other phone's page."""
    return person.contact_points.filter(verified_at__isnull=False).exclude(channel=PUSH).order_by("rank", "pk")


def make_code(actor: Actor, person: Person, *, shown: bool) -> NewCode:
    """A code for this person's phone, `shown` to the actor or else only sent to the person; one made earlier ends.

    Raises Refused, and BadInput for somebody who has left.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
        if not (may_show_code if shown else may_send_code)(actor, person):
            verb = Verb.KEEP_ROSTER if shown else Verb.ATTEST
            check(actor, verb, person)
            raise Refused(verb, Reason.NO_ROLE)
        if not person.active:
            raise BadInput("person", "has left; take them in again first")
        made = NewCode(new_code(), clock.now() + CODE_LASTS)
        PairingCode.objects.update_or_create(
            person=person, defaults={"digest": _digest(plain(made.text)), "expires_at": made.expires_at}
        )
        _log("phone.code_made", actor.ref, person, {"expires_at": clock.rfc3339(made.expires_at), "shown": shown})
    return made


def pair(code: str, source: str, label: str) -> tuple[Phone, str]:
    """Exchange a code for a phone and its token, which is told once. `source` is where the try comes from.

    Raises BadInput for a code that is wrong, used or over, each in the same words and after the same work, and
    TooManyTries.
    """
    now, place = clock.now(), _digest(f"source {source}")
    wrong = WrongCode.objects.filter(at__gt=now - TRIES_WITHIN)
    if wrong.filter(source=place).count() >= TRIES_FROM_ONE or wrong.count() >= TRIES_FROM_ALL:
        raise TooManyTries
    # What is no code is looked up too, so that it takes as long.
    digest = _digest(plain(code))
    with transaction.atomic():
        # The person is locked before their code, as wherever a code is made or ended.
        owner = PairingCode.objects.filter(digest=digest).values_list("person_id", flat=True).first()
        person = Person.objects.select_for_update(of=("self",), no_key=True).filter(pk=owner).first()
        found = PairingCode.objects.select_for_update(of=("self",)).filter(digest=digest).first()
        good = found is not None and hmac.compare_digest(bytes(found.digest), digest) and found.expires_at > now
        if found is not None and person is not None and found.person_id == person.pk and good:
            if person.phones.filter(revoked_at=None).count() >= MOST_PHONES:
                raise BadInput("code", f"you have {MOST_PHONES} phones already; unpair one first")
            found.delete()
            token = secrets.token_urlsafe(32)
            phone = Phone.objects.create(
                person=person, digest=_token_digest(token), label=label[:60], paired_at=now, seen_at=now
            )
            _log("phone.paired", f"person:{person.pk}", person, {"phone": phone.pk})
            return phone, token
    with transaction.atomic():
        WrongCode.objects.filter(at__lte=now - TRIES_WITHIN).delete()
        WrongCode.objects.create(source=place, at=now)
    raise BadInput("code", "is wrong, used already, or over; ask for a new one")


def phone_of(token: str) -> Phone | None:
    """The phone that a token is for, with its person; None of one that was unpaired, or whose person has left."""
    if not token:
        return None
    phones = Phone.objects.select_related("person__unit", "push")
    phone = phones.filter(digest=_token_digest(token), revoked_at=None, person__active=True).first()
    now = clock.now()
    if phone is not None and phone.seen_at <= now - _SEEN_EVERY:
        Phone.objects.filter(pk=phone.pk).update(seen_at=now)
    return phone


def unpair(actor: Actor | None, phone: Phone) -> Phone:
    """End a phone at once, and its notifications; doing so twice changes nothing. Without an actor the phone itself
    asked for it. Raises Refused."""
    with transaction.atomic():
        phone = Phone.objects.select_for_update(of=("self",)).select_related("person").get(pk=phone.pk)
        if actor is not None and not may_unpair(actor, phone.person):
            check(actor, Verb.ATTEST, phone.person)
            raise Refused(Verb.ATTEST, Reason.NO_ROLE)
        if phone.revoked_at is not None:
            return phone
        point, phone.push, phone.revoked_at = phone.push_id, None, clock.now()
        phone.save(update_fields=["push", "revoked_at"])
        ContactPoint.objects.filter(pk=point).delete()
        ref = actor.ref if actor is not None else f"person:{phone.person_id}"
        _log("phone.unpaired", ref, phone.person, {"phone": phone.pk, "contact_point": point})
    return phone


def _log(kind: str, actor: str, person: Person, body: dict[str, object]) -> None:
    append(kind, actor=actor, subject=f"person:{person.pk}", realm=person.realm, body=body)


def _digest(text: str) -> bytes:
    return hmac.digest(_key(settings.MASTER_SECRET), text.encode(), "sha256")


def _token_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@cache
def _key(master: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"vedette pairing").derive(master)
