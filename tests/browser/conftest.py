"""One installation for the browser's tests of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.house import House, running

# Two cores may carry several servers, browsers and databases at once; what is waited for comes, but not always in 5 s.
expect.set_options(timeout=20_000)


@pytest.fixture
def house(browser: Browser, migrated_environment: dict[str, str], tmp_path: Path) -> Iterator[House]:
    """The example organisation, served; nobody has been warned of anything yet."""
    with running(browser, migrated_environment, tmp_path / "data") as house:
        yield house
