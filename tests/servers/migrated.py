"""A database with all tables, made by `migrate` once a run and copied for whoever wants one: copying takes moments.

Made by the first that asks, in VEDETTE_TEST_HOME; the others, xdist's workers too, wait for it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

_FILE = "vedette.sqlite3"
_DATABASE = "vedette_migrated"


def copy_file(to: Path) -> None:
    """Copy the SQLite database to a path at which nothing is."""
    shutil.copyfile(_made(None) / _FILE, to)


def copy_database(url: str, name: str) -> None:
    """Copy the PostgreSQL database under another name on the run's server, which `url` leads to."""
    _made(url)
    with psycopg.connect(url, autocommit=True) as connection:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(_DATABASE)))


def copy_for(environment: Mapping[str, str]) -> None:
    """Give an installation that has no tables yet all of them; what its database holds else is lost."""
    url = environment.get("VEDETTE_DATABASE_URL")
    if url is None:
        data = Path(environment["VEDETTE_DATA"])
        data.mkdir(parents=True, exist_ok=True)
        copy_file(data / _FILE)
        return
    name = url.rpartition("/")[2]
    with psycopg.connect(os.environ["VEDETTE_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    copy_database(os.environ["VEDETTE_DATABASE_URL"], name)


def migrate(environment: Mapping[str, str]) -> None:
    """Make the tables themselves, in a process of its own."""
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--no-input"]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _made(url: str | None) -> Path:
    """The folder of the database that is copied, made if it is not there yet."""
    home = Path(os.environ["VEDETTE_TEST_HOME"])
    folder = home / "migrated"
    with _alone(home / "migrated.lock"):
        if not folder.exists():
            _make(home / "migrating", url)
            (home / "migrating").rename(folder)
    return folder


def _make(folder: Path, url: str | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VEDETTE_")}
    environment["VEDETTE_DATA"] = str(folder)
    if url is not None:
        identifier = sql.Identifier(_DATABASE)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(identifier))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        environment["VEDETTE_DATABASE_URL"] = f"{url.rpartition('/')[0]}/{_DATABASE}"
    migrate(environment)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
