"""The whole case, run as anybody runs it, on embedded SQLite or on the run's PostgreSQL."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.system

PEOPLE = 300


def run_demo(environment: dict[str, str], *options: str) -> dict[str, Any]:
    """Run the headless demo; with the environment's database when it names one."""
    database = ["--database", environment["VEDETTE_DATABASE_URL"]] if "VEDETTE_DATABASE_URL" in environment else []
    done = subprocess.run(
        [sys.executable, "-m", "vedette", "demo", "--headless", "--json", "--people", str(PEOPLE), *options, *database],
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:] + done.stdout[-1_000:]
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def test_the_case_reaches_everyone_of_the_audience_and_nobody_else(database_environment: dict[str, str]) -> None:
    shown = run_demo(database_environment)
    assert shown["people"] == PEOPLE
    assert 0.6 * PEOPLE < shown["recipients"] < 0.85 * PEOPLE
    assert sum(shown["states"].values()) == shown["recipients"]
    assert shown["lost"] == 0
    assert shown["duplicates"] == 0
    assert shown["outsiders_reached"] == 0
    assert shown["late_joiners"] >= 2
    assert shown["escalated"] > 0
    assert {"acknowledged", "safe", "unanswered"} <= set(shown["states"])
    assert shown["engine_kills"] == 0
    assert shown["ledger"]["verified"] is True
    assert 0 <= shown["issue_to_first_s"] <= shown["issue_to_last_s"]
    assert shown["warning"]["headline"]


def test_killing_the_engine_twice_loses_nobody(database_environment: dict[str, str]) -> None:
    shown = run_demo(database_environment, "--kill-engine", "2")
    assert shown["engine_kills"] == 2
    assert shown["lost"] == 0
    assert shown["outsiders_reached"] == 0
    assert shown["unkeyed_duplicates"] == 0
    assert sum(shown["states"].values()) == shown["recipients"]
    assert shown["ledger"]["verified"] is True
