"""A roster out of a CSV file: every bad cell gets one clear error, and with one error nothing is taken. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from vedette.formats.parts import BadInput, Part
from vedette.people.contact import checked_address
from vedette.people.csv_rows import BadRoster, RowError, decoded, delimiter_of, records
from vedette.people.quiet import checked_zone, parse_hours, said

#: The most errors listed.
MOST_ERRORS = 200

_CODE = re.compile(r"\S{1,60}")
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,50}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_YES = frozenset({"", "1", "yes", "y", "true", "active"})
_NO = frozenset({"0", "no", "n", "false", "inactive", "left"})
#: Headers that carry contact points when no mapping says otherwise.
_USUAL_CONTACTS = {"smtp": "email", "sms": "phone", "webhook": "webhook", "mqtt": "device"}


class RosterMap(Part):
    """Which column holds what. One named here must be in the file; where none is named, the field's name is tried."""

    code: str | None = None
    #: One column, or several that are joined with a space.
    name: str | tuple[str, ...] | None = None
    unit: str | None = None
    duties: str | None = None
    language: str | None = None
    active: str | None = None
    #: Quiet hours, as 22:00-06:00, and the zone whose clock is meant.
    quiet_hours: str | None = None
    time_zone: str | None = None
    #: The saved area that people live in, by its code.
    home: str | None = None
    #: Channel -> column, in the order in which the channels are tried.
    contacts: dict[Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,19}$")], str] | None = None
    #: Country whose national telephone numbers the file holds, as "US".
    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    #: Between several duties or addresses in one cell.
    separator: Annotated[str, Field(min_length=1, max_length=1)] = ";"
    delimiter: Literal[",", ";", "\t", "|"] | None = None


@dataclass(frozen=True)
class RosterRow:
    """One person as the file tells it. None: the file has no such column."""

    #: As a spreadsheet counts; the header is row 1.
    row: int
    code: str
    name: str
    unit: str
    duties: tuple[str, ...] | None
    language: str | None
    active: bool
    #: The channels the file speaks of, and the addresses in the order in which they are tried.
    channels: tuple[str, ...]
    contacts: tuple[tuple[str, str], ...]
    #: Quiet hours as "22:00-06:00", and the zone of their clock; "" is none, or the organisation's.
    quiet: str | None = None
    zone: str | None = None
    #: Code of the saved area they live in; "" is none.
    home: str | None = None


def parse_roster(data: bytes, mapping: RosterMap | None = None) -> tuple[RosterRow, ...]:
    """The people in a CSV file (UTF-8, or UTF-16 with its mark). Raises BadRoster with everything that is wrong."""
    mapping = mapping or RosterMap()
    text = decoded(data)
    delimiter = mapping.delimiter or delimiter_of(text)
    lines = records(text, delimiter)
    header_row, header = next(lines, (1, []))
    columns = _columns(header_row, header, mapping)
    rows: list[RosterRow] = []
    errors: list[RowError] = []
    first_rows: dict[str, int] = {}
    for number, cells in lines:
        if len(cells) > len(header):
            errors.append(RowError(number, str(len(header) + 1), f"has {len(cells)} cells, the header {len(header)}"))
            continue
        reading = _Reading(number, cells, columns, mapping)
        row = reading.row()
        if row is not None and row.code in first_rows:
            reading.errors.append(
                RowError(number, columns.code.title, f"{row.code!r} is in row {first_rows[row.code]} already")
            )
        elif row is not None:
            first_rows[row.code] = number
            rows.append(row)
        errors.extend(reading.errors)
        if len(errors) >= MOST_ERRORS:
            break
    if errors:
        raise BadRoster(errors)
    if not rows:
        raise BadRoster([RowError(header_row, "1", "the file names nobody")])
    return tuple(rows)


@dataclass(frozen=True)
class _Column:
    at: int
    title: str


@dataclass(frozen=True)
class _Columns:
    code: _Column
    names: tuple[_Column, ...]
    unit: _Column
    duties: _Column | None
    language: _Column | None
    active: _Column | None
    quiet: _Column | None
    zone: _Column | None
    home: _Column | None
    contacts: Mapping[str, _Column]


