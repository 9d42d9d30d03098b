"""Entries of a directory as rows of a roster. What nobody could be warned without is an error; the rest a remark. Pure.

An entry that cannot be read is never passed over: who is not among the rows is taken for somebody who has left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from vedette.formats.parts import BadInput, Part
from vedette.people.contact import checked_address
from vedette.people.csv_rows import BadRoster, RowError
from vedette.people.roster_csv import MOST_ERRORS, RosterRow

Attribute = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,59}$")]
#: The unit is the organisational unit that the entry lies in.
OWN_OU = "@ou"

_CODE = re.compile(r"\S{1,60}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_PART = re.compile(r"\s*(ou|cn)\s*=\s*((?:[^,\\]|\\.)+)", re.IGNORECASE)
_MOST_REMARKS = 50


class AttributeMap(Part):
    """Which attribute holds what."""

    code: Attribute = "employeeNumber"
    name: Attribute = "cn"
    unit: Annotated[str, Field(pattern=r"^(@ou|[A-Za-z][A-Za-z0-9-]{0,59})$")] = OWN_OU
    #: Where the entry says no unit: a unit's code.
    unit_otherwise: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,50}$")] = ""
    #: Of its values, or of the names of the groups that it holds, those that are duties are taken.
    duties: Attribute | None = None
    language: Attribute | None = "preferredLanguage"
    #: Channel -> attribute, in the order in which the channels are tried.
    contacts: dict[Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,19}$")], Attribute] = {
        "smtp": "mail",
        "sms": "mobile",
    }
    #: Country whose national telephone numbers it holds, as "US".
    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None

    def asked(self) -> list[str]:
        """The attributes to ask for."""
        named = (self.code, self.name, self.unit, self.duties, self.language, *self.contacts.values())
        return list(dict.fromkeys(one for one in named if one is not None and one != OWN_OU))


@dataclass(frozen=True)
class Entry:
    """One entry: its name in the directory, and its attributes by their names in lower case."""

    dn: str
    values: Mapping[str, list[str]]

    def all(self, attribute: str | None) -> list[str]:
        """The values of an attribute, without empty ones. A directory gives them in any order: it is made the same."""
        found = self.values.get((attribute or "").lower(), [])
        return sorted(text for value in found if (text := " ".join(value.split())))

    def first(self, attribute: str | None) -> str:
        """Its first value, or nothing."""
        return next(iter(self.all(attribute)), "")


@dataclass
class Known:
    """Units and duties that the roster has, by code and by name, as names are compared."""

    units: Mapping[str, str] = field(default_factory=dict)
    duties: Mapping[str, str] = field(default_factory=dict)


def rows_of(entries: Iterable[Entry], told: AttributeMap, known: Known) -> tuple[list[RosterRow], list[str]]:
    """The people, and what of them could not be used. Raises BadRoster for what cannot be left out."""
    rows: list[RosterRow] = []
    errors: list[RowError] = []
    remarks: list[str] = []
    seen: dict[str, str] = {}
    for number, entry in enumerate(entries, 1):
        code, unit = entry.first(told.code), _unit(entry, told, known)
        if not _CODE.fullmatch(code) or not code.isprintable():
            errors.append(RowError(number, told.code, f"{entry.dn}: {code[:60]!r} is no code of 1 to 60 characters"))
        elif code in seen:
            errors.append(RowError(number, told.code, f"{entry.dn}: {code!r} is the code of {seen[code]} already"))
        elif not unit:
            errors.append(RowError(number, told.unit, f"{entry.dn}: names no unit, and no other is given for that"))
        else:
            seen[code] = entry.dn
            rows.append(_row(number, entry, code, unit, told, known, remarks))
        if len(errors) >= MOST_ERRORS:
            break
    if errors:
        raise BadRoster(errors)
    if not rows:
        raise BadRoster([RowError(1, told.code, "the directory names nobody; look at the base and the filter")])
    return sorted(rows, key=lambda row: row.code), remarks[:_MOST_REMARKS]


def _row(
    number: int, entry: Entry, code: str, unit: str, told: AttributeMap, known: Known, remarks: list[str]
) -> RosterRow:
    language = entry.first(told.language).split(",")[0].split(";")[0].strip().replace("_", "-")
    if language and (len(language) > 20 or not _LANGUAGE.fullmatch(language)):
        remarks.append(f"{code}: {language[:40]!r} is no language tag such as en-US")
        language = ""
    contacts: dict[tuple[str, str], None] = {}
    for channel, attribute in told.contacts.items():
        for value in entry.all(attribute):
            try:
                contacts[channel, checked_address(channel, value, told.region)] = None
            except BadInput as error:
                remarks.append(f"{code}: {attribute}: {error.reason}")
    name = entry.first(told.name)
    return RosterRow(
        row=number,
        code=code,
        name="".join(c if c.isprintable() else " " for c in name)[:200].strip() or code,
        unit=unit,
        duties=_duties(entry, told, known) if told.duties is not None else None,
        language=language or None,
        active=True,
        channels=tuple(told.contacts),
        contacts=tuple(contacts),
    )


def _unit(entry: Entry, told: AttributeMap, known: Known) -> str:
    said = _part(entry.dn, "ou") if told.unit == OWN_OU else _named(entry.first(told.unit))
    if not said:
        return told.unit_otherwise
    return known.units.get(said.casefold()) or re.sub(r"[^A-Za-z0-9_-]+", "-", said).strip("-")[:50].lower()


def _duties(entry: Entry, told: AttributeMap, known: Known) -> tuple[str, ...]:
    found = (known.duties.get(_named(value).casefold()) for value in entry.all(told.duties))
    return tuple(dict.fromkeys(code for code in found if code))


def _named(value: str) -> str:
    """What a value names: of an entry's name in the directory its first part."""
    return _part(value, "cn") or _part(value, "ou") or value if "=" in value else value


def _part(dn: str, kind: str) -> str:
    """The first part of this kind of a name in the directory."""
    found = next((match for match in _PART.finditer(dn) if match[1].lower() == kind), None)
    return re.sub(r"\\(.)", r"\1", found[2]).strip() if found is not None else ""
