"""What a user's resource means for the roster: code, name, unit, duties, language, addresses. Nothing is stored here.

A part that cannot be used is left out with a remark: somebody with a number that nobody can read is warned by mail
rather than not taken in at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from vedette import clock
from vedette.exchange.models import ScimMeaning, ScimResource, ScimSetting
from vedette.exchange.scim.resources import Email, EnterpriseUser, Person, PhoneNumber
from vedette.formats.parts import BadInput
from vedette.people.contact import MAIL, checked_address
from vedette.people.models import Duty, Unit
from vedette.people.provisioning import Address, Told
from vedette.people.quiet import checked_zone

#: The unit of those whose unit is not known, where the settings name none.
UNKNOWN_UNIT = "unit-not-known"
_CODE = re.compile(r"\S{1,60}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MOST_NESTED = 10

Point = TypeVar("Point", Email, PhoneNumber)


def told_of(row: ScimResource) -> tuple[Told, list[str]]:
    """What the roster takes of a user, and what it could not."""
    user = Person.model_validate(row.body)
    enterprise = user[EnterpriseUser] or EnterpriseUser()
    setting = ScimSetting.objects.filter(realm=row.realm).select_related("unit").first()
    remarks: list[str] = []
    meanings = list(ScimMeaning.objects.filter(realm=row.realm).select_related("unit", "duty").order_by("name"))
    names = _groups_around(row)
    meant = [meaning for meaning in meanings if meaning.name in names]
    told = Told(
        code=_code(user, enterprise, remarks) or str(row.pk),
        name=_name(user),
        unit=_unit(row, enterprise, meant, setting, remarks),
        language=_language(user.preferred_language, remarks),
        zone=_zone(user.timezone, remarks),
        duties=[meaning.duty_id for meaning in meant if meaning.duty_id is not None],
        duties_of_its_own=Duty.objects.filter(
            pk__in=[meaning.duty_id for meaning in meanings if meaning.duty_id is not None]
        ).values_list("pk", flat=True),
        contacts=_contacts(user, setting.region if setting else "", remarks),
        contacts_before=tuple((channel, address) for channel, address in row.contacts),
    )
    return told, remarks


def _code(user: Person, enterprise: EnterpriseUser, remarks: list[str]) -> str | None:
    """The employee number, else the user name; None when neither can be a code."""
    for said, field in ((enterprise.employee_number, "employeeNumber"), (user.user_name, "userName")):
        text = (said or "").strip()
        if _CODE.fullmatch(text) and text.isprintable():
            return text
        if text:
            remarks.append(f"{field}: is no code of 1 to 60 characters without spaces")
    return None


def _name(user: Person) -> str:
    parts = [user.name.given_name, user.name.family_name] if user.name else []
    candidates = (user.display_name, user.name.formatted if user.name else None, " ".join(filter(None, parts)))
    found = next((text for text in candidates if text and text.strip()), user.user_name or "")
    return "".join(c if c.isprintable() else " " for c in " ".join(found.split()))[:200].strip() or "(no name)"


def _unit(
    row: ScimResource,
    enterprise: EnterpriseUser,
    meant: Iterable[ScimMeaning],
    setting: ScimSetting | None,
    remarks: list[str],
) -> Unit:
    """By a group that means a unit, else by the department's or organisation's code or name, else the settings' own."""
    units = [meaning.unit for meaning in meant if meaning.unit is not None]
    if len(units) > 1:
        remarks.append(f"groups: mean {len(units)} units; {units[0].code} is taken, the first by the group's name")
    if units:
        return units[0]
    known = Unit.objects.filter(realm=row.realm)
    for said in filter(None, (enterprise.department, enterprise.organization)):
        found = known.filter(code__iexact=said.strip()).first() or known.filter(name__iexact=said.strip()).first()
        if found is not None:
            return found
    remarks.append("unit: neither a group, nor the department, nor the organisation names one that is known")
    if setting is not None and setting.unit is not None:
        return setting.unit
    unknown, _ = known.get_or_create(
        code=UNKNOWN_UNIT, defaults={"realm": row.realm, "name": "Unit not known", "created_at": clock.now()}
    )
    return unknown


def _groups_around(row: ScimResource) -> set[str]:
    """The names of the groups that somebody is in, and of those that these are in."""
    names: set[str] = set()
    edge, seen = [row.pk], {row.pk}
    for _ in range(_MOST_NESTED):
        groups = list(ScimResource.objects.filter(members__in=edge).values_list("pk", "name").distinct())
        names |= {name for _, name in groups}
        edge = [pk for pk, _ in groups if pk not in seen]
        seen.update(edge)
        if not edge:
            break
    return names


def _language(said: str | None, remarks: list[str]) -> str | None:
    """The first of a list as browsers give it, in either way of writing."""
    if not said:
        return None
    first = said.split(",")[0].split(";")[0].strip().replace("_", "-")
    if len(first) <= 20 and _LANGUAGE.fullmatch(first):
        return first
    remarks.append("preferredLanguage: is no language tag such as en-US")
    return None


def _zone(said: str | None, remarks: list[str]) -> str | None:
    if not said:
        return None
    try:
        return checked_zone(said)
    except BadInput:
        remarks.append("timezone: is no name such as America/Los_Angeles")
        return None


def _contacts(user: Person, region: str, remarks: list[str]) -> tuple[Address, ...]:
    """Mail, and what can be sent messages: the primary address of each first."""
    mobile = [one for one in user.phone_numbers or () if one.type in (None, "", "mobile")]
    said = [
        *((MAIL, "emails", one.value) for one in _primary_first(user.emails or ())),
        *(("sms", "phoneNumbers", one.value) for one in _primary_first(mobile)),
    ]
    found: dict[Address, None] = {}
    for channel, field, value in said:
        if not value:
            continue
        try:
            found[channel, checked_address(channel, value.removeprefix("tel:"), region or None)] = None
        except BadInput as error:
            remarks.append(f"{field}: {error.reason}")
    return tuple(found)


def _primary_first(points: Sequence[Point]) -> list[Point]:
    return sorted(points, key=lambda one: not one.primary)
