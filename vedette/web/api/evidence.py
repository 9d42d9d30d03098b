"""/evidence: files kept as received, their chain of custody, and the originals. Taken in under an incident."""

from __future__ import annotations

import base64
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from ninja import File, Router, Status, UploadedFile

from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.reading.documents import LARGEST_FILE
from vedette.reports.evidence import custody_of, examine, open_evidence
from vedette.reports.models import Evidence
from vedette.reports.queries import evidence_for
from vedette.threats.actions import add_evidence
from vedette.threats.models import Incident
from vedette.threats.queries import incidents_for
from vedette.web.api.doors import ApiRequest, found, get, post
from vedette.web.api.paging import Cursor, Limit, Page, page
from vedette.web.api.shapes import Id, Marked, Shown, When, chosen, marks
from vedette.web.handed import handed_out

router = Router(tags=["evidence"])
#: What hangs under /incidents.
of_incidents = Router(tags=["incidents"])

#: What the verb says of the file's own facts is said of the one field that the file is sent in.
_OF_THE_FILE = ("name", "content", "media_type")


class EvidenceShown(Marked):
    """A file; of report and incidents only those that the reader may see."""

    name: str
    media_type: str
    #: Of the bytes as they came, taken before anything else.
    sha256: str
    report: int | None
    incidents: list[int]
    taken_in_by: int
    taken_in_at: When


class HandedShown(Shown):
    """One step: `evidence.taken_in`, `.opened` or `.marked` (more strictly), with its entry in the ledger."""

    seq: int
    kind: str
    at: str
    by: str


class CustodyShown(Shown):
    """In whose hands a file was, and whether what is kept, hashed anew just now, is still what came."""

    sha256: str
    size: int
    intact: bool
    steps: list[HandedShown]


@get(router, "", Verb.SEE, response=Page[EvidenceShown], summary="List files of evidence, newest first")
def list_evidence(request: ApiRequest, incident: Id | None = None, cursor: Cursor = None, limit: Limit = 50) -> Any:
    files = evidence_for(request.auth).prefetch_related(_seen(request.auth))
    if (of := chosen("incident", incidents_for(request.auth), incident)) is not None:
        files = files.filter(incidents=of)
    return page(files, lambda one: _show(request.auth, one), cursor, limit)


@get(router, "/{int:evidence_id}", Verb.SEE, response=EvidenceShown, summary="One file, without its bytes")
def show_evidence(request: ApiRequest, evidence_id: int) -> Any:
    return _show(request.auth, found(evidence_for(request.auth), evidence_id))


@get(router, "/{int:evidence_id}/custody", Verb.SEE, response=CustodyShown, summary="In whose hands it was")
def show_custody(request: ApiRequest, evidence_id: int) -> Any:
    evidence = found(evidence_for(request.auth), evidence_id)
    kept = examine(request.auth, evidence)
    steps = custody_of(request.auth, evidence)
    return {"sha256": evidence.sha256, "size": kept.size, "intact": kept.intact, "steps": steps}


@get(
    router,
    "/{int:evidence_id}/original",
    Verb.SEE,
    summary="The bytes as they came, which is a step of its custody; 409 when they no longer have their hash",
    openapi_extra={"responses": {200: {"content": {"application/octet-stream": {}}}}},
)
def hand_out(request: ApiRequest, evidence_id: int) -> HttpResponse:
    evidence = found(evidence_for(request.auth), evidence_id)
    answer = handed_out(open_evidence(request.auth, evidence), evidence.name)
    # RFC 9530: whoever fetches it need not ask for the hash elsewhere.
    answer["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(evidence.sha256)).decode()}:"
    return answer


@post(
    of_incidents,
    "/{int:incident_id}/evidence",
    Verb.REPORT,
    takes="multipart/form-data",
    response={201: EvidenceShown},
    summary="Take a file in as evidence of it, under its marks; asks for `judge` besides",
)
def take_in(request: ApiRequest, incident_id: int, file: File[UploadedFile]) -> Any:
    incident = found(incidents_for(request.auth), incident_id)
    return Status(201, _show(request.auth, _taken_in(request.auth, incident, file)))


def _taken_in(actor: Actor, incident: Incident, file: UploadedFile) -> Evidence:
    if file.size is None or file.size > LARGEST_FILE:
        raise BadInput("file", f"is larger than {LARGEST_FILE:,} bytes")
    media_type = (file.content_type or "").partition(";")[0].strip() or "application/octet-stream"
    try:
        return add_evidence(actor, incident, file.name or "", file.read(), media_type)
    except BadInput as error:
        if error.field not in _OF_THE_FILE:
            raise
        raise BadInput("file", f"its {error.field.replace('_', ' ')} {error.reason}") from error


def _seen(actor: Actor) -> Prefetch[str]:
    return Prefetch("incidents", queryset=visible(actor, Incident.objects.only("pk")), to_attr="seen_incidents")


def _show(actor: Actor, evidence: Evidence) -> dict[str, Any]:
    if not hasattr(evidence, "seen_incidents"):
        prefetch_related_objects([evidence], _seen(actor))
    report = evidence.report
    return {
        **marks(evidence),
        **{name: getattr(evidence, name) for name in ("name", "media_type", "sha256")},
        "report": report.pk if report is not None and actor.may(Verb.SEE, report) else None,
        "incidents": sorted(one.pk for one in evidence.seen_incidents),  # type: ignore[attr-defined]
        "taken_in_by": evidence.taken_in_by_id,
        "taken_in_at": evidence.created_at,
    }
