"""Rosters out of CSV files: what is read, and the one clear error each bad cell gets."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.formats.parts import BadInput, parse
from vedette.people.csv_rows import BadRoster
from vedette.people.roster_csv import RosterMap, RosterRow, parse_roster

PLAIN = """code,name,unit,duties,language,active,email,phone
p1,Ada Example,south,medic;driver,en-US,yes,ada@people.example;a2@people.example,+16195550100
p2,Bob Example,north,,,left,,
"""


def test_the_usual_columns_are_read_without_a_mapping() -> None:
    assert parse_roster(PLAIN.encode()) == (
        RosterRow(
            row=2,
            code="p1",
            name="Ada Example",
            unit="south",
            duties=("medic", "driver"),
            language="en-US",
            active=True,
            channels=("smtp", "sms"),
            contacts=(("smtp", "ada@people.example"), ("smtp", "a2@people.example"), ("sms", "+16195550100")),
        ),
        RosterRow(3, "p2", "Bob Example", "north", (), None, False, ("smtp", "sms"), ()),
    )


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace(";", "/").replace(",", ";").replace("/", ",").encode(),
        PLAIN.replace(",", "\t").encode(),
        ("\n" + PLAIN + "\n,,\n").encode(),
    ],
    ids=["utf-8 mark", "utf-16", "crlf", "semicolons", "tabs", "blank lines"],
)
def test_marks_line_ends_and_delimiters_of_spreadsheets_are_read(data: bytes) -> None:
    rows = parse_roster(data, RosterMap(separator=",") if b";name" in data else None)
    assert [(row.code, row.duties, len(row.contacts)) for row in rows] == [
        ("p1", ("medic", "driver"), 3),
        ("p2", (), 0),
    ]


def test_a_mapping_says_which_column_holds_what() -> None:
    text = "Staff No|Given|Family|Post|Mobile\n7|Ada|Example|south|(619) 555-0100\n"
    mapping = parse(
        RosterMap,
        {
            "code": "staff no",
            "name": ["Given", "Family"],
            "unit": "Post",
            "contacts": {"sms": "Mobile"},
            "region": "US",
        },
    )
    (row,) = parse_roster(text.encode(), mapping)
    assert (row.code, row.name, row.unit, row.contacts) == ("7", "Ada Example", "south", (("sms", "+16195550100"),))
    assert row.duties is None


def test_a_mapping_with_an_unknown_key_is_refused() -> None:
    with pytest.raises(BadInput, match="nmae"):
        parse(RosterMap, {"nmae": "Name"})


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("code,name,unit\np1,,south\n", [(2, "name", "1 to 200 characters")]),
        ("code,name,unit\n,Ada,south\np 2,Bob,south\n", [(2, "code", "is empty"), (3, "code", "does not fit")]),
        ("code,name,unit\np1,Ada,so uth\n", [(2, "unit", "does not fit")]),
        ("code,name,unit\np1,Ada,south\n\np1,Bob,south\n", [(4, "code", "is in row 2 already")]),
        ("code,name,unit,email\np1,Ada,south,ada at home\n", [(2, "email", "not an e-mail address")]),
        ("code,name,unit,phone\np1,Ada,south,555-0100\n", [(2, "phone", "set the region")]),
        ("code,name,unit,active\np1,Ada,south,perhaps\n", [(2, "active", "neither yes nor no")]),
        ("code,name,unit,language\np1,Ada,south,english!\n", [(2, "language", "no language tag")]),
        ("code,name,unit,duties\np1,Ada,south,first aid\n", [(2, "duties", "no duty's code")]),
        ("code,name,unit\np1,Ada,south,more\n", [(2, "4", "has 4 cells")]),
        ("code,name\np1,Ada\n", [(1, "unit", "no such column; it has code, name")]),
        ("code,name,unit,Unit\np1,Ada,south,x\n", [(1, "Unit", "twice")]),
        ("code,name,unit\n", [(1, "1", "names nobody")]),
        ("", [(1, "code", "no such column"), (1, "name", "no such column"), (1, "unit", "no such column")]),
        ('code,name,unit\np1,"Ada,south\n', [(2, "1", "cannot be read as CSV")]),
        ("code,name,unit\np1,A\x00da,south\n", [(2, "1", "NUL")]),
    ],
)
def test_each_bad_cell_gets_one_error_with_its_row_and_column(text: str, errors: list[tuple[int, str, str]]) -> None:
    with pytest.raises(BadRoster) as bad:
        parse_roster(text.encode())
    assert [(error.row, error.column) for error in bad.value.errors] == [(row, column) for row, column, _ in errors]
    for error, (_, _, reason) in zip(bad.value.errors, errors, strict=True):
        assert reason in error.reason


def test_a_file_that_is_not_unicode_is_refused_with_its_row() -> None:
    with pytest.raises(BadRoster, match=r"row 2, .*CSV UTF-8"):
        parse_roster("code,name,unit\np1,Ren\xe9,south\n".encode("latin-1"))


def test_a_mapped_column_that_is_missing_is_named() -> None:
    with pytest.raises(BadRoster, match="column Mobile: the file has no such column"):
        parse_roster(PLAIN.encode(), RosterMap(contacts={"sms": "Mobile"}))


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(str.encode)
    | st.text(max_size=200).map(lambda text: ("code,name,unit\n" + text).encode())
)
def test_no_file_crashes_the_reader(data: bytes) -> None:
    with suppress(BadRoster):
        rows = parse_roster(data)
        assert len({row.code for row in rows}) == len(rows) > 0
