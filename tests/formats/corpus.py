"""The corpus of real messages beside the checkout, or a loud skip where it is absent."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Sample:
    """One message of the corpus, and what its manifest says of it."""

    name: str
    data: bytes
    version: str
    kind: str


@cache
def corpus() -> Path:
    """Where the corpus is. Skips the test that asks when it is nowhere."""
    named = os.environ.get("VEDETTE_CORPUS")
    place = Path(named) if named else Path(__file__).parents[3] / "shared" / "corpus"
    if not (place / "cap" / "manifest.csv").is_file():
        pytest.skip(f"NOT TESTED against real messages: no corpus at {place}; set VEDETTE_CORPUS to have it tested")
    return place


def cap_samples() -> list[Sample]:
    """Every CAP message of the corpus."""
    place = corpus() / "cap"
    with (place / "manifest.csv").open(encoding="utf-8") as rows:
        return [
            Sample(row["file"], (place / row["file"]).read_bytes(), row["cap_version"], row["kind"])
            for row in csv.DictReader(rows)
            if (place / row["file"]).is_file()
        ]


@dataclass(frozen=True)
class StixSample:
    """One STIX file of the corpus, and what stix2-validator said of it."""

    name: str
    data: bytes
    #: valid, invalid, validator-crash or skipped.
    verdict: str
    reason: str


def stix_samples() -> list[StixSample]:
    """Every STIX file of the corpus."""
    place = corpus() / "stix"
    with (place / "manifest.csv").open(encoding="utf-8") as rows:
        return [
            StixSample(row["file"], (place / row["file"]).read_bytes(), row["validator"], row["validator_first_error"])
            for row in csv.DictReader(rows)
        ]