class _Reading:
    """One row on its way to a RosterRow, with what is wrong in it."""

    def __init__(self, number: int, cells: list[str], columns: _Columns, mapping: RosterMap) -> None:
        self._number, self._cells, self._columns, self._mapping = number, cells, columns, mapping
        self.errors: list[RowError] = []

    def row(self) -> RosterRow | None:
        """The person, or None when a cell is wrong."""
        columns = self._columns
        found = RosterRow(
            row=self._number,
            code=self._matching(columns.code, _CODE, "the person's own key: 1 to 60 characters without spaces"),
            name=self._name(),
            unit=self._matching(columns.unit, _SLUG, "the unit's code: letters, digits, - and _, 50 at most"),
            duties=self._duties(),
            language=self._language(),
            active=self._active(),
            channels=tuple(columns.contacts),
            contacts=tuple(self._contacts()),
            quiet=self._quiet(),
            zone=self._zone(),
            home=self._cell(self._columns.home) if self._columns.home is not None else None,
        )
        return None if self.errors else found

    def _cell(self, column: _Column) -> str:
        return self._cells[column.at].strip() if column.at < len(self._cells) else ""

    def _wrong(self, column: _Column, reason: str) -> None:
        self.errors.append(RowError(self._number, column.title, reason))

    def _matching(self, column: _Column, pattern: re.Pattern[str], what: str) -> str:
        text = self._cell(column)
        if not text:
            self._wrong(column, f"is empty; it holds {what}")
        elif not pattern.fullmatch(text) or not text.isprintable():
            self._wrong(column, f"{text[:60]!r} does not fit; it holds {what}")
        return text

    def _name(self) -> str:
        text = " ".join(" ".join(self._cell(column) for column in self._columns.names).split())
        if not text or len(text) > 200 or not text.isprintable():
            self._wrong(self._columns.names[0], "the name must be one line of 1 to 200 characters")
        return text

    def _several(self, column: _Column) -> tuple[str, ...]:
        parts = (part.strip() for part in self._cell(column).split(self._mapping.separator))
        return tuple(dict.fromkeys(part for part in parts if part))

    def _duties(self) -> tuple[str, ...] | None:
        column = self._columns.duties
        if column is None:
            return None
        duties = self._several(column)
        for duty in duties:
            if not _SLUG.fullmatch(duty):
                self._wrong(column, f"{duty[:60]!r} is no duty's code: letters, digits, - and _, 50 at most")
        return duties

    def _language(self) -> str | None:
        column = self._columns.language
        if column is None or not self._cell(column):
            return None
        if len(self._cell(column)) > 20 or not _LANGUAGE.fullmatch(self._cell(column)):
            self._wrong(column, f"{self._cell(column)[:60]!r} is no language tag such as en-US")
        return self._cell(column)

    def _active(self) -> bool:
        column = self._columns.active
        said = "" if column is None else self._cell(column).casefold()
        if column is not None and said not in _YES | _NO:
            self._wrong(column, f"{said[:60]!r} is neither yes nor no")
        return said in _YES

    def _quiet(self) -> str | None:
        column = self._columns.quiet
        if column is None:
            return None
        try:
            return said(*(parse_hours(self._cell(column)) or (None, None)))
        except BadInput as error:
            self._wrong(column, error.reason)
            return None

    def _zone(self) -> str | None:
        column = self._columns.zone
        if column is None:
            return None
        try:
            return checked_zone(self._cell(column))
        except BadInput as error:
            self._wrong(column, error.reason)
            return None

    def _contacts(self) -> Iterator[tuple[str, str]]:
        for channel, column in self._columns.contacts.items():
            for address in self._several(column):
                try:
                    yield channel, checked_address(channel, address, self._mapping.region)
                except BadInput as error:
                    self._wrong(column, error.reason)


def _columns(row: int, header: list[str], mapping: RosterMap) -> _Columns:
    titles = [title.strip() for title in header]
    folded = [title.casefold() for title in titles]
    errors = [
        RowError(row, title, "the header names this column twice")
        for at, title in enumerate(titles)
        if title and folded.index(title.casefold()) < at
    ]

    def optional(named: str | None, usual: str) -> _Column | None:
        wanted = named if named is not None else usual
        if wanted.strip().casefold() in folded:
            at = folded.index(wanted.strip().casefold())
            return _Column(at, titles[at])
        if named is not None:
            errors.append(RowError(row, wanted, f"the file has no such column; it has {', '.join(titles) or 'none'}"))
        return None

    def needed(named: str | None, usual: str) -> _Column:
        found = optional(named if named is not None else usual, usual)
        return found or _Column(0, usual)

    names = (mapping.name,) if isinstance(mapping.name, str) or mapping.name is None else mapping.name
    contacts = mapping.contacts if mapping.contacts is not None else _USUAL_CONTACTS
    found = _Columns(
        code=needed(mapping.code, "code"),
        names=tuple(needed(name, "name") for name in names) or (needed(None, "name"),),
        unit=needed(mapping.unit, "unit"),
        duties=optional(mapping.duties, "duties"),
        language=optional(mapping.language, "language"),
        active=optional(mapping.active, "active"),
        quiet=optional(mapping.quiet_hours, "quiet_hours"),
        zone=optional(mapping.time_zone, "time_zone"),
        home=optional(mapping.home, "home"),
        contacts={
            channel: column
            for channel, title in contacts.items()
            if (column := optional(title if mapping.contacts is not None else None, title)) is not None
        },
    )
    if errors:
        raise BadRoster(errors)
    return found
