"""Wardens out of a CSV file with the columns area, warden and alternate: codes all of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.people.csv_rows import BadRoster, RowError, decoded, delimiter_of, records

_COLUMNS = ("area", "warden", "alternate")


@dataclass(frozen=True)
class WardenRow:
    """An area's code with the codes of its warden and alternate; "" is nobody."""

    row: int
    area: str
    warden: str
    alternate: str


def parse_wardens(data: bytes) -> tuple[WardenRow, ...]:
    """The rows of the file. Raises BadRoster with everything that is wrong."""
    text = decoded(data)
    lines = records(text, delimiter_of(text))
    header_row, header = next(lines, (1, []))
    titles = [title.strip().casefold() for title in header]
    errors = [RowError(header_row, title, "the file has no such column") for title in _COLUMNS if title not in titles]
    if errors:
        raise BadRoster(errors)
    places = [titles.index(title) for title in _COLUMNS]
    rows: dict[str, WardenRow] = {}
    for number, cells in lines:
        area, warden, alternate = (cells[at].strip() if at < len(cells) else "" for at in places)
        if not area:
            errors.append(RowError(number, "area", "is empty; it holds the area's code"))
        elif area in rows:
            errors.append(RowError(number, "area", f"{area!r} is in row {rows[area].row} already"))
        elif warden and warden == alternate:
            errors.append(RowError(number, "alternate", "is the warden too; name somebody else, or nobody"))
        else:
            rows[area] = WardenRow(number, area, warden, alternate)
    if errors:
        raise BadRoster(errors)
    if not rows:
        raise BadRoster([RowError(header_row, "area", "the file names no area")])
    return tuple(rows.values())
