"""The house each test begins with."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from tests.web.console.house import House


@pytest.fixture
def house(db: None, settings: Settings) -> House:
    """The example organisation in an empty database."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return House()
