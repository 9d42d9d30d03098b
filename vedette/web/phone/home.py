"""A paired phone's page as HTML: whole, or in pieces of which those that end have a second form for after their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from vedette.access.handling import Realm
from vedette.dispatch.channels.webpush_key import public_key_b64
from vedette.formats.languages import direction, own_name, primary
from vedette.people.models import Phone
from vedette.warnings.marking import EXERCISE
from vedette.warnings.words import words_for
from vedette.web.field.look import SCHEMES, SIZES, Look
from vedette.web.field.words import LANGUAGES, field_words
from vedette.web.phone.standing import Entry, entries
from vedette.web.phone.words import phone_words

#: Where the list goes, and that nothing is in force, when the page is cut into pieces.
_LIST_HERE, _NONE_HERE = "\ue010list\ue011", "\ue010none\ue011"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a page that a phone keeps: after `ends` it is `over` that is shown."""

    html: str
    ends: datetime | None = None
    over: str = ""


def home_page(phone: Phone, now: datetime, look: Look, *, request: HttpRequest, saved: bool = False) -> str:
    """The page as it is sent."""
    found = entries(phone.person, now)
    listed = "".join(_card(entry, phone) for entry in found)
    none = "" if any(entry.in_force for entry in found) else _none(phone)
    return _rendered(phone, look, listed, none, request=request, saved=saved)


def home_pieces(phone: Phone, look: Look, copied: str, listed: list[Entry], over: list[Entry]) -> list[Piece]:
    """The page as a phone keeps it; `over` are those of `listed` as they will be listed once they have ended."""
    ended = {entry.path: entry for entry in over}
    before, _, rest = _rendered(phone, look, _LIST_HERE, _NONE_HERE, copied=copied).partition(_LIST_HERE)
    between, _, after = rest.partition(_NONE_HERE)
    last = max((entry.ends_at for entry in listed if entry.in_force), default=None)
    none = Piece("", last, _none(phone)) if last is not None else Piece(_none(phone))
    cards = [
        Piece(
            _card(entry, phone, copied=True),
            entry.ends_at if entry.in_force else None,
            _card(ended[entry.path], phone, copied=True) if entry.in_force else "",
        )
        for entry in listed
    ]
    return [Piece(before), *cards, Piece(between), none, Piece(after)]


def _none(phone: Phone) -> str:
    return format_html("<p>{}</p>", phone_words(phone.person.language).nothing_in_force)


def _card(entry: Entry, phone: Phone, copied: bool = False) -> str:
    language = phone.person.language
    context = {
        "entry": entry,
        "field": field_words(language),
        "shared": words_for(language),
        "words": phone_words(language),
        "copied": copied,
    }
    return render_to_string("phone/card.html", context)


def _rendered(
    phone: Phone,
    look: Look,
    listed: str,
    none: str,
    *,
    request: HttpRequest | None = None,
    copied: str = "",
    saved: bool = False,
) -> str:
    language = phone.person.language
    words, field = phone_words(language), field_words(language)
    chosen = primary(language)
    tags = [*LANGUAGES, *([] if chosen in LANGUAGES else [language])]
    context = {
        "words": words,
        "field": field,
        "look": look,
        "phone": phone,
        "mark": EXERCISE if phone.person.realm == Realm.EXERCISE.value else "",
        "whose": words.whose.format(name=phone.person.name),
        # Made of card.html, which escapes what it is given; or the place of it.
        "listed": mark_safe(listed),  # noqa: S308
        "none": mark_safe(none),  # noqa: S308
        "copied": copied,
        "saved": saved,
        "languages": [(tag, own_name(tag), direction(tag), primary(tag) == chosen) for tag in tags],
        "sizes": [(size, words.sizes[size], size == look.size) for size in SIZES],
        "schemes": [(scheme, words.schemes[scheme], scheme == look.scheme) for scheme in SCHEMES],
        "server_key": public_key_b64(),
    }
    return render_to_string("phone/home.html", context, request)
