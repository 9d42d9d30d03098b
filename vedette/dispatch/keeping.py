"""What an engine keeps up beside sending: its settings, late joiners, goals, and the ends of warnings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vedette.access.handling import Realm
from vedette.dispatch import goals
from vedette.dispatch.channels.open import ChannelRow
from vedette.dispatch.models import Channel
from vedette.dispatch.parcels import House
from vedette.dispatch.settle import settle_ended
from vedette.dispatch.standing import Standing
from vedette.people.models import Organisation
from vedette.warnings.actions import expire_due


@dataclass(frozen=True)
class Configuration:
    """The organisation's own data, None before it is set up, and its channels."""

    house: House | None
    channels: list[ChannelRow]


def configuration(realm: Realm | None) -> Configuration:
    """What is stored now."""
    organisation = Organisation.objects.first()
    if organisation is None:
        return Configuration(None, [])
    found = Channel.objects.filter(enabled=True)
    if realm is not None:
        found = found.filter(realm=realm.value)
    return Configuration(
        House(organisation.public_address.rstrip("/"), organisation.mail_from, organisation.zone),
        [
            ChannelRow(row.realm, row.name, row.rank, row.settings, organisation.mail_from)
            for row in found.order_by("realm", "name", "rank")
        ],
    )


#: One for each engine whose desk this process is.
_standing: dict[str, Standing] = {}


def join_late(worker: str, realm: Realm | None, now: datetime) -> int:
    """Add whoever joined the warnings in force; how many."""
    return _standing.setdefault(worker, Standing()).tick(realm, now)


def join_entering(worker: str, realm: Realm | None, now: datetime) -> int:
    """Add whoever has come into the area of a warning in force; how many."""
    return _standing.setdefault(worker, Standing()).enter(realm, now)


def settle(realm: Realm | None, now: datetime) -> bool:
    """End what has expired, look after goals, and close whom nothing is left to be sent to; whether there was
    anything."""
    did = False
    for one in (realm,) if realm is not None else tuple(Realm):
        did |= bool(expire_due(one, now))
    did |= goals.keep(realm, now)
    return settle_ended(realm, now) or did
