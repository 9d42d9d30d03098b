"""Documents made to exhaust whoever opens them end in an answer or one clear error, within 15 s and 500 MB."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.reading.hostile import DOCUMENTS

#: Seconds of processor time: another program on the machine must fail no test.
MOST_SECONDS = 15
MOST_MB = 500
#: As hostile as the others, and seconds of work each.
_SLOW_TO_MAKE = frozenset(
    [
        "many-paragraphs.docx", "paragraphs-within.docx", "packed-paragraphs.docx", "many-parts.docx", "within.html",
        "long.html", "one-sentence.txt", "times.txt", "capitals.txt", "form-loop.pdf", "much-drawing.pdf",
        "packed-stream.pdf", "comments.html", "unclosed.html", "deep-unknown.html",
    ]
)  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long if name in _SLOW_TO_MAKE else ()) for name in DOCUMENTS]
)
@pytest.mark.timeout(240)
def test_a_hostile_document_ends_in_an_answer_or_a_clear_error(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.reading.hostile", name], capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    told = json.loads(done.stdout)
    assert told["ended"].endswith("claims") or "\n" not in told["ended"]
    assert told["seconds"] <= MOST_SECONDS, told
    assert told["peak_mb"] <= MOST_MB, told
