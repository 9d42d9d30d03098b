"""What reports come by in the realm one works in (feeds, mailboxes, folders): how each is doing, what came, a form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from vedette.access.handling import Tlp
from vedette.access.roles import Verb
from vedette.exchange.actions import keep_feed, poll_now, set_feed_enabled
from vedette.exchange.intake.queries import feeds_for, items_for
from vedette.exchange.intake.queries import told as told_to
from vedette.exchange.models import Feed, FeedItem
from vedette.exchange.senders import lines_of, read_senders
from vedette.formats.parts import BadInput
from vedette.web.console.doors import ActedRequest, Errors, page, paged, told
from vedette.web.setup.boxes import FORMS, SCHEMES, address_of, fields_of
from vedette.web.setup.show import show

#: What the form asks for; the rest is given by boxes that are ticked or not.
_TEXTS = ("name", "kind", "url", "handling", "hosts", "certificates", "every_min", "user_name", "moves_to")
#: Of a mailbox: whom it is believed of whom a mail is from.
_BELIEVED = ("authserv_id", "senders")
_ADDRESS = ("host", "port", "scheme", "folder")
_BOXES = ("signed_only", "allow_private")


@page(Verb.ADMINISTER)
@require_http_methods(["GET", "POST"])
def feeds(request: ActedRequest) -> HttpResponse:
    """Every feed of this realm; a POST adds one and looks at it."""
    errors = Errors()
    given: dict[str, Any] = {"kind": Feed.Kind.CAP.value, "handling": Tlp.AMBER_STRICT.value, "every_min": "5"}
    if request.method == "POST":
        given = _given(request)
        if feeds_for(request.actor).filter(name=given["name"]).exists():
            errors.add("name", "a feed of this name is there already; change it on its own page")
        else:
            feed = _kept(request, given, errors)
            if feed is not None:
                return _looked(request, feed)
    return show(request, "feeds", errors, feeds=list(feeds_for(request.actor)), given=given, **_choices())


@page(Verb.ADMINISTER)
@require_http_methods(["GET", "POST"])
def new(request: ActedRequest, kind: str) -> HttpResponse:
    """The form of a mailbox or a folder; a POST adds it and looks at it."""
    form, errors = FORMS.get(kind), Errors()
    if form is None:
        raise Http404
    given: dict[str, Any] = {**form.address, "handling": Tlp.AMBER_STRICT.value, "every_min": form.every_min}
    if request.method == "POST":
        given = {**_given(request), "kind": kind}
        if feeds_for(request.actor).filter(name=given["name"]).exists():
            errors.add("name", "one of this name is there already; change it on its own page")
        elif (found := _kept(request, given, errors)) is not None:
            return _looked(request, found)
    return show(request, "feed_new", errors, here="feeds", given=given, form=form, **_choices())


@page(Verb.ADMINISTER)
@require_http_methods(["GET", "POST"])
def feed(request: ActedRequest, name: str) -> HttpResponse:
    """One feed: how it is doing, what came by it; a POST changes it."""
    found, errors = _feed(request, name), Errors()
    given = _as_given(found)
    if request.method == "POST":
        given = {**_given(request), "name": name}
        if found.kind in FORMS:
            given["kind"] = found.kind
        if _kept(request, given, errors) is not None:
            messages.success(request, f"{name} is changed; it is looked at within seconds.")
            return redirect("setup:feed", name)
    shown = paged(request, items_for(request.actor, found))
    shown.object_list = told_to(request.actor, shown.object_list)
    context = {"feed": found, "given": given, "page": shown, "form": FORMS.get(found.kind), **_choices()}
    return show(request, "feed", errors, here="feeds", **context)


@require_POST
@page(Verb.ADMINISTER)
def look(request: ActedRequest, name: str) -> HttpResponse:
    """Look at it now."""
    return _looked(request, _feed(request, name))


@require_POST
@page(Verb.ADMINISTER)
def enable(request: ActedRequest, name: str) -> HttpResponse:
    """Pause it, or go on with it."""
    on = request.POST.get("enabled") == "yes"
    set_feed_enabled(request.actor, _feed(request, name), on)
    messages.success(request, f"{name} is {'looked at again' if on else 'paused'}.")
    return redirect("setup:feed", name)


def _looked(request: ActedRequest, feed: Feed) -> HttpResponse:
    result = poll_now(request.actor, feed)
    if result.failure:
        messages.error(request, f"{feed.name} could not be read: {result.failure}")
    elif result.unchanged or not result.outcomes:
        messages.info(request, f"{feed.name}: nothing new.")
    else:
        told = ", ".join(f"{count} {FeedItem.Outcome(name).label}" for name, count in result.outcomes.items())
        messages.success(request, f"{feed.name}: {told}.")
    return redirect("setup:feed", feed.name)


def _kept(request: ActedRequest, given: dict[str, Any], errors: Errors) -> Feed | None:
    with told(errors):
        return keep_feed(
            request.actor,
            given["name"],
            address_of(given["kind"], given) if given["kind"] in FORMS else given["url"],
            handling=_mark(given["handling"]),
            certificates=given["certificates"],
            signed_only=given["signed_only"],
            hosts=given["hosts"].replace(",", " ").split(),
            allow_private=given["allow_private"],
            every_s=_seconds(given["every_min"]),
            kind=given["kind"] or Feed.Kind.CAP.value,
            user_name=given["user_name"],
            # Read where it is used, and never shown again.
            secret=request.POST.get("secret", ""),
            moves_to=given["moves_to"],
            authserv_id=given["authserv_id"],
            senders=read_senders(given["senders"].splitlines()),
        )
    if given["kind"] in FORMS and "url" in errors.fields:
        errors.add(FORMS[given["kind"]].blamed, errors.fields.pop("url"))
    if "every_s" in errors.fields:
        errors.add("every_min", errors.fields.pop("every_s"))
    return None


def _given(request: ActedRequest) -> dict[str, Any]:
    texts = {name: request.POST.get(name, "").strip() for name in (*_TEXTS, *_BELIEVED, *_ADDRESS)}
    return {**texts, **{name: request.POST.get(name) == "yes" for name in _BOXES}}


def _as_given(feed: Feed) -> dict[str, Any]:
    names = ("name", "kind", "url", "handling", "certificates", "user_name", "moves_to", "authserv_id", *_BOXES)
    own = {name: getattr(feed, name) for name in names} | (fields_of(feed) if feed.kind in FORMS else {})
    told = {"hosts": " ".join(feed.hosts), "every_min": f"{feed.every_s / 60:g}", "senders": lines_of(feed.senders)}
    return {**own, **told}


def _seconds(minutes: str) -> int:
    try:
        return round(float(minutes) * 60)
    except (ValueError, OverflowError):
        raise BadInput("every_min", "must be a number of minutes") from None


def _mark(label: str) -> Tlp:
    try:
        return Tlp(label)
    except ValueError:
        raise BadInput("handling", "choose a TLP label") from None


def _choices() -> dict[str, Any]:
    kinds = [(kind, label) for kind, label in Feed.Kind.choices if kind not in FORMS]
    return {"marks": [(mark.value, mark.value) for mark in Tlp], "kinds": kinds, "schemes": SCHEMES}


def _feed(request: ActedRequest, name: str) -> Feed:
    found = feeds_for(request.actor).filter(name=name).first()
    if found is None:
        raise Http404
    return found
