"""What a judgement's words are told, while it is written and on its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from vedette.access.roles import Verb
from vedette.threats.judgement_lint import FIELDS, findings
from vedette.web.console.doors import ActedRequest, page

#: How much of the text is shown on each side of the words.
_AROUND = 40


@require_POST
@page(Verb.JUDGE)
def check(request: ActedRequest) -> HttpResponse:
    """The findings on what stands in the form now."""
    claims = sum(name.startswith("claim-") and value == "for" for name, value in request.POST.items())
    told = judged_words({name: request.POST.get(name, "") for name in FIELDS}, claims)
    return render(request, "parts/judged_words.html", {"judged_words": told, "linked": True})


def judged_words(texts: Mapping[str, str], claims_for: int) -> list[dict[str, Any]]:
    """The findings, each with its words in their place."""
    return [
        {
            "found": one,
            "before": texts.get(one.field, "")[max(0, one.start - _AROUND) : one.start],
            "words": texts.get(one.field, "")[one.start : one.end],
            "after": texts.get(one.field, "")[one.end : one.end + _AROUND],
        }
        for one in findings(texts, claims_for)
    ]
