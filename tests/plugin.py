"""pytest before Django: which database the run is on, and a data directory of its own.

Loaded by `-p tests.plugin`, because Django's settings are read before any conftest.py. `--database postgres` starts a
PostgreSQL server for the run; under xdist the controller does, and its workers inherit the address.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

#: Fixtures that show that a test stores something, and so belongs to the run on PostgreSQL.
STORING = {"db", "transactional_db", "live_server", "database_environment"}
_open = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("vedette")
    group.addoption("--database", choices=("sqlite", "postgres"), default="sqlite", help="the database to run on")
    group.addoption("--only-stored", action="store_true", help="only the tests that touch a database")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Set the environment that Django's settings read. A wrapper runs before the hook that reads them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    home = os.environ.get("VEDETTE_TEST_HOME", "")
    if worker is None:
        home = _open.enter_context(tempfile.TemporaryDirectory(prefix="vedette-test-"))
        os.environ["VEDETTE_TEST_HOME"] = home
        os.environ.pop("VEDETTE_DATABASE_URL", None)
        if early_config.known_args_namespace.database == "postgres":
            _start_postgres()
    data = Path(home) / (worker or "data")
    data.mkdir(exist_ok=True)
    os.environ["VEDETTE_DATA"] = str(data)
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    _open.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --only-stored, leave out what neither asks for the database nor is given one."""
    if not config.getoption("--only-stored"):
        return
    kept = [item for item in items if stores(item)]
    config.hook.pytest_deselected(items=[item for item in items if not stores(item)])
    items[:] = kept


def stores(item: pytest.Item) -> bool:
    """Whether a test touches a database: it is marked django_db, or asks for a fixture that holds one."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(STORING & fixtures)


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('--database')}"


def _start_postgres() -> None:
    from tests.servers import parts, postgres

    if parts.find(parts.Part.POSTGRESQL) is None:
        raise pytest.UsageError(f"--database postgres: {parts.Part.POSTGRESQL.reason}")
    os.environ["VEDETTE_DATABASE_URL"] = _open.enter_context(postgres.running()).url
