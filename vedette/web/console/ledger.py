"""The ledger page: what changed, when, by whom; the check of the whole chain; and checkpoints to keep elsewhere."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from vedette.access.models import User
from vedette.access.roles import Verb
from vedette.ledger.checkpoint import checkpoint
from vedette.ledger.models import Checkpoint, Entry, Head
from vedette.ledger.verify import Verdict, verify
from vedette.web.console.doors import ActedRequest, page, paged
from vedette.web.opening import openable


@page(Verb.SEE_LEDGER)
def entries(request: ActedRequest) -> HttpResponse:
    """The entries of the realm, newest first, narrowed by subject or kind."""
    return _page(request)


@require_POST
@page(Verb.SEE_LEDGER)
def check(request: ActedRequest) -> HttpResponse:
    """Walk the whole ledger, against a checkpoint kept elsewhere if one was given."""
    against = request.POST.get("against", "").replace("\r\n", "\n").strip()
    began = time.monotonic()
    verdict = verify(f"{against}\n" if against else None)
    return _page(request, verdict, time.monotonic() - began, against)


@require_POST
@page(Verb.SEE_LEDGER)
def download(request: ActedRequest) -> HttpResponse:
    """A fresh checkpoint as a file."""
    note = checkpoint()
    size = note.split("\n")[1]
    answer = HttpResponse(note, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="vedette-checkpoint-{size}.txt"'
    return answer


def _page(request: ActedRequest, verdict: Verdict | None = None, took: float = 0.0, against: str = "") -> HttpResponse:
    subject, kind = request.GET.get("subject", "").strip(), request.GET.get("kind", "").strip()
    found = Entry.objects.filter(realm=request.actor.realm.value).select_related("opening").order_by("-seq")
    if subject:
        found = found.filter(subject=subject)
    if kind:
        found = found.filter(kind__startswith=kind)
    shown = paged(request, found, 100)
    names = names_behind(entry.actor for entry in shown)
    open_to_them = openable(request.actor, {entry.subject for entry in shown})
    context = {
        "page": shown,
        "rows": [
            {
                "entry": entry,
                "who": names.get(entry.actor, entry.actor),
                "hidden": entry.subject not in open_to_them,
                "body": _body(entry) if entry.subject in open_to_them else None,
            }
            for entry in shown
        ],
        "subject": subject,
        "kind": kind,
        "query": "&".join(f"{name}={value}" for name, value in (("subject", subject), ("kind", kind)) if value),
        "verdict": verdict,
        "took": took,
        "against": against,
        "head": Head.objects.filter(pk=1).first(),
        "checkpoints": Checkpoint.objects.order_by("-size")[:5],
    }
    return render(request, "console/ledger.html", context)


def names_behind(refs: Iterable[str]) -> dict[str, str]:
    """The names behind "user:3"; what is stored is the reference alone."""
    ids = {int(ref.partition(":")[2]) for ref in refs if ref.startswith("user:") and ref[5:].isdecimal()}
    return {f"user:{user.pk}": user.get_full_name() or user.username for user in User.objects.filter(pk__in=ids)}


def _body(entry: Entry) -> list[tuple[str, str]] | None:
    """What the entry commits to, as pairs; None when it has been erased."""
    opening = getattr(entry, "opening", None)
    if opening is None:
        return None
    found = json.loads(opening.body)
    return [
        (name, value if isinstance(value, str) else json.dumps(value)) for name, value in found.items() if value != ""
    ]
