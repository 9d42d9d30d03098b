"""The house each test begins with."""

from __future__ import annotations

import pytest

from tests.web.console.house import House


@pytest.fixture
def house(db: None) -> House:
    """The example organisation in an empty database."""
    return House()
