"""A Postfix of our own: configuration, queue and log in a temporary folder, on loopback, which discards what it takes.

Its daemons give up root for themselves, so only root can start it. Nothing of the machine's own Postfix is touched.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from vedette.demo.gateways import free_port

#: Where else than on PATH its commands lie.
_SBIN = ("/usr/sbin", "/usr/local/sbin")
_DAEMONS = ("/usr/lib/postfix/sbin", "/usr/libexec/postfix", "/usr/lib/postfix", "/usr/local/libexec/postfix")
_PATIENCE_S = 30.0
_MESSAGE_ID = re.compile(r"/cleanup\[\d+\]: \w+: message-id=<([^>]*)>")
_ATTEMPTS = 3

_SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
smtp unix - - n - - smtp
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class PostfixFailed(Exception):
    """It cannot run here, or did not start; says why."""


class Postfix:
    """A running Postfix."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    @property
    def log(self) -> str:
        """What it has logged."""
        log = self.folder / "log" / "mail.log"
        return log.read_text(errors="replace") if log.exists() else ""

    @property
    def message_ids(self) -> list[str]:
        """Those of all mails it has taken, in that order."""
        return _MESSAGE_ID.findall(self.log)

    def wait_until_idle(self) -> None:
        """Until it has disposed of all that it has taken. Raises PostfixFailed if it never does."""
        queues = [self.folder / "queue" / name for name in ("incoming", "active")]
        until = time.monotonic() + _PATIENCE_S
        while any(any(queue.iterdir()) for queue in queues):
            if time.monotonic() > until:
                raise PostfixFailed(f"Postfix has not sent on what it took: {self.log[-1000:]}")
            time.sleep(0.02)

    def source_rate(self, n: int, size: int, connections: int) -> float:
        """Mails a second by Postfix's own load generator, over connections that it keeps, each to another address."""
        began = time.perf_counter()
        subprocess.run(  # noqa: S603  (found by name in the system's own folders)
            [
                *(str(command("smtp-source")), "-d", "-N", "-s", str(connections), "-m", str(n), "-l", str(size)),
                *("-f", "bench@vedette.example", "-t", "p@people.example", f"127.0.0.1:{self.port}"),
            ],
            check=True,
        )
        return n / (time.perf_counter() - began)


def why_not() -> str:
    """Why it cannot run here; empty if it can."""
    if command("postfix") is None or command("smtp-source") is None or _daemons() is None:
        return "Postfix is not installed"
    return "" if os.geteuid() == 0 else "Postfix can be started by root only"


def command(name: str) -> Path | None:
    """Where one of its commands lies."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *_SBIN]))
    return None if found is None else Path(found)


@contextmanager
def running(settings: Callable[[Path], Mapping[str, str]] = lambda folder: {}) -> Iterator[Postfix]:
    """Start one, yield it, stop it. `settings` are further ones of main.cf, for its folder. Raises PostfixFailed."""
    if reason := why_not():
        raise PostfixFailed(reason)
    folder = Path(tempfile.mkdtemp(prefix="vedette-postfix-"))
    with _ended_with_us(folder):
        try:
            yield _start(folder, settings(folder))
        finally:
            _stop(folder)


@contextmanager
def _ended_with_us(folder: Path) -> Iterator[None]:
    """It is a daemon and would outlive a killed test or measurement: a shell waits for our end, ends what is left, and
    takes the folder away."""
    left = 'read -r nothing; pid=$(cat "$0/queue/pid/master.pid") && kill -9 -"${pid##* }"; rm -rf "$0"'
    watch = subprocess.Popen(  # noqa: S603  (our own words)
        ["/bin/sh", "-c", left, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        assert watch.stdin is not None
        watch.stdin.close()
        watch.wait(_PATIENCE_S)


def _start(folder: Path, settings: Mapping[str, str]) -> Postfix:
    folder.chmod(0o755)  # its daemons run as users of their own
    for name in ("conf", "queue", "data", "log"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    (folder / "conf" / "main.cf").write_text(
        "".join(f"{name} = {value}\n" for name, value in {**_main(folder), **settings}.items())
    )
    for _ in range(_ATTEMPTS):
        port = free_port()
        (folder / "conf" / "master.cf").write_text(_SERVICES.format(port=port))
        started = subprocess.run(  # noqa: S603  (found by name in the system's own folders)
            [str(command("postfix")), "-c", str(folder / "conf"), "start"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
        postfix = Postfix(folder, port)
        if started.returncode == 0 and _answers(postfix):
            return postfix
        _stop(folder)
    raise PostfixFailed(f"Postfix did not start: {started.stderr[-1000:]}{postfix.log[-1000:]}")


def _main(folder: Path) -> dict[str, str]:
    return {
        "compatibility_level": "3.6",
        "queue_directory": str(folder / "queue"),
        "data_directory": str(folder / "data"),
        "command_directory": str(command("postfix").parent),  # type: ignore[union-attr]
        "daemon_directory": str(_daemons()),
        "mail_owner": "postfix",
        "setgid_group": "postdrop",
        "maillog_file": str(folder / "log" / "mail.log"),
        "maillog_file_prefixes": str(folder),
        "myhostname": "mail.vedette.test",
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "mynetworks": "127.0.0.0/8",
        "mydestination": "",
        "local_recipient_maps": "",
        "alias_maps": "",
        "alias_database": "",
        "default_transport": "discard:",
        "disable_dns_lookups": "yes",
        "smtpd_peername_lookup": "no",
        "smtpd_relay_restrictions": "permit_mynetworks, reject",
        "notify_classes": "",
        # It would slow down whoever brings mail faster than it is discarded.
        "in_flow_delay": "0",
    }


def _answers(postfix: Postfix) -> bool:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", postfix.port), 5) as probe:
                probe.settimeout(5)
                return probe.recv(3) == b"220"
        except ConnectionRefusedError:
            if not _master(postfix.folder):
                return False
            time.sleep(0.02)
    return False


def _stop(folder: Path) -> None:
    """Ask its master to end, and wait until it has."""
    pid = _master(folder)
    if not pid:
        return
    for sign in (signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + _PATIENCE_S
        try:
            os.kill(pid, sign)
            while time.monotonic() < until:
                os.kill(pid, 0)
                time.sleep(0.01)
        except ProcessLookupError:
            return


def _master(folder: Path) -> int:
    """The master's process id; 0 when none runs."""
    try:
        pid = int((folder / "queue" / "pid" / "master.pid").read_text())
        os.kill(pid, 0)
    except (OSError, ValueError):
        return 0
    return pid


def _daemons() -> Path | None:
    return next((Path(place) for place in _DAEMONS if (Path(place) / "master").exists()), None)
