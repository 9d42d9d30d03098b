"""One text for one value: the quick way to many records writes what the plain way writes, byte for byte."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vedette.ledger.canonical import canonical, canonical_records


class Colour(StrEnum):
    """Text that is more than text."""

    RED = "red"


#: Text that looks like the end of one record and the beginning of the next.
AWKWARD = st.sampled_from(['},{"at":', "},{", '"},{"at":1', '\\"},{"', "},", '{"at":', "\\", "\x7f\x00\x1f/<é\u2028😀"])
KEYS = st.text(max_size=6) | st.sampled_from(["at", "recipient", "state", "_", "a b", ""]) | AWKWARD
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63 - 1, -(2**63), 2**63, 2**64, -(2**63) - 1])
    | st.text()
    | AWKWARD
)
FLAT = st.dictionaries(KEYS, PLAIN, max_size=6)
ANY = st.recursive(
    PLAIN | st.floats(allow_nan=False, allow_infinity=False) | st.just(Colour.RED),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3) | st.tuples(inner),
)
#: Records as rooms write them: all with the same keys.
ALIKE = st.lists(KEYS, min_size=1, max_size=5, unique=True).flatmap(
    lambda keys: st.lists(st.fixed_dictionaries(dict.fromkeys(keys, PLAIN)), max_size=6)
)


def as_defined(record: dict[str, Any]) -> bytes:
    """The text as the ledger defined it from the start."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


@given(ALIKE | st.lists(FLAT, max_size=6) | st.lists(st.dictionaries(KEYS, ANY, max_size=4), max_size=4))
@example([{"at": "},{"}, {"at": 1}])
@example([{"at": 1}, {}, {"at": 2}])
@example([{"at": 1, "in": [{"at": 2}, {"at": 3}]}])
@example([{"at": 1e16}, {"at": -0.0}])
def test_many_records_are_written_as_each_of_them_alone(records: list[dict[str, Any]]) -> None:
    assert canonical_records(records) == [as_defined(record) for record in records]
    assert [canonical(record).encode() for record in records] == [as_defined(record) for record in records]


@pytest.mark.parametrize("given", [float("nan"), float("inf"), object(), b"bytes", UUID(int=1), {1: 2, "a": 3}])
def test_what_is_no_json_is_refused_among_many_as_alone(given: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical({"at": given})
    with pytest.raises((TypeError, ValueError)):
        canonical_records([{"at": 1}, {"at": given}])


def test_half_a_character_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical_records([{"at": "\ud800"}, {"at": "\ud800"}])
