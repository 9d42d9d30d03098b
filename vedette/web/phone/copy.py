"""What a paired phone keeps for when there is no connection: its own page and those of its warnings, ready to be shown.

Each page comes in pieces that know when they end, with what is shown after that, so that the phone needs no more than
its clock to tell that a warning is over.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from vedette import clock
from vedette.people.models import Person, Phone
from vedette.warnings.render import local_time
from vedette.warnings.words import words_for
from vedette.web.field.look import Look
from vedette.web.field.page import page_for
from vedette.web.field.views import rendered
from vedette.web.field.words import field_words
from vedette.web.phone.doors import HEADERS, PATH, phone_in, safe, unpaired
from vedette.web.phone.home import Piece, home_pieces
from vedette.web.phone.standing import Entry, entries, kept, zone
from vedette.web.phone.views import look_of
from vedette.web.phone.words import phone_words

#: The most warnings whose whole pages a phone keeps.
MOST_PAGES = 20


@require_GET
def copy(request: HttpRequest) -> HttpResponse:
    """The copy as JSON; 401 where no phone is paired."""
    phone = phone_in(request)
    if phone is None:
        return safe(unpaired())
    body = json.dumps(copy_for(phone, clock.now(), look_of(request)), ensure_ascii=False, separators=(",", ":"))
    return safe(HttpResponse(body, content_type="application/json"))


def copy_for(phone: Phone, now: datetime, look: Look) -> dict[str, Any]:
    """All that a phone keeps, as it stands at `now`."""
    person = phone.person
    field, words = field_words(person.language), phone_words(person.language)
    copied = words.offline.format(when=local_time(now, zone(), words_for(person.language)))
    listed = entries(person, now)
    pages = {PATH: _page(home_pieces(phone, look, copied, listed, _once_over(person, listed, now)))}
    for entry in kept(listed, now)[:MOST_PAGES]:
        pages[entry.path] = _page([_warning(entry, now, look, copied)]) | {
            "identifier": entry.identifier,
            "in_force": entry.in_force,
            "ends": clock.rfc3339(entry.ends_at),
        }
    return {
        "phone": phone.pk,
        "made": clock.rfc3339(now),
        "policy": HEADERS["Content-Security-Policy"],
        "pages": pages,
        "missing": _small("phone/missing.html", phone, look),
        "kept": {
            response: _kept(response, words.kept, words.kept_why, answer) for response, answer in field.answers.items()
        },
        "notice": {
            "over": field.ends["expired"],
            "over_because": field.ends_because["expired"],
            "language": field.language,
            "direction": field.direction,
        },
    }


def _once_over(person: Person, listed: list[Entry], now: datetime) -> list[Entry]:
    """The list as it will be once all that is in force now has ended by itself."""
    end = max((entry.ends_at for entry in listed if entry.in_force), default=now)
    return entries(person, end)


def _warning(entry: Entry, now: datetime, look: Look, copied: str) -> Piece:
    """The field page of one warning, and as it will be after its end."""
    whole = page_for(entry.recipient, now)
    assert whole is not None, "it is listed, so it was issued"
    html = rendered(whole, look, copied).decode()
    if not entry.in_force:
        return Piece(html)
    over = page_for(entry.recipient, entry.ends_at)
    assert over is not None
    return Piece(html, entry.ends_at, rendered(over, look, copied).decode())


def _page(pieces: list[Piece]) -> dict[str, Any]:
    return {
        "pieces": [
            {"html": piece.html}
            if piece.ends is None
            else {"html": piece.html, "ends": clock.rfc3339(piece.ends), "over": piece.over}
            for piece in pieces
        ]
    }


def _kept(response: str, kept: str, why: str, answer: str) -> str:
    """What stands in a kept page's place for answers after one was given that waits to be sent."""
    context = {"response": response, "kept": kept, "why": why, "answer": answer}
    return render_to_string("phone/kept.html", context)


def _small(template: str, phone: Phone, look: Look) -> str:
    language = phone.person.language
    context = {"words": phone_words(language), "field": field_words(language), "look": look}
    return re.sub(r"\n+", "\n", render_to_string(template, context))
