"""One message to one address, outside of any warning: a pairing code, or that notifications come from now on.

Nothing here is repeated, followed up or recorded as a delivery; whoever calls says what became of it.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch.actions import send_once
from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import Letter, Parcel, Result
from vedette.dispatch.models import Channel
from vedette.formats.parts import BadInput
from vedette.people.models import ContactPoint, Organisation
from vedette.warnings.marking import marked


def public_address() -> str:
    """Where people's phones find this installation, without a final slash. Raises BadInput while it is not set."""
    return _organisation().public_address.rstrip("/")


def send_notice(point: ContactPoint, kind: str, subject: str, text: str, link: str, expires: datetime) -> Result:
    """Send it, by the first provider of the address's channel; what the gateway said.

    `kind` is for machines, as a message's type is. Raises BadInput where no such channel is set.
    """
    realm = Realm(point.person.realm)
    channel = Channel.objects.filter(realm=realm.value, name=point.channel, enabled=True).order_by("rank").first()
    if channel is None or point.channel not in CHANNELS:
        raise BadInput("channel", f"no {point.channel} channel is set for the {realm.value} realm")
    subject, text = marked(subject, realm), marked(text, realm)
    payload = {"type": kind, "realm": realm.value, "subject": subject, "text": text, "short": text, "link": link}
    letter = Letter(
        subject=subject,
        text=text,
        short=text,
        payload=json.dumps(payload, ensure_ascii=False),
        link=link,
        language=point.person.language,
        sent=clock.now(),
        expires=expires,
        topic=kind.lower(),
        danger_to_life=False,
    )
    key = hashlib.sha256(f"{kind} {point.pk} {text}".encode()).hexdigest()
    parcel = Parcel(key=key, address=point.address, letter=letter, name=point.person.name)
    return send_once(point.channel, channel.settings, _organisation().mail_from, parcel)


def _organisation() -> Organisation:
    found = Organisation.objects.first()
    if found is None:
        raise BadInput("organisation", "set the organisation's name, sender and public address first")
    return found
