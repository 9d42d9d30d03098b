"""A process that writes to a database file as it is told, and the handle that a test holds on it.

python -m tests.conf.writer DATABASE TIMEOUT_S: for each line on standard input does it, and says what came of it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Writer:
    """A running process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def tell(self, what: str) -> None:
        """Give it something to do: make (the table), begin, write, commit, fail, count, close."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        """What came of it: "done", a count, or the error."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def does(self, what: str) -> str:
        """Give it something to do and wait for what comes of it."""
        self.tell(what)
        return self.answer()


@contextmanager
def writer(database: Path, timeout_s: float = 60) -> Iterator[Writer]:
    """Start a process that writes to `database`, and end it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.conf.writer", str(database), str(timeout_s)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Writer(process)
    finally:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def _serve(database: str, timeout_s: float) -> None:
    from django.conf import settings

    options = {"transaction_mode": "IMMEDIATE", "timeout": timeout_s, "init_command": "PRAGMA journal_mode=WAL"}
    settings.configure(
        DATABASES={"default": {"ENGINE": "vedette.conf.sqlite", "NAME": database, "OPTIONS": options}}, USE_TZ=True
    )
    from django.db import DatabaseError, connection, transaction

    blocks: list[transaction.Atomic] = []

    def begin() -> None:
        block = transaction.atomic()
        block.__enter__()
        blocks.append(block)

    def write() -> None:
        connection.cursor().execute("INSERT INTO line DEFAULT VALUES")

    def count() -> int:
        return int(connection.cursor().execute("SELECT count(*) FROM line").fetchone()[0])

    does = {
        "make": lambda: connection.cursor().execute("CREATE TABLE line (id integer PRIMARY KEY)") and None,
        "begin": begin,
        "write": write,
        "count": count,
        "commit": lambda: blocks.pop().__exit__(None, None, None),
        "fail": lambda: blocks.pop().__exit__(ValueError, ValueError(), None),
        "close": connection.close,
    }
    for line in sys.stdin:
        try:
            came = does[line.strip()]()
        except DatabaseError as error:
            came = str(error)
        print("done" if came is None else came, flush=True)


if __name__ == "__main__":
    _serve(sys.argv[1], float(sys.argv[2]))
