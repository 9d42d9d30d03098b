"""Every suite runs small, in the contract's form, and loses nothing. How fast is not asserted."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vedette.bench.suites import NOT_YET, SUITES

KEYS = {"name", "n", "value", "unit", "limit", "ratio", "p50_ms", "p99_ms", "lost", "duplicates", "rss_mb"}
#: Small enough for a test, large enough for the engine to be killed on the way.
SMALL = {"cap": 20, "read": 2, "ledger": 20, "audience": 500, "positions": 120, "enqueue": 120, "kill": 400}
#: Reading and checking repeat nothing; a killed engine may, inside what it had not written down.
MAY_REPEAT = {"kill"}


def bench(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    given = ["--database", environment["VEDETTE_DATABASE_URL"]] if "VEDETTE_DATABASE_URL" in environment else []
    return subprocess.run(
        [sys.executable, "-m", "vedette", "bench", *arguments, *given],
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.system
@pytest.mark.parametrize("suite", sorted(SUITES))
def test_a_suite_gives_the_contracts_form_and_loses_nothing(suite: str, database_environment: dict[str, str]) -> None:
    done = bench(database_environment, suite, "--n", str(SMALL.get(suite, 100)), "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["suite"] == suite
    assert {"cpus", "python", "database"} <= set(told["host"])
    if "VEDETTE_DATABASE_URL" in database_environment:
        assert told["host"]["database"].startswith("PostgreSQL ")
    assert told["results"]
    for result in told["results"]:
        assert set(result) >= KEYS
        assert result["name"].startswith(f"{suite}.")
        assert result["value"] > 0 and result["unit"] and result["rss_mb"] > 0
        assert result["lost"] == 0
        assert result["duplicates"] == 0 or suite in MAY_REPEAT
        if result["limit"] is not None:
            assert result["limit_is"]
            assert math.isclose(result["ratio"], result["value"] / result["limit"], rel_tol=0.01)
    assert any(result["limit"] for result in told["results"])
    assert not Path(database_environment["VEDETTE_DATA"]).exists(), "it works on an installation of its own"


def test_the_result_can_be_read_by_people(database_environment: dict[str, str]) -> None:
    done = bench(database_environment, "cap", "--n", "5")
    assert done.returncode == 0
    assert "cap.check" in done.stdout and "lost 0" in done.stdout


@pytest.mark.parametrize("suite", [*sorted(NOT_YET), "nonsense"])
def test_what_cannot_be_measured_is_refused_in_one_line(suite: str, database_environment: dict[str, str]) -> None:
    done = bench(database_environment, suite)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert ("not yet" in done.stderr) is (suite in NOT_YET)
