"""/ledger: what happened in what order, proofs of it, and checkpoints to keep elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from ninja import Router, Status

from vedette.access.roles import Verb
from vedette.formats.parts import Line
from vedette.ledger.checkpoint import checkpoint
from vedette.ledger.models import Checkpoint, Entry, Opening
from vedette.ledger.proof import prove
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import Shown, When
from vedette.web.opening import may_open

router = Router(tags=["ledger"])


class EntryShown(Shown):
    """One change of state, as its leaf hashes it. What it commits to is opened by its proof."""

    seq: int
    realm: str
    at: str
    kind: str
    actor: str
    subject: str
    commitment: str
    leaf: str


class CheckpointShown(Shown):
    """A signed note over the first `size` entries."""

    size: int
    note: str
    created_at: When


@get(router, "/entries", Verb.SEE_LEDGER, response=Page[EntryShown], summary="List the realm's entries, oldest first")
def list_entries(
    request: ApiRequest,
    subject: Line | None = None,
    kind: Line | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Any:
    known = _entries(request)
    known = known.filter(subject=subject) if subject is not None else known
    known = known.filter(kind=kind) if kind is not None else known
    return page(known, _entry, cursor, limit, newest_first=False)


@get(router, "/entries/{int:seq}", Verb.SEE_LEDGER, response=EntryShown, summary="One entry")
def show_entry(request: ApiRequest, seq: int) -> Any:
    return _entry(found(_entries(request), seq))


@get(
    router,
    "/entries/{int:seq}/proof",
    Verb.SEE_LEDGER,
    response=dict[str, Any],
    summary="The entry opened, with its path and the signed head: `vedette ledger check-proof` checks it anywhere",
)
def prove_entry(request: ApiRequest, seq: int) -> Any:
    entry = found(_entries(request), seq)
    if not may_open(request.auth, entry.subject):
        raise Http404
    try:
        return prove(entry.seq)
    except Opening.DoesNotExist as error:
        raise Http404 from error


@get(router, "/checkpoints", Verb.SEE_LEDGER, response=Page[CheckpointShown], summary="List checkpoints, newest first")
def list_checkpoints(request: ApiRequest, cursor: Cursor = None, limit: Limit = 50) -> Any:
    return page(Checkpoint.objects.all(), _checkpoint, cursor, limit)


@post(
    router,
    "/checkpoints",
    Verb.SEE_LEDGER,
    takes=None,
    response={201: CheckpointShown},
    summary="A signed note over the ledger as it stands, to keep elsewhere",
)
def make_checkpoint(request: ApiRequest) -> Any:
    note = checkpoint()
    return Status(201, _checkpoint(Checkpoint.objects.get(size=int(note.split("\n")[1]))))


def _entries(request: ApiRequest) -> Any:
    return Entry.objects.filter(realm=request.auth.realm.value)


def _entry(entry: Entry) -> dict[str, Any]:
    own = ("seq", "realm", "at", "kind", "actor", "subject")
    return {
        **{name: getattr(entry, name) for name in own},
        "commitment": bytes(entry.commitment).hex(),
        "leaf": bytes(entry.leaf).hex(),
    }


def _checkpoint(row: Checkpoint) -> dict[str, Any]:
    return {"size": row.size, "note": row.note, "created_at": row.created_at}
