"""The system parts that tests use beside Python's packages: where they are, and how to get one that is missing.

`python -m tests.servers.parts` says what is missing; it needs nothing but Python, so that it can run before all else.
"""

from __future__ import annotations

import glob
import os
import shutil
import sys
from enum import Enum
from pathlib import Path

#: Opens every skip reason that is about a missing part, so that the summary can find them.
MISSING = "missing system part"


class Part(Enum):
    """A system part: its name, where else than on PATH it lies, and the one command that installs it."""

    POSTGRESQL = (
        "PostgreSQL's server binaries",
        ("initdb",),
        (
            "/usr/lib/postgresql/*/bin/initdb",
            "/usr/pgsql-*/bin/initdb",
            "/opt/homebrew/opt/postgresql*/bin/initdb",
            "/usr/local/opt/postgresql*/bin/initdb",
        ),
        "apt-get install postgresql",
        "brew install postgresql@17",
    )
    CHROMIUM = (
        "Chromium",
        ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        (
            "/usr/bin/chromium",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        ),
        "apt-get install chromium",
        "brew install --cask chromium",
    )
    POSTFIX = (
        "Postfix",
        ("postfix",),
        ("/usr/sbin/postfix", "/usr/local/sbin/postfix"),
        "apt-get install postfix",
        "brew install postfix",
    )
    MOSQUITTO = (
        "the MQTT broker mosquitto",
        ("mosquitto",),
        ("/usr/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto", "/usr/local/sbin/mosquitto"),
        "apt-get install mosquitto",
        "brew install mosquitto",
    )
    XMLSEC = (
        "xmlsec1, another implementation of XML signatures",
        ("xmlsec1",),
        ("/opt/homebrew/bin/xmlsec1", "/usr/local/bin/xmlsec1"),
        "apt-get install xmlsec1",
        "brew install libxmlsec1",
    )
    SLAPD = (
        "the directory server of OpenLDAP",
        ("slapd",),
        ("/usr/sbin/slapd", "/opt/homebrew/opt/openldap/libexec/slapd"),
        "apt-get install slapd",
        "brew install openldap",
    )
    DOVECOT = (
        "the IMAP server Dovecot",
        ("dovecot",),
        ("/usr/sbin/dovecot", "/opt/homebrew/sbin/dovecot", "/usr/local/sbin/dovecot"),
        "apt-get install dovecot-imapd",
        "brew install dovecot",
    )
    #: Where its tools for tests lie, its programs do too.
    KANNEL = (
        "Kannel with its fake network",
        ("fakesmsc",),
        ("/usr/lib/kannel/test/fakesmsc", "/usr/local/lib/kannel/test/fakesmsc"),
        "apt-get install kannel kannel-extras",
        "a Linux machine (Homebrew has no Kannel)",
    )

    def __init__(self, title: str, commands: tuple[str, ...], places: tuple[str, ...], apt: str, brew: str) -> None:
        self.title = title
        self.commands = commands
        self.places = places
        self.apt = apt
        self.brew = brew

    @property
    def install(self) -> str:
        """The command for this machine, to be run by whoever may."""
        return self.brew if sys.platform == "darwin" else self.apt

    @property
    def reason(self) -> str:
        return f"{MISSING}: {self.title}; install with: {self.install}"


def find(part: Part) -> Path | None:
    """Where the part's program lies: PATH first, then its usual places, the newest version first."""
    for command in part.commands:
        if path := shutil.which(command):
            return Path(path).resolve()
    for pattern in part.places:
        if paths := sorted(glob.glob(pattern), key=_version, reverse=True):
            return Path(paths[0])
    return None


def missing() -> list[Part]:
    """The parts that are not on this machine."""
    return [part for part in Part if find(part) is None]


def required_here() -> bool:
    """Whether a missing part is a failure instead of a skip: on CI it is."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def notice() -> str:
    """What is missing and what to do about it, for a person; empty when all is here."""
    parts = missing()
    if not parts:
        return ""
    outcome = "THIS RUN WILL FAIL" if required_here() else "NOT EVERYTHING WILL BE TESTED"
    lines = [f"{outcome}: a system part is missing."]
    for part in parts:
        lines.append(f"  {part.title}: install with  {part.install}")
    rule = "!" * max(len(line) for line in lines)
    return "\n".join([rule, *lines, rule])


def _version(path: str) -> list[int]:
    return [int(digits) for digits in "".join(c if c.isdigit() else " " for c in path).split()]


def main(arguments: list[str]) -> int:
    """Print the notice; with `--can-run PART`, exit 1 when the part is missing and need not be here."""
    if arguments[:1] == ["--can-run"]:
        return 0 if required_here() or find(Part[arguments[1]]) else 1
    print(notice() or "Every system part that the tests use is here.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
