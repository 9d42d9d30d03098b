"""Installations for the commands: empty, filled with the example, with a warning issued. The last two are copies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.cli.house import House
from tests.cli.test_lifecycle import issued


@pytest.fixture
def empty_house(database_environment: dict[str, str]) -> House:
    return House(database_environment)


@pytest.fixture
def house(empty_house: House, templates: Templates) -> House:
    """Filled with the example."""
    return templates.copy("filled", empty_house)


@pytest.fixture
def warned_house(empty_house: House, templates: Templates) -> House:
    """Filled, and its first warning issued."""
    return templates.copy("issued", empty_house)


class Templates:
    """Installations made once a run, and copied."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._made: dict[str, House] = {}

    def copy(self, name: str, to: House) -> House:
        """Make `to` a copy of the template."""
        if name not in self._made:
            self._made[name] = self._make(name)
        made = self._made[name]
        shutil.copytree(made.data, to.data)
        to.tokens = dict(made.tokens)
        if url := to.environment.get("VEDETTE_DATABASE_URL"):
            self._copy_database(made.environment["VEDETTE_DATABASE_URL"], url)
        return to

    def _make(self, name: str) -> House:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("VEDETTE_")}
        environment["VEDETTE_DATA"] = str(self._folder / name)
        if url := os.environ.get("VEDETTE_DATABASE_URL"):
            from tests.servers import postgres

            environment["VEDETTE_DATABASE_URL"] = self._stack.enter_context(postgres.fresh_database(url))
        made = House(environment)
        if name == "filled":
            return made.fill()
        self.copy("filled", made)
        assert issued(made, self._folder) == 1
        return made

    @staticmethod
    def _copy_database(template: str, target: str) -> None:
        names = [sql.Identifier(url.rpartition("/")[2]) for url in (target, template)]
        with psycopg.connect(os.environ["VEDETTE_DATABASE_URL"], autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(names[0]))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    with ExitStack() as stack:
        yield Templates(tmp_path_factory.mktemp("templates"), stack)
