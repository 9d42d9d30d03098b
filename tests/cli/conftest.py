"""An installation for the commands: empty, or filled with the example."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.house import House

_filled: dict[str, House] = {}


@pytest.fixture
def empty_house(database_environment: dict[str, str]) -> House:
    return House(database_environment)


@pytest.fixture
def house(empty_house: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Filled with the example; on SQLite a copy of one that is filled once."""
    if "VEDETTE_DATABASE_URL" in empty_house.environment:
        return empty_house.fill()
    if not _filled:
        first = {**empty_house.environment, "VEDETTE_DATA": str(tmp_path_factory.mktemp("filled") / "data")}
        _filled["sqlite"] = House(first).fill()
    shutil.copytree(Path(_filled["sqlite"].environment["VEDETTE_DATA"]), empty_house.data)
    empty_house.tokens = dict(_filled["sqlite"].tokens)
    return empty_house
