"""The Merkle tree against RFC 6962's own definitions and its reference vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_from_path,
    root_of,
)

#: The leaves of the reference implementation's tests (google/certificate-transparency, merkle_tree_test).
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
#: Their roots for 1 to 8 leaves, as published there.
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = st.lists(st.binary(max_size=8).map(leaf_hash), max_size=80)


def defined_root(leaves: Sequence[bytes]) -> bytes:
    """MTH exactly as RFC 6962, 2.1 writes it, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = defined_root(leaves[:split]), defined_root(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def defined_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH exactly as RFC 6962, 2.1.1 writes it."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*defined_path(index, leaves[:split]), defined_root(leaves[split:])]
    return [*defined_path(index - split, leaves[split:]), defined_root(leaves[:split])]


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of([]) == EMPTY_ROOT == Frontier().root()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_reference_leaves_have_the_published_roots(size: int) -> None:
    leaves = [leaf_hash(data) for data in INPUTS[:size]]
    assert root_of(leaves).hex() == ROOTS[size - 1]
    assert defined_root(leaves).hex() == ROOTS[size - 1]


def test_a_leaf_is_no_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@given(LEAVES)
def test_the_frontier_grows_to_the_root_that_the_definition_gives(leaves: list[bytes]) -> None:
    frontier = Frontier()
    for size, leaf in enumerate(leaves):
        assert frontier.root() == defined_root(leaves[:size])
        frontier.append(leaf)
    assert frontier.root() == defined_root(leaves) == root_of(leaves)
    assert (frontier.size, len(frontier.peaks)) == (len(leaves), len(leaves).bit_count())


@given(LEAVES, LEAVES)
def test_a_stored_frontier_goes_on_where_it_stopped(first: list[bytes], more: list[bytes]) -> None:
    stored = Frontier.of(first)
    resumed = Frontier(stored.size, stored.peaks)
    for leaf in more:
        resumed.append(leaf)
    assert resumed.root() == defined_root([*first, *more])


@given(LEAVES.filter(bool), st.data())
def test_every_path_is_the_definition_s_and_leads_its_leaf_to_the_root(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = inclusion_path(leaves, index)
    assert path == defined_path(index, leaves)
    assert root_from_path(leaves[index], index, len(leaves), path) == defined_root(leaves)


@given(LEAVES.filter(lambda leaves: len(set(leaves)) > 1), st.data())
def test_a_path_leads_no_other_leaf_to_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.sampled_from([leaf for leaf in leaves if leaf != leaves[index]]))
    path = inclusion_path(leaves, index)
    assert root_from_path(other, index, len(leaves), path) != defined_root(leaves)


@given(LEAVES.filter(lambda leaves: len(leaves) > 1), st.data())
def test_a_path_of_the_wrong_length_is_refused(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = inclusion_path(leaves, index)
    with pytest.raises(ValueError, match="too short"):
        root_from_path(leaves[index], index, len(leaves), path[:-1])
    with pytest.raises(ValueError, match="too long"):
        root_from_path(leaves[index], index, len(leaves), [*path, leaves[0]])


@pytest.mark.parametrize(("size", "peaks"), [(1, []), (0, [b"\0" * 32]), (3, [b"\0" * 32]), (1, [b"short"]), (-1, [])])
def test_a_damaged_frontier_is_refused(size: int, peaks: list[bytes]) -> None:
    with pytest.raises(ValueError, match="peaks"):
        Frontier(size, peaks)


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_path_for_a_leaf_that_is_not_there(index: int) -> None:
    leaves = [leaf_hash(b"x")] * 3
    with pytest.raises(IndexError):
        inclusion_path(leaves, index)
    with pytest.raises(ValueError, match="not in a tree"):
        root_from_path(leaves[0], index, 3, [])
