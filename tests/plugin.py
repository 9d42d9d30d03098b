"""pytest before Django: which database the run is on, a data directory of its own, and which files come first.

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
#: Fixtures and marks of what takes seconds: processes and browsers are started for it.
SLOW = {"database_environment", "browser", "system"}
#: Where files cost no disk, and from how many free bytes on it is used.
_MEMORY = Path("/dev/shm")
_ENOUGH = 4 << 30
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
        _keep_files_in_memory()
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
    """With --only-stored, leave out what neither asks for the database nor is given one. Files with slow tests first.

    xdist hands out files in this order (--no-loadscope-reorder), so that no worker is left with a slow one at the end.
    """
    if config.getoption("--only-stored"):
        config.hook.pytest_deselected(items=[item for item in items if not stores(item)])
        items[:] = [item for item in items if stores(item)]
    slow = {item.path for item in items if SLOW & {*_fixtures(item), *(mark.name for mark in item.iter_markers())}}
    items.sort(key=lambda item: item.path not in slow)


def stores(item: pytest.Item) -> bool:
    """Whether a test touches a database: it is marked django_db, or asks for a fixture that holds one."""
    return item.get_closest_marker("django_db") is not None or bool(STORING & _fixtures(item))


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('--database')}"


def _keep_files_in_memory() -> None:
    """Temporary files, databases above all, in memory where there is enough: each commit waits for the disk else."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    told = os.statvfs(_MEMORY)
    if told.f_bavail * told.f_frsize >= _ENOUGH and not told.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None


def _start_postgres() -> None:
    from tests.servers import parts, postgres

    if parts.find(parts.Part.POSTGRESQL) is None:
        raise pytest.UsageError(f"--database postgres: {parts.Part.POSTGRESQL.reason}")
    os.environ["VEDETTE_DATABASE_URL"] = _open.enter_context(postgres.running()).url
