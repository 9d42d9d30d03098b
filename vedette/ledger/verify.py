"""Checking the ledger: every entry, the tree over them, the signed head, and a checkpoint kept elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import transaction

from vedette.ledger.canonical import commitment
from vedette.ledger.log import frontier_of, leaf_data, signer
from vedette.ledger.merkle import Frontier, leaf_hash
from vedette.ledger.models import Checkpoint, Entry, Head
from vedette.ledger.notes import BadNote, TreeHead, open_note


@dataclass
class Verdict:
    """What a check of the ledger found. `problems` is empty when it holds."""

    entries: int
    root: bytes
    problems: list[str] = field(default_factory=list)
    #: Entries whose body has been erased: their proof stands, their content is gone.
    erased: int = 0

    @property
    def verified(self) -> bool:
        """Whether nothing was found amiss."""
        return not self.problems


def verify(against: str | None = None) -> Verdict:
    """Walk the whole ledger; others may write meanwhile.

    `against` is the text of a checkpoint kept elsewhere; with it, a cut tail shows too.
    """
    sizes_asked = {point.size: point.note for point in Checkpoint.objects.all()}
    outside = _opened(against) if against is not None else None
    walk = _Walk(set(sizes_asked) | ({outside.size} if isinstance(outside, TreeHead) else set()))
    walk.on()
    # Entries are only ever added: what was written meanwhile is all that must stand still for the head to match.
    with transaction.atomic():
        head = Head.objects.select_for_update(no_key=True).filter(pk=1).first()
        walk.on()
    verdict, frontier = walk.verdict, walk.frontier
    verdict.entries, verdict.root = frontier.size, frontier.root()
    _compare_head(head, frontier, verdict)
    for size, note in sizes_asked.items():
        _compare_note(f"checkpoint {size}", _opened(note), walk.heads_at, verdict)
    if outside is not None:
        _compare_note("the checkpoint given", outside, walk.heads_at, verdict)
    return verdict


class _Walk:
    """Through the entries in their order, as far as there are any; and on when there are more."""

    def __init__(self, wanted: Collection[int]) -> None:
        self.verdict = Verdict(0, b"")
        self.frontier = Frontier()
        #: The root of the first so many entries, for each number that is wanted.
        self.heads_at: dict[int, bytes] = {}
        self._wanted = wanted
        self._gap = False
        self._note_root()

    def on(self) -> None:
        """Look at every entry behind those seen so far, up to one that is missing."""
        if self._gap:
            return
        behind = Entry.objects.filter(seq__gte=self.frontier.size)
        for entry in behind.select_related("opening").order_by("seq").iterator(2_000):
            if entry.seq != self.frontier.size:
                problem = f"entry {self.frontier.size}: missing (the next one found is {entry.seq})"
                self.verdict.problems.append(problem)
                self._gap = True
                return
            self._look(entry)

    def _look(self, entry: Entry) -> None:
        leaf = leaf_hash(leaf_data(entry))
        if leaf != bytes(entry.leaf):
            self.verdict.problems.append(f"entry {entry.seq}: changed after it was written")
        opening = getattr(entry, "opening", None)
        if opening is None:
            self.verdict.erased += 1
        elif commitment(bytes(opening.salt), opening.body) != bytes(entry.commitment):
            self.verdict.problems.append(f"entry {entry.seq}: its body is not what was committed to")
        self.frontier.append(leaf)
        self._note_root()

    def _note_root(self) -> None:
        if self.frontier.size in self._wanted:
            self.heads_at[self.frontier.size] = self.frontier.root()


def _opened(note: str) -> TreeHead | BadNote:
    try:
        return open_note(note, signer().public_key)
    except BadNote as error:
        return error


def _compare_head(head: Head | None, frontier: Frontier, verdict: Verdict) -> None:
    if head is None:
        if frontier.size:
            verdict.problems.append("the head is missing")
        return
    signed = _opened(head.note)
    if isinstance(signed, BadNote):
        verdict.problems.append(f"the head: {signed}")
    elif signed != TreeHead(frontier.size, frontier.root()):
        verdict.problems.append(
            f"the head was signed for {signed.size} entries and another tree than the {frontier.size} entries found"
        )
    try:
        damaged = frontier_of(head).peaks != frontier.peaks
    except ValueError:
        damaged = True
    if damaged:
        verdict.problems.append("the head's frontier is not that of the entries")


def _compare_note(name: str, found: TreeHead | BadNote, heads_at: dict[int, bytes], verdict: Verdict) -> None:
    if isinstance(found, BadNote):
        verdict.problems.append(f"{name}: {found}")
    elif found.size not in heads_at:
        verdict.problems.append(
            f"{name}: vouches for {found.size} entries, and only {verdict.entries} are left: the tail was cut"
        )
    elif heads_at[found.size] != found.root:
        verdict.problems.append(f"{name}: the first {found.size} entries are not those it vouches for")
