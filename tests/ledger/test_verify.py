"""What a check of the ledger finds: any entry changed, dropped or reordered, a forged head, a cut tail."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.models import F

from vedette.ledger.checkpoint import checkpoint
from vedette.ledger.log import Change, append, append_many, leaf_data, signer
from vedette.ledger.merkle import Frontier, leaf_hash
from vedette.ledger.models import Checkpoint, Entry, Head, Opening
from vedette.ledger.notes import Signer, TreeHead, new_key_pem, open_note
from vedette.ledger.verify import verify

pytestmark = pytest.mark.django_db


def fill(count: int = 7) -> None:
    for number in range(count):
        append("thing.kept", actor="user:1", subject=f"thing:{number}", realm="exercise", body={"number": number})


def resign() -> None:
    """What somebody with the database and the key would do: write a head that fits the entries as they are."""
    frontier = Frontier()
    for entry in Entry.objects.order_by("seq"):
        leaf = leaf_hash(leaf_data(entry))
        Entry.objects.filter(pk=entry.pk).update(leaf=leaf)
        frontier.append(leaf)
    note = signer().sign(TreeHead(frontier.size, frontier.root()))
    Head.objects.update(size=frontier.size, peaks=b"".join(frontier.peaks), note=note)


def test_an_empty_ledger_holds() -> None:
    verdict = verify()
    assert verdict.verified and verdict.entries == 0


def test_entries_are_numbered_without_gaps_and_the_whole_holds() -> None:
    assert [append("a", actor="x", subject="s", realm="live", body={}) for _ in range(5)] == [0, 1, 2, 3, 4]
    verdict = verify()
    assert verdict.verified and (verdict.entries, verdict.erased) == (5, 0)
    assert verdict.root == Frontier.of([bytes(entry.leaf) for entry in Entry.objects.order_by("seq")]).root()


def test_many_entries_at_once_are_what_each_of_them_alone_would_be() -> None:
    fill(3)
    changes = [
        Change(kind="thing.kept", actor="user:1", subject=f"thing:{number}", realm="exercise", body={"number": number})
        for number in range(3, 8)
    ]
    assert list(append_many(changes)) == [3, 4, 5, 6, 7] and not append_many([])
    fill(1)
    verdict = verify()
    assert verdict.verified and verdict.entries == 9
    assert [entry.subject for entry in Entry.objects.order_by("seq")][3:8] == [f"thing:{n}" for n in range(3, 8)]
    assert Opening.objects.get(entry=7).body == '{"number":7}'


def test_of_many_entries_one_of_which_is_no_json_none_is_there() -> None:
    good = Change(kind="a", actor="x", subject="s", realm="live", body={})
    with pytest.raises(TypeError):
        append_many([good, Change(kind="a", actor="x", subject="s", realm="live", body={"no": object()})])
    assert not Entry.objects.exists()


def test_an_entry_of_a_change_that_failed_is_not_there() -> None:
    fill(2)

    def change() -> None:
        with transaction.atomic():
            append("a", actor="x", subject="s", realm="live", body={})
            raise RuntimeError("the change failed")

    with pytest.raises(RuntimeError, match="failed"):
        change()
    assert Entry.objects.count() == 2 and verify().verified


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("realm", "live"),
        ("at", "2025-01-01T00:00:00.000000+00:00"),
        ("kind", "thing.dropped"),
        ("actor", "user:2"),
        ("subject", "thing:99"),
        ("commitment", b"\0" * 32),
    ],
)
def test_a_changed_column_is_found_at_its_entry(column: str, value: object) -> None:
    fill()
    Entry.objects.filter(seq=3).update(**{column: value})
    problems = verify().problems
    assert any(problem.startswith("entry 3: changed") for problem in problems)


def test_a_changed_body_is_found_at_its_entry() -> None:
    fill()
    Opening.objects.filter(entry=3).update(body='{"number":4}')
    assert verify().problems == ["entry 3: its body is not what was committed to"]


def test_a_changed_entry_whose_leaf_was_made_to_fit_is_found_by_the_signed_head() -> None:
    fill()
    entry = Entry.objects.get(seq=3)
    entry.actor = "user:2"
    entry.leaf = leaf_hash(leaf_data(entry))
    entry.save()
    assert any("another tree" in problem for problem in verify().problems)


def test_a_dropped_entry_is_found() -> None:
    fill()
    Entry.objects.filter(seq=3).delete()
    assert "entry 3: missing (the next one found is 4)" in verify().problems


def test_entries_that_changed_places_are_found() -> None:
    fill()
    Opening.objects.all().delete()
    for old, new in ((3, 100), (4, 3), (100, 4)):
        Entry.objects.filter(seq=old).update(seq=new)
    problems = verify().problems
    assert any(problem.startswith("entry 3: changed") for problem in problems)
    assert any("another tree" in problem for problem in problems)


def test_a_dropped_entry_with_the_rest_renumbered_is_found_by_the_signed_head() -> None:
    fill()
    Opening.objects.all().delete()
    Entry.objects.filter(seq=3).delete()
    for seq in (4, 5, 6):
        Entry.objects.filter(seq=seq).update(seq=F("seq") - 1)
    for entry in Entry.objects.all():
        entry.leaf = leaf_hash(leaf_data(entry))
        entry.save()
    assert any("signed for 7 entries" in problem for problem in verify().problems)


def test_a_head_forged_with_another_key_is_found() -> None:
    fill()
    from cryptography.hazmat.primitives import serialization

    stranger = Signer(serialization.load_pem_private_key(new_key_pem(), password=None))  # type: ignore[arg-type]
    frontier = Frontier.of([bytes(entry.leaf) for entry in Entry.objects.order_by("seq")])
    Head.objects.update(note=stranger.sign(TreeHead(frontier.size, frontier.root())))
    assert verify().problems == ["the head: the checkpoint is signed by another key"]


@pytest.mark.parametrize("change", [{"peaks": b""}, {"peaks": b"\0" * 96}, {"size": 6}])
def test_a_damaged_frontier_is_found(change: dict[str, object]) -> None:
    fill()
    Head.objects.update(**change)
    assert "the head's frontier is not that of the entries" in verify().problems


def test_a_missing_head_is_found() -> None:
    fill()
    Head.objects.all().delete()
    assert verify().problems == ["the head is missing"]


def test_a_tail_cut_with_the_key_shows_against_a_checkpoint_kept_elsewhere() -> None:
    fill()
    kept = checkpoint()
    Checkpoint.objects.all().delete()
    Entry.objects.filter(seq__gte=5).delete()
    resign()
    assert verify().verified
    assert verify(kept).problems == [
        "the checkpoint given: vouches for 7 entries, and only 5 are left: the tail was cut"
    ]


def test_a_history_rewritten_with_the_key_shows_against_a_checkpoint_kept_elsewhere() -> None:
    fill()
    kept = checkpoint()
    Checkpoint.objects.all().delete()
    Entry.objects.filter(seq=3).update(actor="user:2")
    fill(2)
    resign()
    assert verify().verified
    assert verify(kept).problems == ["the checkpoint given: the first 7 entries are not those it vouches for"]


def test_the_checkpoints_kept_inside_are_compared_too() -> None:
    fill()
    checkpoint()
    Entry.objects.filter(seq__gte=5).delete()
    resign()
    assert any(problem.startswith("checkpoint 7: vouches for 7") for problem in verify().problems)


def test_a_checkpoint_holds_while_the_ledger_grows() -> None:
    empty = checkpoint()
    fill(3)
    three = checkpoint()
    assert checkpoint() == three and Checkpoint.objects.count() == 2
    fill(4)
    assert verify(empty).verified and verify(three).verified
    assert open_note(three, signer().public_key).size == 3


@pytest.mark.parametrize("damage", [lambda note: note.replace("\n3\n", "\n4\n"), lambda note: note[:40], lambda _: "x"])
def test_a_checkpoint_that_was_changed_is_no_proof(damage: object) -> None:
    fill(3)
    note = checkpoint()
    verdict = verify(damage(note))  # type: ignore[operator]
    assert len(verdict.problems) == 1 and verdict.problems[0].startswith("the checkpoint given: ")


def test_erasing_what_an_entry_opens_to_leaves_the_proof_standing() -> None:
    fill()
    kept = checkpoint()
    Opening.objects.filter(entry__in=(2, 4)).delete()
    verdict = verify(kept)
    assert verdict.verified and (verdict.entries, verdict.erased) == (7, 2)


def test_the_same_body_twice_has_different_commitments() -> None:
    for _ in range(2):
        append("a", actor="x", subject="s", realm="live", body={"person": 1})
    one, other = Entry.objects.all()
    assert bytes(one.commitment) != bytes(other.commitment)


def test_what_is_no_json_is_refused_before_anything_is_written() -> None:
    for body in ({"at": datetime(2025, 1, 1, tzinfo=UTC)}, {"x": float("nan")}):
        with pytest.raises((TypeError, ValueError)):
            append("a", actor="x", subject="s", realm="live", body=body)
    assert not Entry.objects.exists()


def test_the_stored_texts_survive_the_database_byte_for_byte() -> None:
    append("a", actor="x", subject="s", realm="live", body={"words": "Grüße — 警告 \u2028 \"'"})
    assert verify().verified, connection.vendor


@pytest.mark.django_db(transaction=True)
def test_others_write_while_it_is_checked_and_what_they_write_is_checked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    fill(5)
    seen: list[int] = []

    def leaf_and_another_writes(entry: Entry) -> bytes:
        seen.append(entry.seq)
        if len(seen) == 1:
            other = threading.Thread(target=write)
            other.start()
            other.join(10)
            assert not other.is_alive(), "it waits for the check to end"
        return leaf_data(entry)

    def write() -> None:
        fill(2)
        connection.close()

    monkeypatch.setattr("vedette.ledger.verify.leaf_data", leaf_and_another_writes)
    verdict = verify()
    assert verdict.verified and verdict.entries == 7 and seen == list(range(7))
