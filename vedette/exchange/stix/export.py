"""A threat or an incident with all that it leans on, as one bundle for whoever may see it. Each is recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.exchange.models import SharedObject
from vedette.exchange.stix.share import bring_up_to_date
from vedette.formats.parts import BadInput
from vedette.formats.stix import bundle_of
from vedette.ledger.log import append


def shared_for(actor: Actor) -> QuerySet[SharedObject]:
    """Every version of everything shared that the actor may see, in the order in which it was added."""
    return visible(actor, SharedObject.objects.all()).order_by("added_at", "pk")


def export(actor: Actor, subjects: Collection[str] = ()) -> bytes:
    """A bundle of `subjects`, as "threat:12", with what they lean on; of none: of everything.

    Only what the actor may see is in it. Raises Refused, and BadInput when there is none of a subject.
    """
    check(actor, Verb.SEE)
    bring_up_to_date(actor.realm)
    rows = {row.stix_id: row for row in shared_for(actor).filter(is_last=True)}
    if subjects:
        by_subject = {row.subject: row.stix_id for row in rows.values() if row.kind != "file" and not row.recalled}
        for subject in subjects:
            if subject not in by_subject:
                raise BadInput("subject", f"there is no {subject.replace(':', ' ')}, or none that you may see whole")
        rows = _closure(rows, [by_subject[subject] for subject in subjects])
    bundle = bundle_of([row.body for row in rows.values()])
    append(
        "stix.exported",
        actor=actor.ref,
        subject=next(iter(subjects), "all") if len(subjects) < 2 else "several",
        realm=actor.realm.value,
        body={"objects": len(rows), "sha256": hashlib.sha256(bundle).hexdigest()},
    )
    return bundle


def _closure(rows: dict[str, SharedObject], wanted: list[str]) -> dict[str, SharedObject]:
    """What is wanted and what it refers to, however far; and of documents in it, where they came from."""
    links: dict[str, list[str]] = {}
    for row in rows.values():
        if row.kind == "relationship":
            links.setdefault(row.body["source_ref"], []).append(row.stix_id)
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        one = waiting.pop()
        if one in found or one not in rows:
            continue
        found.add(one)
        waiting += _refs(rows[one].body)
        waiting += links.get(one, [])
    return {name: row for name, row in rows.items() if name in found}


def _refs(part: Any) -> list[str]:
    """Every id that an object refers to, its extensions included."""
    found: list[str] = []
    waiting = [part]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            found += [name for name in value if name.startswith("extension-definition--")]
            for name, inner in value.items():
                if name.endswith("_ref"):
                    found.append(str(inner))
                elif name.endswith("_refs"):
                    found += map(str, inner)
                elif isinstance(inner, dict | list):
                    waiting.append(inner)
    return found
