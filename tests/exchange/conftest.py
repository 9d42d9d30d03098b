"""A house with its own signing key, on the day that the good warning is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.exchange.house import House
from tests.warnings.good import SENT
from vedette import clock
from vedette.exchange import signing


@pytest.fixture
def own_key(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path / signing.IDENTITY_FILE


@pytest.fixture
def at_noon(stopped_clock: clock.Frozen) -> clock.Frozen:
    """The good warning is for that day."""
    stopped_clock.advance(seconds=(SENT - clock.now()).total_seconds())
    return stopped_clock


@pytest.fixture
def house(own_key: Path, at_noon: clock.Frozen) -> House:
    return House()
