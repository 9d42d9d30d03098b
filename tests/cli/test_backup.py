"""Backup and restore between installations of either kind, and what is refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.house import House, one_line


@pytest.fixture
def saved(warned_house: House, tmp_path: Path) -> Path:
    """A backup of an installation with an issued warning."""
    file = tmp_path / "vedette.tar.gz"
    manifest = warned_house.ok("backup", file)
    assert manifest["records"]["warnings.message"] == 1 and manifest["records"]["people.person"] == 40
    return file


@pytest.fixture
def elsewhere(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """Another, empty installation of the run's kind."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("VEDETTE_")}
    kept["VEDETTE_DATA"] = str(tmp_path / "elsewhere")
    url = os.environ.get("VEDETTE_DATABASE_URL")
    if url is None:
        yield House(kept)
        return
    from tests.servers import postgres

    with postgres.fresh_database(url) as fresh:
        yield House({**kept, "VEDETTE_DATABASE_URL": fresh})


def contents(house: House) -> dict[str, bytes]:
    """Every file of an installation's data directory."""
    if not house.data.exists():
        return {}
    return {str(path): path.read_bytes() for path in sorted(house.data.rglob("*")) if path.is_file()}


def test_a_backup_fills_an_empty_installation_and_its_ledger_holds(
    warned_house: House, saved: Path, elsewhere: House
) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert elsewhere.ok("restore", saved)["verified"] is True
    elsewhere.tokens = warned_house.tokens
    assert elsewhere.ok("ledger", "verify") == warned_house.ok("ledger", "verify")
    assert elsewhere.ok("warnings", "show", "1", actor="overseer") == warned_house.ok(
        "warnings", "show", "1", actor="overseer"
    )
    assert elsewhere.ok("people", "list", actor="officer") == warned_house.ok("people", "list", actor="officer")
    assert elsewhere.run("ledger", "key").stdout == warned_house.run("ledger", "key").stdout
    assert (elsewhere.data / "secret.key").read_bytes() == (warned_house.data / "secret.key").read_bytes()
    cancelled = elsewhere.ok("warnings", "cancel", "1", "--reason", "moved warned_house", actor="officer")
    assert cancelled["state"] == "issued"
    assert elsewhere.ok("ledger", "verify")["verified"] is True


def test_a_backup_goes_from_sqlite_to_postgresql_and_back(
    warned_house: House, saved: Path, elsewhere: House, postgres_url: str
) -> None:
    if "VEDETTE_DATABASE_URL" in warned_house.environment:
        pytest.skip("the source is PostgreSQL already: the run on SQLite covers this")
    from tests.servers import postgres

    with postgres.fresh_database(postgres_url) as fresh:
        there = House({**elsewhere.environment, "VEDETTE_DATABASE_URL": fresh}, warned_house.tokens)
        assert there.ok("restore", saved)["verified"] is True
        assert there.ok("ledger", "verify") == warned_house.ok("ledger", "verify")
        again = there.data.parent / "again.tar.gz"
        there.ok("backup", again)
    assert elsewhere.ok("restore", again)["verified"] is True
    assert elsewhere.ok("ledger", "verify") == warned_house.ok("ledger", "verify")


def test_a_restore_into_a_filled_installation_is_refused_and_changes_nothing(
    warned_house: House, saved: Path, elsewhere: House
) -> None:
    before = warned_house.ok("ledger", "verify")
    assert "not empty" in one_line(warned_house.run("restore", saved))
    assert warned_house.ok("ledger", "verify") == before
    elsewhere.fill(10)
    assert "another installation's key" in one_line(elsewhere.run("restore", saved))
    assert elsewhere.ok("ledger", "verify")["entries"] == 1


def test_a_damaged_backup_is_refused_and_changes_nothing(saved: Path, elsewhere: House, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    damaged = tmp_path / "damaged.tar.gz"
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0x10
    for content in (whole[: len(whole) // 2], bytes(flipped), whole[:10], b"", b"not a backup at all"):
        damaged.write_bytes(content)
        assert "nothing was changed" in one_line(elsewhere.run("restore", damaged))
        assert contents(elsewhere) == {}


def test_a_backup_never_overwrites(house: House, tmp_path: Path) -> None:
    file = tmp_path / "kept.tar.gz"
    file.write_text("precious")
    assert "exists already" in one_line(house.run("backup", file))
    assert file.read_text() == "precious"
    assert "cannot be written" in one_line(house.run("backup", tmp_path / "no" / "such" / "folder"))
