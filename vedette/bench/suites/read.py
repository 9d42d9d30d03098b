"""Reading: how fast, beside a bare pass of a word pattern over the same text; and how right, on the labelled set.

Time is this process's on its core, so that what else the machine does is not counted.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from time import process_time

from vedette.bench.accuracy import results, scores_by_part
from vedette.bench.labels import labelled_texts
from vedette.bench.result import Result, compared, seconds, timed
from vedette.demo.texts import report_text
from vedette.reading import read

DEFAULT = 60
_WORD = re.compile(r"\w+")
_LIMIT_IS = "one regular expression over the text"


def run(n: int) -> list[Result]:
    """n reports, memo and news item in turn, each of another day; then the labelled texts, n/20 times over."""
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(n)]
    reports = [(report_text("news" if number % 2 else "memo", day), day) for number, day in enumerate(days)]
    read(reports[0][0], datetime(2025, 1, 1, tzinfo=UTC))
    ours = timed(lambda report: read(report[0], report[1]), reports, process_time)
    bare = timed(lambda report: _WORD.findall(report[0]), reports, process_time)
    return [
        compared("read.reports", "reports/s", ours, bare, _LIMIT_IS),
        _speed(max(1, n // 20)),
        *results(scores_by_part()),
    ]


def _speed(rounds: int) -> Result:
    """Kilobytes of text a second on one core, the best of some rounds over every labelled text."""
    texts = [(one.text, one.published, one.own, one.zone) for one in labelled_texts()]
    size = sum(len(text.encode()) for text, *_ in texts) / 1_000
    ours = seconds(lambda: [read(*one) for one in texts], rounds + 1, process_time)
    bare = seconds(lambda: [_WORD.findall(text) for text, *_ in texts], rounds + 1, process_time)
    return Result(
        name="read.speed", n=len(texts), value=size / ours, unit="kB/s", limit=size / bare, limit_is=_LIMIT_IS,
        note="text read, by one core's time",
    )  # fmt: skip
