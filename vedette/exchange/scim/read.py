"""What a user's resource means for the roster: code, name, unit, duties, language, addresses. Nothing is stored here.

A part that cannot be used is left out with a remark: somebody with a number that nobody can read is warned by mail
rather than not taken in at all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from vedette import clock
from vedette.exchange.models import ScimMeaning, ScimResource, ScimSetting
from vedette.exchange.scim.resources import Email, EnterpriseUser, Person, PhoneNumber
from vedette.formats.parts import BadInput
from vedette.people.contact import MAIL, checked_address
from vedette.people.models import Unit
from vedette.people.provisioning import Address, Told
from vedette.people.quiet import checked_zone

#: The unit of those whose unit is not known, where the settings name none.
UNKNOWN_UNIT = "unit-not-known"
_CODE = re.compile(r"\S{1,60}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MOST_NESTED = 10

Point = TypeVar("Point", Email, PhoneNumber)


class Reading:
    """How a realm's users are read now: what its groups mean, its units, its settings. Loaded once for many users."""

    def __init__(self, realm: str) -> None:
        self._realm = realm
        setting = ScimSetting.objects.filter(realm=realm).select_related("unit").first()
        self._region = setting.region if setting is not None else ""
        self._fallback = setting.unit if setting is not None else None
        known = ScimMeaning.objects.filter(realm=realm).select_related("unit", "duty")
        self._meanings = list(known.order_by("name"))
        self._own = [meaning.duty_id for meaning in self._meanings if meaning.duty_id is not None]
        self._units: dict[str, Unit] = {}
        units = list(Unit.objects.filter(realm=realm).order_by("-pk"))
        for name in ("name", "code"):  # a code goes before a name
            self._units |= {getattr(unit, name).casefold(): unit for unit in units}
        self._unknown = next((unit for unit in units if unit.code == UNKNOWN_UNIT), None)

    def of(self, rows: Sequence[ScimResource]) -> Iterator[tuple[ScimResource, Told, list[str]]]:
        """What the roster takes of each user, and what it could not."""
        groups = _groups_around(rows)
        for row in rows:
            yield row, *self._told(row, groups[row.pk])

    def _told(self, row: ScimResource, names: Collection[str]) -> tuple[Told, list[str]]:
        user = Person.model_validate(row.body)
        enterprise = user[EnterpriseUser] or EnterpriseUser()
        remarks: list[str] = []
        meant = [meaning for meaning in self._meanings if meaning.name in names]
        told = Told(
            code=_code(user, enterprise, remarks) or str(row.pk),
            name=_name(user),
            unit=self._unit(enterprise, meant, remarks),
            language=_language(user.preferred_language, remarks),
            zone=_zone(user.timezone, remarks),
            duties=[meaning.duty_id for meaning in meant if meaning.duty_id is not None],
            duties_of_its_own=self._own,
            contacts=_contacts(user, self._region, remarks),
            contacts_before=tuple((channel, address) for channel, address in row.contacts),
            limbo=[unit.pk for unit in (self._fallback, self._unknown) if unit is not None],
        )
        return told, remarks

    def _unit(self, enterprise: EnterpriseUser, meant: Iterable[ScimMeaning], remarks: list[str]) -> Unit:
        """By a group that means a unit, else by the department's or organisation's code or name, else the settings'."""
        units = [meaning.unit for meaning in meant if meaning.unit is not None]
        if len(units) > 1:
            remarks.append(f"groups: mean {len(units)} units; {units[0].code} is taken, the first by the group's name")
        if units:
            return units[0]
        for said in filter(None, (enterprise.department, enterprise.organization)):
            if (found := self._units.get(said.strip().casefold())) is not None:
                return found
        remarks.append("unit: neither a group, nor the department, nor the organisation names one that is known")
        if self._fallback is not None:
            return self._fallback
        if self._unknown is None:
            self._unknown, _ = Unit.objects.get_or_create(
                realm=self._realm,
                code=UNKNOWN_UNIT,
                defaults={"name": "Unit not known", "created_at": clock.now()},
            )
        return self._unknown


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


def _groups_around(rows: Sequence[ScimResource]) -> dict[UUID, set[str]]:
    """The names of the groups that each of some users is in, and of those that these are in."""
    of_user: dict[UUID, set[UUID]] = {row.pk: set() for row in rows}
    for user, group in _pairs(of_user):
        of_user[user].add(group)
    above: dict[UUID, set[UUID]] = {}
    edge = set[UUID]().union(*of_user.values())
    for _ in range(_MOST_NESTED - 1):
        for below, group in _pairs(edge):
            above.setdefault(below, set()).add(group)
        edge = set[UUID]().union(*above.values()) - above.keys() - edge
        if not edge:
            break
    groups = {group for known in (*of_user.values(), *above.values()) for group in known}
    names = dict(ScimResource.objects.filter(pk__in=groups).values_list("pk", "name"))
    around = {user: _closed(known, above) for user, known in of_user.items()}
    return {user: {names[group] for group in found if group in names} for user, found in around.items()}


def _pairs(members: Collection[UUID]) -> Iterator[tuple[UUID, UUID]]:
    """Members, and the groups that they are in."""
    inside = ScimResource.members.through.objects.filter(to_scimresource__in=members)
    yield from inside.values_list("to_scimresource", "from_scimresource")


def _closed(known: Collection[UUID], above: Mapping[UUID, Collection[UUID]]) -> set[UUID]:
    found, edge = set(known), list(known)
    while edge:
        new = set(above.get(edge.pop(), ())) - found
        found |= new
        edge.extend(new)
    return found


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
