"""STIX that somebody gives us, taken in as a report: each version of an object once, its bytes kept as they came.

A person judges what it says; nothing here becomes a threat or an incident of ours by itself.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vedette.access.handling import UNLABELLED, Tlp
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.exchange.models import SeenObject
from vedette.formats.parts import BadInput
from vedette.formats.safe_json import BadJson, read_json
from vedette.formats.stix import STIX_TYPE, BadStix, Stix, read_stix, version_of
from vedette.ledger.log import append
from vedette.reports.actions import take_in
from vedette.reports.models import Report, Source

_CHUNK = 400
ALTERED = "another text came under its identity and time of change before"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a document."""

    #: The report that it became; None when nothing in it was new.
    report: Report | None
    new: tuple[str, ...]
    known: tuple[str, ...]
    #: Set aside: another text came under the same identity and time of change.
    altered: tuple[str, ...]
    #: What is not as the standard has it, and what follows from its marks; a sentence each.
    remarks: tuple[str, ...]


def take_stix(
    actor: Actor,
    data: bytes,
    *,
    source: Source | str,
    giver: str = "",
    handling: Tlp = UNLABELLED,
    need_to_know: str | None = None,
) -> TakenIn:
    """Take a document in. `giver` is whom it is from, as "feed:3"; the actor, unless told.

    Raises Refused, and BadInput when it cannot be read or kept.
    """
    check(actor, Verb.REPORT)
    try:
        stix = read_stix(data)
    except BadStix as error:
        raise BadInput("original", str(error)) from error
    giver = giver or actor.ref
    new, known, altered = _sorted(actor.realm.value, giver, stix)
    report = None
    if new:
        # Where part of it is set aside, the rest is a document of its own.
        original = data if not altered else json.dumps({"objects": new}, ensure_ascii=False).encode()
        # Not in one transaction with what follows: reading takes long, and others write. Should it end between the
        # two, the next time finds the report by its bytes.
        report = take_in(
            actor,
            original=original,
            media_type=STIX_TYPE,
            source=source,
            handling=handling,
            need_to_know=need_to_know,
        ).report
        _remember(actor, giver, report, new)
    return TakenIn(report, _ids(new), _ids(known), _ids(altered), (*_of_marks(stix), *stix.findings))


def readable_part(data: bytes) -> tuple[bytes, dict[str, str]]:
    """A document as it came, or what of its objects can be read as one of its own; and of each other why it cannot.

    The first is empty where nothing can be read.
    """
    try:
        read_stix(data)
    except BadStix as error:
        whole = str(error)
    else:
        return data, {}
    try:
        found = read_json(data)
    except BadJson as error:
        return b"", {"the whole": str(error)}
    rows = found.get("objects") if isinstance(found, dict) else found
    good: list[Any] = []
    failed: dict[str, str] = {}
    for number, row in enumerate(rows if isinstance(rows, list) else ()):
        try:
            read_stix(json.dumps([row], ensure_ascii=False).encode())
            good.append(row)
        except BadStix as error:
            name = row.get("id") if isinstance(row, dict) else None
            told = name if isinstance(name, str) and name else f"objects[{number}]"
            failed[told[:300]] = str(error).removeprefix("objects[0]").removeprefix(": ").strip()
    if not good or not failed:
        return b"", failed or {"the whole": whole}
    return json.dumps({"objects": good}, ensure_ascii=False).encode(), failed


def _of_marks(stix: Stix) -> tuple[str, ...]:
    return tuple(f"{one} is not known here: it is handled as {Tlp.RED.value}" for one in stix.marks.unknown)


def _sorted(realm: str, giver: str, stix: Stix) -> tuple[list[dict[str, Any]], ...]:
    """Its objects: new, known, and altered."""
    seen: dict[tuple[str, str], str] = {}
    ids = [one["id"] for one in stix.objects]
    for start in range(0, len(ids), _CHUNK):
        rows = SeenObject.objects.filter(realm=realm, giver=giver, stix_id__in=ids[start : start + _CHUNK])
        seen |= {(stix_id, at): digest for stix_id, at, digest in rows.values_list("stix_id", "version", "digest")}
    new: list[dict[str, Any]] = []
    known: list[dict[str, Any]] = []
    altered: list[dict[str, Any]] = []
    for one in stix.objects:
        before = seen.get((one["id"], _version(one)))
        (new if before is None else known if before == _digest(one) else altered).append(one)
    return new, known, altered


def _remember(actor: Actor, giver: str, report: Report, objects: list[dict[str, Any]]) -> None:
    rows = [
        SeenObject(
            realm=actor.realm.value,
            giver=giver,
            stix_id=one["id"],
            version=_version(one),
            digest=_digest(one),
            report=report,
        )
        for one in objects
    ]
    with transaction.atomic():
        SeenObject.objects.bulk_create(rows, batch_size=_CHUNK, ignore_conflicts=True)
        body = {"giver": giver, "objects": len(rows), "sha256": report.sha256}
        append("stix.taken", actor=actor.ref, subject=f"report:{report.pk}", realm=actor.realm.value, body=body)


def _version(one: dict[str, Any]) -> str:
    return version_of(one)[:60]


def _digest(one: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(one, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _ids(objects: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(one["id"] for one in objects)
