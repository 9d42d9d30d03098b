"""Writers of one SQLite file take turns, and nobody's turn is lost: real processes, told what to do step by step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conf.writer import Writer, writer

fcntl = pytest.importorskip("fcntl", reason="this system has no locks to take turns by")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database file with a table to write to."""
    path = tmp_path / "house.sqlite3"
    with writer(path) as first:
        assert first.does("make") == "done"
    return path


@pytest.fixture
def writers(database: Path) -> Iterator[list[Writer]]:
    """Three processes that write to it."""
    with ExitStack() as stack:
        yield [stack.enter_context(writer(database)) for _ in range(3)]


def in_line(database: Path) -> bool:
    """Whether somebody waits for their turn."""
    with Path(f"{database}-door").open("a") as door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def wait_until_in_line(database: Path) -> None:
    until = time.monotonic() + 60
    while not in_line(database):
        assert time.monotonic() < until, "nobody got in line"


def test_who_has_just_written_stands_behind_who_waits(database: Path, writers: list[Writer]) -> None:
    hog, other, _ = writers
    for round_ in range(5):
        hog.does("begin")
        hog.does("write")
        other.tell("begin")
        wait_until_in_line(database)
        # The hog ends and begins again at once, and waits for the other to have had its turn.
        hog.tell("commit")
        hog.tell("begin")
        assert hog.answer() == "done" and other.answer() == "done"
        assert other.does("count") == str(2 * round_ + 1)
        other.does("write")
        other.does("commit")
        assert hog.answer() == "done"
        assert hog.does("count") == str(2 * round_ + 2)
        hog.does("commit")


def test_a_statement_outside_a_transaction_takes_its_turn_too(database: Path, writers: list[Writer]) -> None:
    hog, other, _ = writers
    hog.does("begin")
    other.tell("write")
    wait_until_in_line(database)
    hog.tell("commit")
    hog.tell("begin")
    assert (other.answer(), hog.answer(), hog.answer()) == ("done", "done", "done")
    assert hog.does("count") == "1"
    hog.does("commit")


def test_reading_waits_for_nobody(database: Path, writers: list[Writer]) -> None:
    hog, other, reader = writers
    hog.does("begin")
    hog.does("write")
    other.tell("begin")
    wait_until_in_line(database)
    assert reader.does("count") == "0"
    hog.does("commit")
    assert reader.does("count") == "1"
    assert other.answer() == "done"


def test_however_a_transaction_ends_the_next_writer_gets_in(database: Path, writers: list[Writer]) -> None:
    one, other, third = writers
    for ending in ("commit", "fail", "begin write commit commit", "begin fail commit", "close", "begin close"):
        one.does("begin")
        one.does("write")
        other.tell("begin")
        wait_until_in_line(database)
        for step in ending.split():
            assert one.does(step) == "done", ending
        assert other.answer() == "done", ending
        other.does("write")
        third.tell("write")
        wait_until_in_line(database)
        assert other.does("commit") == "done", ending
        assert third.answer() == "done", ending
        for _ in range(ending.count("close") * (1 + ending.count("begin"))):
            one.does("fail")


def test_who_dies_in_its_turn_holds_up_nobody(database: Path, writers: list[Writer]) -> None:
    one, other, third = writers
    one.does("begin")
    one.does("write")
    other.tell("begin")
    wait_until_in_line(database)
    one.process.kill()
    assert other.answer() == "done"
    assert other.does("count") == "0"
    # And so does who dies while it waits.
    third.tell("begin")
    wait_until_in_line(database)
    third.process.kill()
    third.process.wait()
    assert not in_line(database)
    assert other.does("commit") == "done"


def test_who_waits_too_long_is_told_so_and_may_come_again(database: Path) -> None:
    with writer(database) as one, writer(database, timeout_s=0.05) as other:
        one.does("begin")
        one.does("write")
        assert other.does("begin") == "database is locked"
        assert other.does("write") == "database is locked"
        assert other.does("count") == "0"
        assert one.does("commit") == "done"
        assert other.does("count") == "1"
        # The turn that came too late was let go of: whoever comes now waits for nobody.
        with writer(database) as third:
            assert third.does("write") == "done"


def test_a_database_in_memory_needs_no_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with writer(Path(":memory:")) as one:
        assert [one.does(step) for step in ("make", "begin", "write", "commit", "write", "count")][-1] == "2"
    assert not list(tmp_path.iterdir())
