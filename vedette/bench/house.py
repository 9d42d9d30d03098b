"""An installation to measure on: a generated crowd, one channel to a sink, warnings to them. Exercise only."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from django.db import connection

from vedette import clock
from vedette.demo import case, texts
from vedette.demo.world import REALM, Gateways, load
from vedette.dispatch.expand import step
from vedette.dispatch.models import Channel, Recipient
from vedette.dispatch.sql import stamp
from vedette.people.models import ContactPoint, Person, Unit
from vedette.warnings import actions as warnings
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Message, Outbox

#: Connections to a sink, the product's and the bare client's alike.
CONNECTIONS = {"webhook": 64, "smtp": 16}
#: The unit of the crowd, and that of the few who must be warned at once.
CROWD, RIDERS = "crowd", "riders"


def fill(people: int, channel: str = "webhook", port: int = 9, *, riders: int = 0) -> case.Cast:
    """Load so many people (and so many riders), with `channel` leading to a sink on loopback."""
    secret = base64.b64encode(b"bench" * 8).decode()
    gateways = Gateways(port, f"http://127.0.0.1:{port}/messages", secret)
    cast = case.Cast.of(load(20, "not a secret", "http://127.0.0.1:9", gateways))
    connect(channel, port, CONNECTIONS[channel])
    Channel.objects.exclude(name=channel).update(enabled=False)
    for code, count in ((CROWD, people), (RIDERS, riders)):
        if count:
            _add_people(code, count, channel)
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return cast


def connect(channel: str, port: int, connections: int) -> None:
    """Let the channel lead to another sink, over so many connections."""
    row = Channel.objects.get(realm=REALM, name=channel)
    where = {"url": f"http://127.0.0.1:{port}/messages"} if channel == "webhook" else {"port": port}
    row.settings = {**row.settings, **where, "connections": connections}
    row.save()


def issue(cast: case.Cast, channel: str = "webhook", *, unit: str = CROWD, urgent: bool = False) -> Message:
    """Issue a warning to everyone of a unit, by one step over `channel`. Its letter is about 1 kB."""
    return warnings.issue(cast.second, prepare(cast, channel, unit=unit, urgent=urgent))


def prepare(cast: case.Cast, channel: str = "webhook", *, unit: str = CROWD, urgent: bool = False) -> Message:
    """The same, approved and not yet issued."""
    plan = {"name": "bench", "steps": [{"action": "send", "channel": channel, "wait_s": 3_600}]}
    rule = {"terms": [{"link": "unit", "units": [unit]}]}
    draft = warnings.Draft.of(content(urgent), rule, plan)
    message = warnings.submit(cast.officer, warnings.draft_warning(cast.officer, draft))
    warnings.approve(cast.second, message, content_hash(message))
    return message


def expand(message: Message) -> int:
    """Store its recipients; how many there are."""
    outbox = Outbox.objects.get(message=message).pk
    while not step(outbox, clock.now()):
        pass
    return Recipient.objects.filter(warning=message.warning).count()


def content(urgent: bool) -> dict[str, Any]:
    """What the warnings say."""
    whole = texts.alert(clock.now())
    short = {
        "headline": "Shooting at patrols near the fence: keep away from it" if urgent else "Road closed near the fence",
        "description": "Two armed men were seen.",
        "instruction": "Keep away from the fence line.",
        "impact": "Rounds go through car doors.",
        "urgency": "Immediate" if urgent else "Expected",
        "severity": "Extreme" if urgent else "Moderate",
        "expires": clock.rfc3339(clock.now() + timedelta(hours=12)),
    }
    return {**whole, **short}


def _add_people(unit: str, count: int, channel: str) -> None:
    """A unit of so many people with one address each, copied from one of the example's, by the database itself."""
    like = Person.objects.filter(realm=REALM).order_by("pk").first()
    assert like is not None
    above = Unit.objects.create(
        realm=REALM, created_at=like.created_at, code=unit, name=unit.title(), area=like.unit.area
    )
    own = {
        "code": f"'{unit}-' || series.number",
        "name": "'Example Number ' || series.number",
        "unit_id": str(above.pk),
        "user_id": "NULL",
        # Nobody of them joins late.
        "changed_at": f"'{stamp(like.changed_at - timedelta(days=1))}'",
    }
    columns = [field.column for field in Person._meta.concrete_fields if field.column != "id"]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO people_person ({', '.join(columns)})"  # noqa: S608  (this file's own text)
            " WITH RECURSIVE series(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM series WHERE number < %s)"
            f" SELECT {', '.join(own.get(column, f'people_person.{column}') for column in columns)}"
            " FROM people_person, series WHERE people_person.id = %s",
            [count, like.pk],
        )
        address = "'device:' || code" if channel == "webhook" else "code || '@people.example'"
        cursor.execute(
            f"INSERT INTO {ContactPoint._meta.db_table} (person_id, channel, address, rank)"  # noqa: S608
            f" SELECT id, %s, {address}, 0 FROM people_person WHERE unit_id = %s",
            [channel, above.pk],
        )
