"""An installation of its own, and the real command run on it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers import migrated, warm

REPOSITORY = warm.REPOSITORY


@dataclass
class House:
    """The environment of one installation, and its users' tokens once it is filled."""

    environment: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return Path(self.environment["VEDETTE_DATA"])

    def fill(self, people: int = 40) -> House:
        """Make the tables and load the example organisation."""
        migrated.copy_for(self.environment)
        done = self.python("-m", "tests.cli.fill", str(people))
        assert done.returncode == 0, done.stderr
        self.tokens = json.loads(done.stdout)
        return self

    def run(
        self, *arguments: str | Path, actor: str | None = None, given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """`vedette` with these arguments, as the user `actor`; never a traceback."""
        extra = {"VEDETTE_TOKEN": self.tokens.get(actor, actor)} if actor is not None else {}
        done = self.python("-m", "vedette", *map(str, arguments), extra=extra, given=given)
        assert "Traceback" not in done.stderr, done.stderr
        assert "Warning:" not in done.stderr, done.stderr
        return done

    def ok(self, *arguments: str | Path, actor: str | None = None, given: str | None = None) -> Any:
        """The same with --json, which must succeed: its result."""
        done = self.run(*arguments, "--json", actor=actor, given=given)
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    def python(
        self, *arguments: str, extra: dict[str, str] | None = None, given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return warm.run(arguments, {**self.environment, **(extra or {})}, given)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error of a command that refused; asserts exit 2 and that it is one line."""
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("vedette: "), done.stderr
    return lines[0]
