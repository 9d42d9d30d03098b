"""Running suites: each in an installation of its own; `all` runs every one in a process of its own."""

from __future__ import annotations

import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from vedette.bench.suites import NOT_YET, SUITES, WITHOUT_DATABASE


class SuiteFailed(Exception):
    """A suite ended without a result; holds what it said last."""


def run_suite(suite: str, n: int | None, database: str = "") -> dict[str, Any]:
    """Run one suite and give the contract's JSON. `database` is an empty PostgreSQL database; else SQLite is used."""
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        os.environ["VEDETTE_DATA"] = folder
        os.environ.pop("VEDETTE_DATABASE_URL", None)
        if database:
            os.environ["VEDETTE_DATABASE_URL"] = database
        _open_house(stored=suite not in WITHOUT_DATABASE)
        module = importlib.import_module(f"vedette.bench.suites.{suite}")
        try:
            results = module.run(n or module.DEFAULT)
        finally:
            _close_house()
        return {"suite": suite, "host": host(database), "results": [result.as_json() for result in results]}


def run_all(n: int | None, database: str, advance: Callable[[int], None]) -> dict[str, Any]:
    """Run every suite, one after the other. Raises SuiteFailed."""
    results: list[dict[str, Any]] = []
    for suite in SUITES:
        given = [*(["--n", str(n)] if n else []), *(["--database", database] if database else [])]
        done = subprocess.run(  # noqa: S603  (our own command)
            [sys.executable, "-m", "vedette", "bench", suite, "--json", *given],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise SuiteFailed(f"{suite}: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}")
        results += json.loads(done.stdout)["results"]
        advance(1)
    return {"suite": "all", "host": host(database), "results": results, "not_yet": NOT_YET}


def host(database: str) -> dict[str, Any]:
    """What it ran on."""
    import sqlite3

    return {
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "database": _postgres_version() if database else f"SQLite {sqlite3.sqlite_version}, WAL, synchronous=FULL",
    }


def _postgres_version() -> str:
    from django.db import connection

    if not os.environ.get("DJANGO_SETTINGS_MODULE"):
        return "PostgreSQL"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0]}"


def _open_house(stored: bool) -> None:
    import django
    from django.core.management import call_command

    os.environ["DJANGO_SETTINGS_MODULE"] = "vedette.conf.settings"
    django.setup()
    if stored:
        call_command("migrate", verbosity=0)


def _close_house() -> None:
    from django.db import connections

    connections.close_all()
