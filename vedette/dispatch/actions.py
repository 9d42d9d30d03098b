"""The verbs of dispatch that people do: attest for somebody, set a channel, and try it with one message to oneself."""

from __future__ import annotations

import asyncio
import json
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.dispatch import acknowledge
from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import Letter, Parcel, Result
from vedette.dispatch.models import Channel, Recipient
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.models import Organisation
from vedette.warnings.marking import marked

#: The longest note of an attestation.
LONGEST_NOTE = 500


def attest(actor: Actor, recipient: Recipient, note: str) -> acknowledge.Outcome:
    """Vouch for somebody who has not answered: seen, or spoken to. It never outranks what they say themselves.

    Raises Refused, and BadInput without a note that says how it is known.
    """
    check(actor, Verb.ATTEST, recipient.warning)
    check(actor, Verb.ATTEST, recipient.person)
    note = note.strip()
    if not note:
        raise BadInput("note", "say how you know: seen, spoken to, and when")
    if len(note) > LONGEST_NOTE:
        raise BadInput("note", f"must have at most {LONGEST_NOTE} characters")
    return acknowledge.record_attestation(recipient.pk, actor.ref, note)


def keep_channel(actor: Actor, name: str, settings: dict[str, Any], *, enabled: bool = True, rank: int = 0) -> Channel:
    """Set how a channel is reached in the actor's realm: by its first provider, or the one of that `rank` (0-9), which
    takes over while those before it cannot be reached. The engine takes it up within a second.

    Raises Refused, and BadInput naming the setting that cannot stand. The ledger holds that it changed, not what to.
    """
    check(actor, Verb.ADMINISTER)
    _refuse_bad(name, settings)
    with transaction.atomic():
        channel, _ = Channel.objects.update_or_create(
            realm=actor.realm.value, name=name, rank=rank, defaults={"settings": settings, "enabled": enabled}
        )
        append(
            "channel.kept",
            actor=actor.ref,
            subject=f"channel:{channel.pk}",
            realm=actor.realm.value,
            body={"name": name, "rank": rank, "enabled": enabled, "settings": sorted(settings)},
        )
    return channel


def send_test(actor: Actor, name: str, address: str, rank: int = 0) -> Result:
    """Send one message to oneself by the channel as it is set in the actor's realm, and say what the gateway said.

    Raises Refused, and BadInput without an address or a channel.
    """
    check(actor, Verb.ADMINISTER)
    channel = Channel.objects.filter(realm=actor.realm.value, name=name, rank=rank, enabled=True).first()
    organisation = Organisation.objects.first()
    if channel is None or name not in CHANNELS:
        raise BadInput("channel", f"no {name} channel is set for the {actor.realm.value} realm")
    if organisation is None:
        raise BadInput("organisation", "set the organisation's name, sender and public address first")
    if not address.strip():
        raise BadInput("address", "say where the test message should go")
    _refuse_bad(name, channel.settings)
    parcel = _test_parcel(actor.realm, organisation.name, address.strip())
    result = send_once(name, channel.settings, organisation.mail_from, parcel)
    append(
        "channel.tested",
        actor=actor.ref,
        subject=f"channel:{channel.pk}",
        realm=actor.realm.value,
        body={"name": name, "outcome": result.outcome.value},
    )
    return result


def send_once(name: str, settings: dict[str, Any], mail_from: str, parcel: Parcel) -> Result:
    """Send one parcel by a channel that is opened for it alone, and say what the gateway said."""
    return asyncio.run(_send_once(name, settings, mail_from, parcel))


async def _send_once(name: str, settings: dict[str, Any], mail_from: str, parcel: Parcel) -> Result:
    kind = CHANNELS[name]
    channel = kind(kind.parse(settings), mail_from)
    await channel.open()
    try:
        return await channel.send(parcel)
    finally:
        await channel.close()


def _test_parcel(realm: Realm, organisation: str, address: str) -> Parcel:
    text = marked(f"This is a test of this channel by {organisation}. There is no danger; nothing need be done.", realm)
    subject = marked("Test message, no danger", realm)
    payload = {"type": "Test", "realm": realm.value, "subject": subject, "text": text, "short": text}
    now = clock.now()
    letter = Letter(
        subject=subject,
        text=text,
        short=text,
        payload=json.dumps(payload, ensure_ascii=False),
        link="",
        language="en",
        sent=now,
        expires=now + timedelta(minutes=15),
        topic="test",
        danger_to_life=False,
    )
    return Parcel(key=secrets.token_hex(32), address=address, letter=letter)


def _refuse_bad(name: str, settings: dict[str, Any]) -> None:
    if name not in CHANNELS:
        raise BadInput("channel", f"there is no channel called {name!r}; use one of {', '.join(CHANNELS)}")
    try:
        CHANNELS[name].parse(settings)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "settings"
        raise BadInput(field, first["msg"].removeprefix("Value error, ")) from error
