"""Whether an address reaches its person: a message goes there with a link, and they confirm that it came.

The link's token names the contact point and its address as it was; a changed address needs another. Looking at the page
confirms nothing, as mail scanners look at every link: the button does.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TypedDict

from django.core import signing
from django.db import transaction

from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.dispatch.actions import send_once
from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import Letter, Outcome, Parcel, Result
from vedette.dispatch.models import Channel
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.actions import verify_contact_point
from vedette.people.models import ContactPoint, Organisation
from vedette.warnings.marking import marked

#: How long a link may be used, and how long nobody is asked again.
HOLDS = timedelta(days=7)
AGAIN_AFTER = timedelta(minutes=10)
_SALT = "vedette contact point"


class _Named(TypedDict):
    point: int
    address: str


def ask_whether_it_reaches(actor: Actor, point: ContactPoint) -> Result:
    """Send the message that asks the person to confirm; what the gateway said. Raises Refused, BadInput."""
    check(actor, Verb.KEEP_ROSTER, point.person)
    if not point.person.active:
        raise BadInput("person", "has left")
    if point.verified_at is not None:
        raise BadInput("contact_point", "is verified already")
    realm = Realm(point.person.realm)
    channel = Channel.objects.filter(realm=realm.value, name=point.channel, enabled=True).order_by("rank").first()
    organisation = Organisation.objects.first()
    if channel is None or point.channel not in CHANNELS:
        raise BadInput("channel", f"no {point.channel} channel is set for the {realm.value} realm")
    if organisation is None:
        raise BadInput("organisation", "set the organisation's name, sender and public address first")
    with transaction.atomic():
        locked = ContactPoint.objects.select_for_update(of=("self",), no_key=True).get(pk=point.pk)
        if locked.asked_at is not None and locked.asked_at > clock.now() - AGAIN_AFTER:
            raise BadInput("contact_point", "was asked less than ten minutes ago")
        locked.asked_at = clock.now()
        locked.save(update_fields=["asked_at"])
        body = {"contact_point": point.pk, "channel": point.channel}
        append("contact.asked", actor=actor.ref, subject=f"person:{point.person_id}", realm=realm.value, body=body)
    link = f"{organisation.public_address.rstrip('/')}/v/{confirmation(point)}"
    parcel = Parcel(key=_key(link), address=point.address, letter=_letter(realm, organisation.name, link))
    return send_once(point.channel, channel.settings, organisation.mail_from, parcel)


def accepted(result: Result) -> bool:
    """Whether the gateway took it."""
    return result.outcome is Outcome.ACCEPTED


def confirmation(point: ContactPoint) -> str:
    """The token of a link that confirms a contact point."""
    return signing.dumps(_Named(point=point.pk, address=_digest(point)), salt=_SALT, compress=True)


def point_of(token: str) -> ContactPoint | None:
    """The contact point that a token is for; None when it is none of ours, too old, or the address has changed."""
    try:
        named: _Named = signing.loads(token, salt=_SALT, max_age=HOLDS)
    except signing.BadSignature:
        return None
    point = ContactPoint.objects.select_related("person").filter(pk=named["point"], person__active=True).first()
    return point if point is not None and _digest(point) == named["address"] else None


def confirm(token: str) -> ContactPoint | None:
    """The person says that it came; None when the token confirms nothing."""
    point = point_of(token)
    return None if point is None else verify_contact_point(None, point)


def _letter(realm: Realm, organisation: str, link: str) -> Letter:
    text = marked(
        f"{organisation} keeps this address to warn you of danger. There is no danger now. Please confirm that this"
        f" reached you: {link}",
        realm,
    )
    short = marked(f"{organisation}: no danger. Confirm that this reached you: {link}", realm)
    subject = marked(f"{organisation}: please confirm that this reaches you", realm)
    payload = {"type": "Confirm", "realm": realm.value, "subject": subject, "text": text, "short": short, "link": link}
    now = clock.now()
    return Letter(
        subject=subject,
        text=text,
        short=short,
        payload=json.dumps(payload, ensure_ascii=False),
        link=link,
        language="en",
        sent=now,
        expires=now + HOLDS,
        topic="confirm",
        danger_to_life=False,
    )


def _digest(point: ContactPoint) -> str:
    return hashlib.sha256(f"{point.channel} {point.address}".encode()).hexdigest()[:24]


def _key(link: str) -> str:
    return hashlib.sha256(link.encode()).hexdigest()
