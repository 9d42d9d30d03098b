"""The rows of a CSV file as people save them, and how what is wrong with one is told. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: The largest file read, in bytes.
LARGEST = 64 * 1024 * 1024
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class RowError:
    """One thing wrong, where a person finds it again."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.reason}"


class BadRoster(Exception):
    """A roster that cannot be taken; nothing of it was."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        more = f"; and {len(errors) - 1} more" if len(errors) > 1 else ""
        super().__init__(f"{errors[0]}{more}")
        self.errors = tuple(errors)


def decoded(data: bytes) -> str:
    """The file's text. Raises BadRoster when it is too large, or no text."""
    if len(data) > LARGEST:
        raise BadRoster([RowError(1, "1", f"the file has {len(data):,} bytes; the most read is {LARGEST:,}")])
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise BadRoster([RowError(row, "1", "is not UTF-8; save the file as 'CSV UTF-8'")]) from error
    if "\x00" in text:
        raise BadRoster([RowError(text[: text.index("\x00")].count("\n") + 1, "1", "holds a NUL character")])
    return text


def delimiter_of(text: str) -> str:
    """The delimiter that cuts the header into most cells; a comma when none does."""
    header = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)[0][:10_000]
    return max(_DELIMITERS, key=lambda delimiter: len(next(csv.reader([header], delimiter=delimiter), [])))


def records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Row number and cells of every row that holds something."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadRoster([RowError(number, "1", f"cannot be read as CSV: {error}")]) from error
        if any(cell.strip() for cell in cells):
            yield number, cells
