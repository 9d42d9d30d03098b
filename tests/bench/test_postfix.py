"""Where no Postfix can be started, a measurement says why; it never leaves it out silently."""

from __future__ import annotations

import pytest

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
