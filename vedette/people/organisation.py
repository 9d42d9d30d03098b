"""The verbs of the organisation itself: how it names itself, and the areas it calls its own."""

from __future__ import annotations

import re
import zoneinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import transaction

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.models import Organisation, SavedArea
from vedette.places.geometry import BadGeometry, geojson_of, shape_of

#: CAP 1.2, section 3.2.1: <sender> has no spaces, commas or restricted characters.
_SENDER = re.compile(r"[^\s,<&]{1,200}")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,50}")


def keep_organisation(
    actor: Actor, *, name: str, sender: str, mail_from: str, public_address: str, zone: str
) -> Organisation:
    """Set how the organisation names itself and is reached. Raises Refused, and BadInput naming the field."""
    check(actor, Verb.ADMINISTER)
    fields = {
        "name": _one_line("name", name, "say what the organisation is called"),
        "sender": sender.strip(),
        "mail_from": mail_from.strip(),
        "public_address": public_address.strip().rstrip("/"),
        "zone": zone.strip(),
    }
    if not _SENDER.fullmatch(fields["sender"]):
        raise BadInput(
            "sender", "give a name without spaces, commas, < or &, such as warnings@agency.example (CAP sender)"
        )
    try:
        validate_email(fields["mail_from"])
    except ValidationError as error:
        raise BadInput("mail_from", "is not a mail address, such as warnings@agency.example") from error
    _refuse_bad_address(fields["public_address"])
    if fields["zone"] not in zoneinfo.available_timezones():
        raise BadInput("zone", "is not a time zone's name, such as America/Los_Angeles or Europe/Berlin")
    with transaction.atomic():
        kept = Organisation.objects.select_for_update().first() or Organisation()
        for field, value in fields.items():
            setattr(kept, field, value)
        kept.save()
        append(
            "organisation.kept",
            actor=actor.ref,
            subject=f"organisation:{kept.pk}",
            realm=actor.realm.value,
            body={"sender": kept.sender, "public_address": kept.public_address, "zone": kept.zone},
        )
    return kept


def keep_area(actor: Actor, code: str, name: str, geometry: object, handling: Tlp = Tlp.GREEN) -> SavedArea:
    """Save a named area in the actor's realm, or redraw it under its code.

    `geometry` is GeoJSON: a Polygon or MultiPolygon, or a Feature (or a collection of one) that holds it.
    """
    check(actor, Verb.KEEP_ROSTER)
    code = code.strip()
    if not _CODE.fullmatch(code):
        raise BadInput("code", "use letters, digits, - and _ only, 50 at most, such as north-sector")
    name = _one_line("name", name, "say what people call the area")
    try:
        shape = shape_of(_geometry_in(geometry))
    except BadGeometry as error:
        raise BadInput("geometry", str(error)) from error
    with transaction.atomic():
        found = SavedArea.objects.select_for_update().filter(realm=actor.realm.value, code=code).first()
        if found is not None:
            check(actor, Verb.KEEP_ROSTER, found)
        area = found or SavedArea(realm=actor.realm.value, code=code, created_at=clock.now())
        area.name, area.geometry, area.handling = name, geojson_of(shape), handling.value
        area.save()
        append(
            "area.kept",
            actor=actor.ref,
            subject=f"area:{area.pk}",
            realm=area.realm,
            body={"area": area.pk, "handling": area.handling},
        )
    return area


def _geometry_in(given: object) -> Any:
    """The geometry of a Feature, or of a FeatureCollection of exactly one; anything else as it is."""
    if isinstance(given, dict) and given.get("type") == "FeatureCollection":
        features = given.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise BadInput("geometry", "the file must hold exactly one feature: an area is saved by itself")
        given = features[0]
    if isinstance(given, dict) and given.get("type") == "Feature":
        given = given.get("geometry")
    return given


def _one_line(field: str, text: str, missing: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise BadInput(field, missing)
    if len(text) > 200:
        raise BadInput(field, "is longer than 200 characters")
    return text


def _refuse_bad_address(address: str) -> None:
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError as error:
        raise BadInput("public_address", "is not an address such as https://warn.agency.example") from error
    if "?" in address or "#" in address or len(address) > 200:
        raise BadInput("public_address", "give scheme, host and port only, 200 characters at most")
