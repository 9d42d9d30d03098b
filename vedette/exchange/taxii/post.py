"""What a partner posts: each object accepted or refused by itself, what is new taken in as one report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.models import User
from vedette.access.policy import Actor, Refused
from vedette.exchange.models import TaxiiStatus
from vedette.exchange.stix.take import ALTERED, readable_part, take_stix
from vedette.exchange.taxii.wire import TaxiiError
from vedette.formats.parts import BadInput
from vedette.formats.safe_json import BadJson, read_json
from vedette.formats.stix import read_stix, version_of


def take_posted(actor: Actor, body: bytes) -> TaxiiStatus:
    """Take an envelope in, and keep what became of it. Raises TaxiiError 422 for what is no envelope."""
    rows = _rows(body)
    data, failed = readable_part(body)
    taken: tuple[str, ...] = ()
    if data:
        user = User.objects.get(pk=actor.user_id)
        try:
            # Whoever sends something up may do so whatever its mark; they are shown nothing of it.
            found = take_stix(replace(actor, clearance=Tlp.RED), data, source=f"taxii-{user.username}"[:120])
            failed |= dict.fromkeys(found.altered, ALTERED)
            taken = (*found.new, *found.known)
        except (BadInput, Refused) as error:
            failed |= {one["id"]: str(error) for one in read_stix(data).objects}
    versions = {one["id"]: version_of(one) for one in rows if isinstance(one, dict) and isinstance(one.get("id"), str)}
    successes = [_line(one, versions) for one in taken if one not in failed]
    failures = [{**_line(one, versions), "message": why} for one, why in failed.items()]
    status = TaxiiStatus(id=uuid4(), realm=actor.realm.value, user_id=actor.user_id, created_at=clock.now())
    status.body = {
        "id": str(status.id),
        "status": "complete",
        "request_timestamp": f"{status.created_at:%Y-%m-%dT%H:%M:%S.%f}Z",
        "total_count": len(successes) + len(failures),
        "success_count": len(successes),
        "failure_count": len(failures),
        "pending_count": 0,
    }
    status.body |= {name: told for name, told in (("successes", successes), ("failures", failures)) if told}
    status.save(force_insert=True)
    return status


def _rows(body: bytes) -> list[Any]:
    try:
        found = read_json(body)
    except BadJson as error:
        raise TaxiiError(400, "the body cannot be read", str(error)) from error
    rows = found.get("objects") if isinstance(found, dict) else None
    if not isinstance(rows, list) or not rows:
        raise TaxiiError(422, "the body is no envelope", "it must be an object with a list of objects")
    return rows


def _line(name: str, versions: dict[str, str]) -> dict[str, str]:
    return {"id": name, "version": versions.get(name) or "1970-01-01T00:00:00.000Z"}
