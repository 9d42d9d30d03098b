"""`vedette secrets`: others' secrets stay sealed in the database and in a backup, and are sealed anew."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

from tests.cli.house import House

NONE = {"current": 0, "earlier": 0, "plain": 0, "lost": 0}


def test_the_installations_secret_is_exchanged_and_everything_sealed_anew(house: House) -> None:
    kept = house.ok("secrets", "check")["current"]
    assert kept > 0
    key = house.data / "secret.key"
    key.rename(house.data / "secret.key.before")
    waiting = house.run("secrets", "check")
    assert waiting.returncode == 1 and f"{kept}  sealed by an earlier secret" in waiting.stdout
    assert "run: vedette secrets reseal" in house.run("doctor").stdout
    assert house.ok("secrets", "reseal") == {**NONE, "earlier": kept}
    (house.data / "secret.key.before").unlink()
    assert house.ok("secrets", "check") == {**NONE, "current": kept}


def test_without_the_secret_that_sealed_them_they_are_lost_and_the_doctor_says_so(house: House) -> None:
    kept = house.ok("secrets", "check")["current"]
    (house.data / "secret.key").unlink()
    lost = house.run("secrets", "reseal")
    assert lost.returncode == 1 and f"{kept}  opened by no secret" in lost.stdout
    assert "give those anew" in house.run("doctor").stdout


def test_a_backup_holds_them_as_they_are_sealed(house: House, empty_house: House, tmp_path: Path) -> None:
    file = tmp_path / "house.tar.gz"
    house.ok("backup", file)
    with tarfile.open(file) as tar:
        records = tar.extractfile("records.jsonl.gz")
        assert records is not None
        rows = gzip.decompress(records.read()).decode()
    channels = [line for line in rows.splitlines() if line.startswith('["dispatch.channel"')]
    assert channels and all("sealed1:" in line and "whsec" not in line and "host" not in line for line in channels)
