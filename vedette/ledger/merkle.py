"""Merkle trees as RFC 6962, section 2.1 defines them. Pure: hashes in, hashes out (SHA-256, 32 bytes each)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf (RFC 6962, 2.1: a 0x00 byte goes before the data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def leaf_hashes(data: Iterable[bytes]) -> list[bytes]:
    """The hashes of many leaves."""
    sha256 = hashlib.sha256
    return [sha256(b"\x00" + one).digest() for one in data]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node (a 0x01 byte goes before the children)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


EMPTY_ROOT = hashlib.sha256(b"").digest()


class Frontier:
    """The roots of the perfect subtrees of a growing tree, largest first: all that appending needs to keep."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Raises ValueError unless there is one peak for every set bit of `size`."""
        if size < 0 or len(peaks) != size.bit_count() or any(len(peak) != 32 for peak in peaks):
            raise ValueError(
                f"a tree of {size} leaves has {max(size, 0).bit_count()} peaks of 32 bytes, not {len(peaks)}"
            )
        self.size = size
        self._peaks = list(peaks)

    @classmethod
    def of(cls, leaves: Iterable[bytes]) -> Frontier:
        """The frontier of the tree over `leaves` (leaf hashes, in order)."""
        frontier = cls()
        for leaf in leaves:
            frontier.append(leaf)
        return frontier

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        carry, size = leaf, self.size
        while size & 1:
            carry = node_hash(self._peaks.pop(), carry)
            size >>= 1
        self._peaks.append(carry)
        self.size += 1

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """One hash for every set bit of the size, largest subtree first."""
        return tuple(self._peaks)

    def root(self) -> bytes:
        """The tree head."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The tree head over `leaves` (leaf hashes), level by level: the last of an odd level goes up as it is.

    That is RFC 6962's tree: a left subtree is the largest perfect one that leaves something to the right of it.
    """
    level, sha256 = list(leaves), hashlib.sha256
    while len(level) > 1:
        in_turn = iter(level)
        above = [sha256(b"\x01" + left + right).digest() for left, right in zip(in_turn, in_turn, strict=False)]
        if len(level) & 1:
            above.append(level[-1])
        level = above
    return level[0] if level else EMPTY_ROOT


def inclusion_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf `index` (RFC 6962, 2.1.1), lowest sibling first. Raises IndexError without such a leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} of a tree of {len(leaves)}")
    path: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        split = low + _largest_power_below(high - low)
        if index < split:
            path.append(root_of(leaves[split:high]))
            high = split
        else:
            path.append(root_of(leaves[low:split]))
            low = split
    return path[::-1]


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The head that `path` leads `leaf` to (RFC 9162, 2.1.3.2). Raises ValueError on a path of the wrong length."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    node, last, here = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if node & 1 or node == last:
            here = node_hash(sibling, here)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            here = node_hash(here, sibling)
        node >>= 1
        last >>= 1
    if last != 0:
        raise ValueError("the path is too short")
    return here


def _largest_power_below(n: int) -> int:
    return 1 << (n - 1).bit_length() - 1
