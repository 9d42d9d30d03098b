"""The verb of the organisation itself: how it names itself and where it is reached."""

from __future__ import annotations

import re
import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import transaction

from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.models import Organisation
from vedette.places.geometry import LARGEST_KM2

#: CAP 1.2, section 3.2.1: <sender> has no spaces, commas or restricted characters.
_SENDER = re.compile(r"[^\s,<&]{1,200}")

_SHORT_FORM = re.compile(r"[A-Z][A-Z0-9&]{1,11}")


def keep_organisation(
    actor: Actor,
    *,
    name: str,
    sender: str,
    mail_from: str,
    public_address: str,
    zone: str,
    routine_cap: str | int | None = None,
    largest_area_km2: str | int | None = None,
    short_forms: str | None = None,
    shrink_percent: str | int | None = None,
) -> Organisation:
    """Set how the organisation names itself and is reached. Raises Refused, and BadInput naming the field.

    `routine_cap` is how many routine messages a person may be sent in 24 hours; "" sets none, None leaves it as it is.
    `short_forms` are those that all its people know, one a line as "SDIU: San Diego Intelligence Unit".
    `shrink_percent` is the share of its people that may leave before a person must say that it is meant; "" sets 10.
    `largest_area_km2` is how much ground an area may cover, in the same way; "" sets the usual bound.
    """
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
    cap = None if routine_cap is None else _cap(str(routine_cap))
    largest = None if largest_area_km2 is None else _largest(str(largest_area_km2))
    shrink = None if shrink_percent is None else _percent(str(shrink_percent))
    known = None if short_forms is None else _short_forms(short_forms)
    with transaction.atomic():
        kept = Organisation.objects.select_for_update(no_key=True).first() or Organisation()
        for field, value in fields.items():
            setattr(kept, field, value)
        if routine_cap is not None:
            kept.routine_cap = cap
        if largest_area_km2 is not None:
            kept.largest_area_km2 = largest
        if shrink_percent is not None:
            kept.shrink_percent = shrink
        if known is not None:
            kept.short_forms = known
        kept.save()
        append(
            "organisation.kept",
            actor=actor.ref,
            subject=f"organisation:{kept.pk}",
            realm=actor.realm.value,
            body={
                "sender": kept.sender,
                "public_address": kept.public_address,
                "zone": kept.zone,
                "routine_cap": kept.routine_cap,
                "largest_area_km2": kept.largest_area_km2,
                "shrink_percent": kept.shrink_percent,
                "short_forms": kept.short_forms,
            },
        )
    return kept


def _one_line(field: str, text: str, missing: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise BadInput(field, missing)
    if len(text) > 200:
        raise BadInput(field, "is longer than 200 characters")
    return text


def _cap(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:4]) <= 1000 and len(text) <= 4):
        raise BadInput("routine_cap", "must be a whole number from 1 to 1000, or empty: then nothing is held back")
    return int(text)


def _percent(text: str) -> int | None:
    text = text.strip().removesuffix("%").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= 100):
        raise BadInput("shrink_percent", "must be a whole number from 1 to 100, or empty: then it is 10")
    return int(text)


def _largest(text: str) -> int | None:
    text = text.strip().replace(",", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 8 and 1 <= int(text) <= LARGEST_KM2):
        raise BadInput(
            "largest_area_km2",
            f"must be a whole number from 1 to {LARGEST_KM2:,.0f}, or empty: then the usual bound holds",
        )
    return int(text)


def _short_forms(text: str) -> dict[str, str]:
    known = {}
    for line in filter(str.strip, text.splitlines()):
        form, colon, meaning = (part.strip() for part in line.partition(":"))
        if not _SHORT_FORM.fullmatch(form) or not colon or not meaning or len(meaning) > 200:
            raise BadInput(
                "short_forms", f"{line.strip()[:60]!r} is not a line such as SDIU: San Diego Intelligence Unit"
            )
        known[form] = meaning
    return known


def _refuse_bad_address(address: str) -> None:
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError as error:
        raise BadInput("public_address", "is not an address such as https://warn.agency.example") from error
    if "?" in address or "#" in address or len(address) > 200:
        raise BadInput("public_address", "give scheme, host and port only, 200 characters at most")
