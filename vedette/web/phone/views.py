"""The pages and forms of /me/: pair a phone, see one's warnings, settle what is one's own, unpair. All work without
script."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from vedette import clock
from vedette.formats.languages import primary
from vedette.formats.parts import BadInput
from vedette.people.own import choose_language
from vedette.people.phones import TooManyTries, pair, unpair
from vedette.people.positions import set_consent
from vedette.web.field import look as looks
from vedette.web.field.look import SCHEMES, SIZES, Look
from vedette.web.field.words import LANGUAGES
from vedette.web.phone import doors
from vedette.web.phone.doors import PhoneRequest
from vedette.web.phone.home import home_page
from vedette.web.phone.words import phone_words


@require_GET
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    """The phone's own page; where none is paired, the form that pairs one."""
    phone = doors.phone_in(request)
    if phone is None:
        gone = doors.COOKIE in request.COOKIES
        response = _pairing(request, said="unpaired" if gone else "")
        return doors.drop_cookie(response) if gone else response
    body = home_page(phone, clock.now(), look_of(request), request=request, saved="saved" in request.GET)
    return doors.keep_cookie(doors.safe(HttpResponse(body)), request.COOKIES[doors.COOKIE])


@require_POST
def pair_phone(request: HttpRequest) -> HttpResponse:
    """Exchange a code for the phone's cookie. A phone that was somebody's is theirs no more."""
    try:
        phone, token = pair(request.POST.get("code", "")[:40], _source(request), _label(request))
    except TooManyTries:
        return _pairing(request, wrong="too_many_tries", status=429)
    except BadInput as error:
        return _pairing(request, wrong="too_many_phones" if "unpair" in error.reason else "code_wrong", status=422)
    before = doors.phone_in(request)
    if before is not None and before.pk != phone.pk:
        unpair(None, before)
    return doors.keep_cookie(doors.safe(redirect("phone:home")), token)


@require_POST
@doors.page
def unpair_phone(request: PhoneRequest) -> HttpResponse:
    """Forget this phone. Its worker asks next, is told so, and removes all that it kept."""
    unpair(None, request.phone)
    return doors.drop_cookie(_pairing(request, said="unpaired"))


@require_POST
@doors.page
def language(request: PhoneRequest) -> HttpResponse:
    """In which language the person wants to be warned."""
    wanted = request.POST.get("language", "")
    if wanted in LANGUAGES:
        choose_language(request.phone.person, wanted)
    return _saved()


@require_POST
@doors.page
def consent(request: PhoneRequest) -> HttpResponse:
    """Whether the person lets their position be used."""
    set_consent(None, request.phone.person, request.POST.get("allow") == "yes")
    return _saved()


@require_POST
@doors.page
def choose_look(request: PhoneRequest) -> HttpResponse:
    """The size of the text, and the colours."""
    size, scheme = request.POST.get("size", ""), request.POST.get("scheme", "")
    chosen = Look(size if size in SIZES else "", scheme if scheme in SCHEMES else "")
    response = _saved()
    # For the field page too, which is outside of /me/.
    response.set_cookie(looks.COOKIE, chosen.text, max_age=doors.COOKIE_LASTS, secure=settings.SECURE, samesite="Lax")
    return response


def look_of(request: HttpRequest) -> Look:
    """How this reader wants it to look."""
    return looks.read_look(request.COOKIES.get(looks.COOKIE, ""))


def _saved() -> HttpResponse:
    return redirect("/me/?saved")


def _pairing(request: HttpRequest, *, wrong: str = "", said: str = "", status: int = 200) -> HttpResponse:
    """The form that pairs a phone, in the browser's language."""
    tag = language_of(request)
    words = phone_words(tag)
    context: dict[str, Any] = {
        "words": words,
        "field": LANGUAGES[tag],
        "look": look_of(request),
        "wrong": getattr(words, wrong) if wrong else "",
        "said": getattr(words, said) if said else "",
    }
    return doors.safe(render(request, "phone/pair.html", context, status=status))


def language_of(request: HttpRequest) -> str:
    """The first of the browser's languages in which there are words."""
    wanted = (primary(part.split(";")[0].strip()) for part in request.headers.get("Accept-Language", "").split(","))
    return next((tag for tag in wanted if tag in LANGUAGES), "en")


def _source(request: HttpRequest) -> str:
    """Where a try comes from: behind the proxy that brings TLS, whom that names as its own client."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"))
_BROWSERS = (("Firefox", "Firefox"), ("Edg", "Edge"), ("SamsungBrowser", "Samsung"), ("Chrom", "Chrome"))


def _label(request: HttpRequest) -> str:
    """What kind of phone it is, for whoever looks at the person's page."""
    agent = request.headers.get("User-Agent", "")
    system = next((name for mark, name in _SYSTEMS if re.search(mark, agent)), "another device")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "Safari" if "Safari" in agent else "a browser")
    return f"{system}, {browser}"
