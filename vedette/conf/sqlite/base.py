"""The backend: a write transaction waits for its turn before it begins, and gives it back when it has ended.

Reads wait for nobody. What is not stored in a file, and a system without the locks, has SQLite's own waiting.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from vedette.conf.sqlite import turns

#: Statements that write; outside a transaction each of them is one of its own.
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose writing takes turns with that of all others."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._turn: turns.Turn | None = None
        self.execute_wrappers.append(self._execute_in_turn)

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self._give_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._give_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._give_turn()

    def _execute_in_turn(self, execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        """A statement outside a transaction that writes takes a turn of its own."""
        if self.connection.in_transaction or self._turn is not None or not _WRITES.match(sql):
            return execute(sql, *given)
        self._take_turn()
        try:
            return execute(sql, *given)
        finally:
            self._give_turn()

    def _take_turn(self) -> None:
        if not turns.CAN_WAIT or self.is_in_memory_db():
            return
        try:
            self._turn = turns.take(Path(self.settings_dict["NAME"]), self.settings_dict["OPTIONS"].get("timeout", 5.0))
        except TimeoutError as error:
            raise OperationalError("database is locked") from error

    def _give_turn(self) -> None:
        if self._turn is not None:
            self._turn.give()
            self._turn = None
