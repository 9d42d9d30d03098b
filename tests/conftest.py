"""Fixtures for every room: real servers, a fresh database for processes a test starts, and a clock to move."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests import shared_database
from tests.servers import http, migrated, parts, smtp
from vedette import clock

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.plugin import DjangoDbBlocker

pytest_plugins = ["tests.plugin"]

hypothesis.settings.register_profile("short", deadline=None, max_examples=60)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=60, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=3000, print_blob=True)
hypothesis.settings.load_profile("ci" if parts.required_here() else "short")


def require(part: parts.Part) -> Path:
    """Where the part lies. Without it the test is skipped, loudly; on CI it fails."""
    path = parts.find(part)
    if path is not None:
        return path
    if parts.required_here():
        pytest.fail(part.reason, pytrace=False)
    pytest.skip(part.reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end, where it is read, what was not tested for want of a system part."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if parts.MISSING in str(report.longrepr)]
    if skipped:
        terminalreporter.section(f"{len(skipped)} TESTS DID NOT RUN: a system part is missing", sep="!", red=True)
        for part in parts.missing():
            terminalreporter.write_line(f"{part.title}: install with  {part.install}", red=True)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's fixture by this name: where the tests' database comes from, and how it is emptied."""
    from django.test import TransactionTestCase

    with django_db_blocker.unblock():
        shared_database.take_copy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: shared_database.empty())
        yield


@pytest.fixture
def stopped_clock() -> Iterator[clock.Frozen]:
    """The clock, stopped at noon UTC of 4 December 2025; move it with .advance(hours=...)."""
    with clock.frozen(datetime(2025, 12, 4, 12, 0, tzinfo=UTC)) as frozen:
        yield frozen


@pytest.fixture
def smtp_sink() -> Iterator[smtp.Sink]:
    """A real SMTP server that keeps what it accepts."""
    with smtp.running() as sink:
        yield sink


@pytest.fixture
def http_gateway() -> Iterator[http.Gateway]:
    """A real HTTP server that keeps what it is sent; set .mode to make it refuse, be busy or hang."""
    with http.running() as gateway:
        yield gateway


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server: the run's own, else one started for the tests that ask."""
    require(parts.Part.POSTGRESQL)
    if url := os.environ.get("VEDETTE_DATABASE_URL"):
        yield url
        return
    from tests.servers import postgres

    with postgres.running() as server:
        yield server.url


@pytest.fixture
def database_environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment for processes a test starts: an empty data directory, an empty database like this run's."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VEDETTE_")}
    environment["VEDETTE_DATA"] = str(tmp_path / "data")
    url = os.environ.get("VEDETTE_DATABASE_URL")
    if url is None:
        yield environment
        return
    from tests.servers import postgres

    with postgres.fresh_database(url) as fresh:
        yield {**environment, "VEDETTE_DATABASE_URL": fresh}


@pytest.fixture
def migrated_environment(database_environment: dict[str, str]) -> dict[str, str]:
    """The same with all tables in the database."""
    migrated.copy_for(database_environment)
    return database_environment


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium for the tests of one file."""
    require(parts.Part.CHROMIUM)
    from tests.servers import chromium

    with chromium.running() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser context of its own, 1440 px wide."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, service_workers="allow")
    try:
        yield context.new_page()
    finally:
        context.close()
