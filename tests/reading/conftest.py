"""What the reading tests share: a short way to read a text as of one day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import vedette.demo
from vedette.reading import Reading, read

#: The day the demo's memo was written.
THURSDAY = date(2025, 12, 4)


@pytest.fixture
def reading_of() -> Callable[[str], Reading]:
    """Reads a text as of Thursday, 4 December 2025, in UTC."""
    return lambda text: read(text, THURSDAY)


@pytest.fixture
def reports() -> Path:
    """Where the demo's reports are."""
    return Path(str(vedette.demo.__path__[0])) / "reports"
