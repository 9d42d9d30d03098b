"""The ledger's commands: verify against a checkpoint, prove, and check a proof with nothing but the file."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.house import REPOSITORY, House, one_line
from tests.servers import http


@pytest.fixture
def sent(warned_house: House, http_gateway: http.Gateway) -> tuple[str, str]:
    """A warning that went out, and the code of somebody who said they are safe."""
    done = warned_house.python("-m", "tests.cli.send", f"{http_gateway.url}/messages")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["sent"] == len(http_gateway.requests) > 10
    return "1", told["person"]


def check(file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`ledger check-proof` with no installation in sight."""
    bare = {key: value for key, value in os.environ.items() if not key.startswith("VEDETTE_")}
    return subprocess.run(
        [sys.executable, "-m", "vedette", "ledger", "check-proof", str(file), *options],
        env={**bare, "PYTHONPATH": str(REPOSITORY)},
        cwd=file.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_proved_can_be_checked_anywhere_and_tampering_shows(
    warned_house: House, sent: tuple[str, str], tmp_path: Path
) -> None:
    number, person = sent
    proved = warned_house.run("ledger", "prove", number, person, actor="officer")
    assert proved.returncode == 0, proved.stderr
    alone = tmp_path / "alone"
    alone.mkdir()
    file, key = alone / "proof.json", alone / "key.pem"
    file.write_text(proved.stdout)
    key.write_text(warned_house.run("ledger", "key").stdout)

    done = check(file, "--key", str(key), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["valid"] is True and told["trusted_key"] is True
    records = [fact["record"] for fact in told["shown"]]
    assert [record["channel"] for record in records if "channel" in record] == ["smtp", "webhook"]
    assert [record["response"] for record in records if "response" in record] == ["safe"]
    assert sorted(path.name for path in alone.iterdir()) == ["key.pem", "proof.json"]

    whole = json.loads(proved.stdout)
    for tampered in _tampered(whole):
        file.write_text(json.dumps(tampered))
        refused = check(file, "--json")
        assert refused.returncode == 1, refused.stdout
        assert json.loads(refused.stdout)["valid"] is False
    file.write_text(proved.stdout)
    key.write_text(
        House(dict(warned_house.environment, VEDETTE_DATA=str(tmp_path / "other"))).run("ledger", "key").stdout
    )
    assert check(file, "--key", str(key)).returncode == 1


def _tampered(whole: dict[str, Any]) -> list[dict[str, Any]]:
    later, other, moved = (copy.deepcopy(whole) for _ in range(3))
    later["proofs"][0]["record"]["value"]["at"] = "2020-01-01T00:00:00.000000+00:00"
    other["proofs"][-1]["record"]["value"]["response"] = "needs_help"
    moved["proofs"][0]["entry"]["at"] = "2020-01-01T00:00:00.000000+00:00"
    return [later, other, moved]


def test_a_file_that_is_no_proof_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    for text in ("", "[]", "{}", '{"proofs": []}', '{"proofs": 3}', "[" * 100_000):
        file.write_text(text)
        one_line(check(file))
    file.write_bytes(b"\xff\xfe")
    one_line(check(file))
    file.write_text('{"proofs": [{}]}')
    assert check(file).returncode == 1
    assert "public key" in one_line(check(file, "--key", str(file)))


def test_who_may_not_see_people_proves_nothing(warned_house: House, sent: tuple[str, str]) -> None:
    number, person = sent
    refused = warned_house.run("ledger", "prove", number, person, actor="analyst")
    assert refused.returncode == 1 and "role" in refused.stderr
    assert "no person" in one_line(warned_house.run("ledger", "prove", number, "nobody", actor="officer"))
    assert "no warning" in one_line(warned_house.run("ledger", "prove", "999", person, actor="officer"))


def test_recipients_are_listed_with_their_history(warned_house: House, sent: tuple[str, str]) -> None:
    number, person = sent
    everyone = warned_house.ok("recipients", number, actor="officer")
    assert len(everyone) > 10
    safe = warned_house.ok("recipients", number, "--state", "safe", actor="officer")
    assert [one["person"] for one in safe] == [person]
    assert [(one["channel"], one["level"]) for one in safe[0]["deliveries"]] == [
        ("smtp", "failed"),
        ("webhook", "accepted"),
    ]
    assert [one["response"] for one in safe[0]["answers"]] == ["safe"]
    assert "answered safe" in warned_house.run("recipients", number, "--state", "safe", actor="officer").stdout
    told = warned_house.ok("warnings", "progress", number, actor="analyst")
    assert (told["recipients"], told["states"]["safe"]) == (len(everyone), len(safe))
    assert "not_responding" in warned_house.run("warnings", "progress", number, actor="analyst").stdout
    refused = warned_house.run("recipients", number, actor="analyst")
    assert refused.returncode == 1 and "role" in refused.stderr and not refused.stdout


def test_a_cut_ledger_shows_against_a_checkpoint_kept_elsewhere(warned_house: House, tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(warned_house.run("ledger", "checkpoint").stdout)
    assert warned_house.ok("ledger", "verify", "--against", kept)["verified"] is True
    cut = (
        "import django; django.setup(); from vedette.ledger.models import *; "
        "last = Entry.objects.order_by('-seq').first(); last.opening.delete(); last.delete(); "
        "Checkpoint.objects.all().delete()"
    )
    done = warned_house.python("-c", cut, extra={"DJANGO_SETTINGS_MODULE": "vedette.conf.settings"})
    assert done.returncode == 0, done.stderr
    verdict = warned_house.run("ledger", "verify", "--against", kept, "--json")
    assert verdict.returncode == 1
    assert any("cut" in problem for problem in json.loads(verdict.stdout)["problems"])
