"""An installation to measure on: generated people, one channel to a sink, and a warning to everyone. Exercise only."""

from __future__ import annotations

import base64

from vedette import clock
from vedette.demo import case, texts
from vedette.demo.world import REALM, Gateways, load
from vedette.dispatch.expand import step
from vedette.dispatch.models import Channel, Recipient
from vedette.warnings import actions as warnings
from vedette.warnings.models import Message, Outbox

#: Connections to a sink, the product's and the bare client's alike.
CONNECTIONS = {"webhook": 64, "smtp": 16}
_EVERYONE = {"terms": [{"link": "unit", "units": ["san-diego", "imperial-valley", "training-centre"]}]}


def fill(people: int, channel: str = "webhook", port: int = 9) -> case.Cast:
    """Load so many people, with `channel` leading to a sink on loopback."""
    secret = base64.b64encode(b"bench" * 8).decode()
    cast = case.Cast.of(
        load(people, "not a secret", "http://127.0.0.1:9", Gateways(port, f"http://127.0.0.1:{port}/messages", secret))
    )
    row = Channel.objects.get(realm=REALM, name=channel)
    row.settings = {**row.settings, "connections": CONNECTIONS[channel]}
    row.save()
    Channel.objects.exclude(pk=row.pk).update(enabled=False)
    return cast


def issue(cast: case.Cast, channel: str = "webhook") -> Message:
    """Issue a warning to everyone, by one step over `channel`."""
    plan = {"name": "bench", "steps": [{"action": "send", "channel": channel, "wait_s": 3_600}]}
    return case.send(
        cast, warnings.draft_warning(cast.officer, warnings.Draft.of(texts.alert(clock.now()), _EVERYONE, plan))
    )


def expand(message: Message) -> int:
    """Store its recipients; how many there are."""
    outbox = Outbox.objects.get(message=message).pk
    while not step(outbox, clock.now()):
        pass
    return Recipient.objects.filter(warning=message.warning).count()
