"""What a paired phone sends by itself, as JSON: where it is, whether it takes notifications, and which it has shown."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse

from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import receipts
from vedette.dispatch.channels.face import Outcome
from vedette.dispatch.channels.heard import Receipt
from vedette.dispatch.keys import read_key
from vedette.dispatch.levels import Level
from vedette.dispatch.notices import public_address, send_notice
from vedette.dispatch.reaching import confirm, confirmation, point_of
from vedette.formats.parts import BadInput
from vedette.people.actions import verify_contact_point
from vedette.people.contact import PUSH
from vedette.people.fixes import Fix, FixOutcome
from vedette.people.models import ContactPoint
from vedette.people.own import subscribe, unsubscribe
from vedette.people.positions import record_offered
from vedette.web.phone.doors import PhoneRequest, machine
from vedette.web.phone.words import phone_words


@machine
def position(request: PhoneRequest, given: dict[str, Any]) -> HttpResponse:
    """A check-in: `lat`, `lon`, `accuracy_m` and `fixed_at`. To give it is the consent to it, and to nothing else; one
    older than the last is not kept."""
    person = request.phone.person
    lat, lon, accuracy_m = (_number(given, name) for name in ("lat", "lon", "accuracy_m"))
    outcome = record_offered(person, Fix(person.pk, lat, lon, accuracy_m, _moment(given, "fixed_at")))
    return _said({"kept": outcome is FixOutcome.KEPT})


@machine
def push(request: PhoneRequest, given: dict[str, Any]) -> HttpResponse:
    """`subscription` as the browser gives it, or null: no notifications on this phone."""
    subscription = given.get("subscription")
    if subscription is None:
        unsubscribe(request.phone)
        return _said({"subscribed": False})
    point = subscribe(request.phone, json.dumps(subscription))
    return _said({"subscribed": True, "tried": point.verified_at is None and _try(point)})


@machine
def shown(request: PhoneRequest, given: dict[str, Any]) -> HttpResponse:
    """The `key` of a notification that was shown: its delivery counts as displayed, its address as verified. Or the
    `confirm` of the first one, which tells nothing else."""
    if "confirm" in given:
        return _said({"confirmed": _confirmed(request, str(given["confirm"]))})
    key, realm = given.get("key"), Realm(request.phone.person.realm)
    ref = read_key(key) if isinstance(key, str) else None
    if request.phone.push is None or ref is None or ref.contact_point != request.phone.push.pk:
        raise BadInput("key", "is of nothing that was sent to this phone")
    verify_contact_point(None, request.phone.push)
    summary = receipts.record(realm, PUSH, [Receipt(level=Level.DISPLAYED, key=str(key))])
    return _said({"became": [became.value for became in summary.became]})


def _try(point: ContactPoint) -> bool:
    """Send a first notification, by which the phone shows that they come; whether its push service took it."""
    words, now = phone_words(point.person.language), clock.now()
    try:
        link = f"{public_address()}/v/{confirmation(point)}"
        result = send_notice(point, "Hello", words.hello, words.hello_why, link, now + _HELLO_HOLDS)
    except BadInput:
        # No such channel is set yet: the subscription is kept until there is.
        return False
    return result.outcome is Outcome.ACCEPTED


#: For how long a first notification is worth showing.
_HELLO_HOLDS = timedelta(hours=1)


def _confirmed(request: PhoneRequest, token: str) -> bool:
    point = point_of(token)
    if point is None or point.pk != request.phone.push_id:
        raise BadInput("confirm", "is of nothing that was sent to this phone")
    return confirm(token) is not None


def _said(told: dict[str, Any]) -> HttpResponse:
    return HttpResponse(json.dumps(told), content_type="application/json")


def _number(given: dict[str, Any], name: str) -> float:
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(name, "must be a number")
    try:
        return float(value)
    except OverflowError:
        raise BadInput(name, "is too large") from None


def _moment(given: dict[str, Any], name: str) -> datetime:
    try:
        return datetime.fromisoformat(str(given.get(name)))
    except ValueError:
        raise BadInput(name, "must be a time such as 2026-03-01T12:00:00Z") from None
