"""A threat or an incident as a STIX bundle, as whoever asks may give it on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from vedette.exchange.stix.export import export
from vedette.formats.parts import BadInput
from vedette.formats.stix import STIX_TYPE
from vedette.web.console.doors import ActedRequest, page


@page()
def stix(request: ActedRequest, kind: str, pk: int) -> HttpResponse:
    """The bundle, as a file; or back to its page, where something that it rests on is above whoever asks.

    That it was exported is in the ledger.
    """
    try:
        bundle = export(request.actor, [f"{kind}:{pk}"])
    except BadInput as error:
        messages.error(request, f"It was not exported: {error.reason}.")
        return redirect(f"console:{kind}", pk)
    answer = HttpResponse(bundle, content_type=STIX_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{kind}-{pk}.stix.json"'
    answer["Cache-Control"] = "no-store"
    return answer
