"""The Postfix that is measured with: named where it cannot be started, and gone with whoever started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.conftest import require
from tests.servers import parts
from vedette.bench import postfix
from vedette.bench.result import Result
from vedette.bench.suites import smtp


@pytest.mark.parametrize(("missing", "reason"), [(True, "not installed"), (False, "by root only")])
def test_a_postfix_that_cannot_be_started_is_named_in_the_results(
    monkeypatch: pytest.MonkeyPatch, missing: bool, reason: str
) -> None:
    monkeypatch.setattr(postfix, "command", lambda name: None if missing else postfix.Path("/usr/sbin") / name)
    monkeypatch.setattr(postfix, "_daemons", lambda: postfix.Path("/usr/lib/postfix/sbin"))
    monkeypatch.setattr("os.geteuid", lambda: 1_000)
    monkeypatch.setattr(smtp, "fill", lambda *given, **more: None)
    measured = Result(name="smtp.mail", n=1, value=1.0, unit="messages/s")
    monkeypatch.setattr(smtp, "_to_sink", lambda cast, n: [measured])
    (result,) = smtp.run(1)
    assert reason in result.note
    with pytest.raises(postfix.PostfixFailed, match=reason), postfix.running():
        pass


def test_a_postfix_ends_with_whoever_started_it_even_if_that_is_killed() -> None:
    require(parts.Part.POSTFIX)
    if reason := postfix.why_not():
        pytest.skip(reason)
    script = (
        "import sys\nfrom vedette.bench import postfix\nwith postfix.running() as mta:\n"
        "    print(postfix._master(mta.folder), mta.folder, flush=True)\n    sys.stdin.read()"
    )
    starter = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    master, folder = starter.stdout.readline().split()
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    until = time.monotonic() + 30
    while os.path.exists(folder) or os.path.exists(f"/proc/{master}"):
        assert time.monotonic() < until, "it is still there"
        time.sleep(0.02)
