"""The verb of listeners: set one in the realm one works in. The process that listens takes it up within seconds."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.exchange.listening.settings import TakSettings, read
from vedette.exchange.models import Listener
from vedette.formats.parts import BadInput
from vedette.ledger.log import append


def keep_listener(actor: Actor, kind: str, settings: dict[str, Any], *, enabled: bool) -> Listener:
    """Set where positions of this kind are listened for in the actor's realm, on or off.

    Raises Refused, and BadInput naming the setting that cannot stand. The ledger holds that it changed, not what to.
    """
    check(actor, Verb.ADMINISTER)
    found = read(kind, settings)
    if isinstance(found, TakSettings):
        found.context()
        _refuse_taken(actor.realm.value, found)
    with transaction.atomic():
        listener, _ = Listener.objects.update_or_create(
            realm=actor.realm.value,
            kind=kind,
            defaults={"settings": settings, "enabled": enabled, "state": Listener.State.NONE, "remark": ""},
        )
        append(
            "listener.kept",
            actor=actor.ref,
            subject=f"listener:{listener.pk}",
            realm=actor.realm.value,
            body={"kind": kind, "enabled": enabled, "settings": sorted(settings)},
        )
    return listener


def _refuse_taken(realm: str, given: TakSettings) -> None:
    """Live and exercise never share a door: which realm a client is in is told by the port that it connects to."""
    for other in Listener.objects.filter(kind=Listener.Kind.TAK).exclude(realm=realm):
        taken = {other.settings.get("tls_port"), other.settings.get("tcp_port")}
        for field in ("tls_port", "tcp_port"):
            port = getattr(given, field)
            if port is not None and port in taken:
                raise BadInput(field, f"is the {other.realm} realm's; give this one another")
