"""Proofs that one thing is in the ledger, checked without a database, and every way of tampering with one."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from vedette.ledger.check import BadProof, check_proof
from vedette.ledger.log import append, signer
from vedette.ledger.merkle import root_of
from vedette.ledger.models import Entry, Opening
from vedette.ledger.notes import Signer, TreeHead, new_key_pem, public_pem
from vedette.ledger.proof import batch_leaves, prove

pytestmark = pytest.mark.django_db

BATCH = [{"recipient": number, "response": "safe"} for number in range(5)]
Tamper = Callable[[dict[str, Any]], object]


@pytest.fixture
def proof() -> dict[str, Any]:
    """The proof of record 3 of a batch in entry 4 of 9."""
    for number in range(9):
        body = {"merkle_root": root_of(batch_leaves(BATCH)).hex()} if number == 4 else {"number": number}
        append("thing.kept", actor="user:1", subject=f"thing:{number}", realm="exercise", body=body)
    return json.loads(json.dumps(prove(4, BATCH, 3)))


def test_a_proof_shows_the_entry_its_body_and_the_record(proof: dict[str, Any]) -> None:
    shown = check_proof(proof, public_pem(signer().public_key))
    assert shown["record"] == BATCH[3]
    assert (shown["entry"]["seq"], shown["entry"]["subject"], shown["tree_size"]) == (4, "thing:4", 9)


@pytest.mark.parametrize("seq", range(9))
def test_every_entry_can_be_proved(proof: dict[str, Any], seq: int) -> None:
    assert check_proof(prove(seq))["entry"]["seq"] == seq


def _flip(text: str) -> str:
    return ("0" if text[0] != "0" else "1") + text[1:]


TAMPERED: dict[str, tuple[Tamper, str]] = {
    "the record's words": (lambda p: p["record"]["value"].update(response="needs_help"), "not in the batch"),
    "the record's place": (lambda p: p["record"].update(index=2), "not in the batch"),
    "the record's path": (lambda p: p["record"]["path"].pop(), "the record's path"),
    "the batch's size": (lambda p: p["record"].update(size=400), "the record's path"),
    "the body": (lambda p: p["opening"]["body"].update(more=1), "not what it committed to"),
    "the salt": (lambda p: p["opening"].update(salt="00" * 16), "not what it committed to"),
    "the entry's actor": (lambda p: p["entry"].update(actor="user:2"), "not in the tree"),
    "the entry's time": (lambda p: p["entry"].update(at="2020-01-01T00:00:00.000000+00:00"), "not in the tree"),
    "the entry's place": (lambda p: p["entry"].update(seq=5), "not in the tree"),
    "a further field": (lambda p: p["entry"].update(more="x"), "not in the tree"),
    "a node of the path": (lambda p: p["path"].__setitem__(0, _flip(p["path"][0])), "not in the tree"),
    "a path cut short": (lambda p: p["path"].pop(), "the entry's path"),
    "an entry beyond the tree": (lambda p: p["entry"].update(seq=9), "the entry's path"),
    "the signed size": (
        lambda p: p.update(checkpoint=p["checkpoint"].replace("\n9\n", "\n8\n")),
        "signature does not hold",
    ),
    "no opening": (lambda p: p.pop("opening"), "not a proof"),
    "no hex": (lambda p: p["path"].__setitem__(0, "zz"), "not a proof"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_tampered_proof_fails_and_says_at_which_step(proof: dict[str, Any], what: str) -> None:
    tamper, step = TAMPERED[what]
    changed = copy.deepcopy(proof)
    tamper(changed)
    with pytest.raises(BadProof, match=step):
        check_proof(changed)


def test_a_proof_signed_by_a_stranger_is_whole_but_not_ours(proof: dict[str, Any]) -> None:
    stranger = Signer(serialization.load_pem_private_key(new_key_pem(), password=None))  # type: ignore[arg-type]
    from vedette.ledger.notes import open_note

    head = open_note(proof["checkpoint"], signer().public_key)
    proof["checkpoint"] = stranger.sign(TreeHead(head.size, head.root))
    proof["public_key"] = public_pem(stranger.public_key)
    assert check_proof(proof)["tree_size"] == 9
    with pytest.raises(BadProof, match="another key"):
        check_proof(proof, public_pem(signer().public_key))


@pytest.mark.parametrize("rubbish", [None, [], "x", {}, {"entry": 1}])
def test_what_is_no_proof_is_said_to_be_none(rubbish: object) -> None:
    with pytest.raises(BadProof, match="not a proof"):
        check_proof(rubbish)


def test_another_entry_s_proof_stands_after_one_is_erased(proof: dict[str, Any]) -> None:
    Opening.objects.filter(entry=2).delete()
    assert check_proof(prove(4, BATCH, 3))["record"] == BATCH[3]
    with pytest.raises(Opening.DoesNotExist):
        prove(2)
    with pytest.raises(Entry.DoesNotExist):
        prove(99)


def test_a_proof_is_checked_where_there_is_no_database(proof: dict[str, Any]) -> None:
    program = (
        "import json, sys; from vedette.ledger.check import check_proof; "
        "print(check_proof(json.load(sys.stdin))['record']['recipient'], 'django' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(proof), capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["3", "False"]
