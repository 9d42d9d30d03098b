"""An installation for the commands: empty, or filled with the example."""

from __future__ import annotations

import pytest

from tests.cli.house import House


@pytest.fixture
def empty_house(database_environment: dict[str, str]) -> House:
    return House(database_environment)


@pytest.fixture
def house(empty_house: House) -> House:
    return empty_house.fill()
