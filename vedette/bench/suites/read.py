"""Reading: reports into cited claims, beside a bare pass of a word pattern over the same text."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from vedette.bench.result import Result, compared, timed
from vedette.demo.texts import report_text
from vedette.reading import read

DEFAULT = 60
_WORD = re.compile(r"\w+")


def run(n: int) -> list[Result]:
    """n reports, memo and news item in turn, each of another day."""
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(n)]
    reports = [(report_text("news" if number % 2 else "memo", day), day) for number, day in enumerate(days)]
    read(reports[0][0], datetime(2025, 1, 1, tzinfo=UTC))
    ours = timed(lambda report: read(report[0], report[1]), reports)
    bare = timed(lambda report: _WORD.findall(report[0]), reports)
    return [compared("read.reports", "reports/s", ours, bare, "one regular expression over the text")]
