"""A Dovecot of the tests' own, started in a temporary directory and stopped by its pid: one user with a mailbox.

It listens on loopback only, with STARTTLS on one port and TLS from the start on the other.
"""

from __future__ import annotations

import getpass
import imaplib
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import certificates
from tests.servers.parts import Part, find
from tests.servers.ports import free_port

USER, PASSWORD = "tips@vedette.example", 'not a "secret"'
_ATTEMPTS, _PATIENCE_S = 5, 20.0
#: Whose the mails are when root starts it: Dovecot serves none as root.
_NOBODY = 65_534


class MailServerFailed(Exception):
    """Dovecot did not start; the message holds the end of its log."""


class Dovecot:
    """A mail server."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program, self._folder = program, folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port, self.tls_port = free_port(), free_port()
        self.certificates = certificates.make(folder)
        #: Lines of configuration beside the usual ones, for the next start.
        self.more = ""

    def url(self, folder: str = "INBOX") -> str:
        """A folder's address, with TLS from the start."""
        return f"imaps://localhost:{self.tls_port}/{folder}"

    @property
    def authority(self) -> str:
        """Whom a client has to trust, in PEM."""
        return self.certificates.authority.read_text()

    def start(self) -> None:
        """Start it. Raises MailServerFailed."""
        for attempt in range(_ATTEMPTS):
            if attempt:
                self.port, self.tls_port = free_port(), free_port()
            self._write()
            with (self._folder / "out").open("wb") as out:
                self._process = subprocess.Popen(
                    [self._program, "-F", "-c", self._folder / "dovecot.conf"], stdout=out, stderr=out
                )
            if self._answers():
                return
            self.stop()
        told = [(self._folder / name).read_text() for name in ("out", "log") if (self._folder / name).exists()]
        raise MailServerFailed(f"dovecot did not start:\n{''.join(told)[-2000:]}")

    def stop(self) -> None:
        """Stop it; what is in the mailbox stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        """Let mails lie in a folder, which is made if there is none."""
        with self.client() as client:
            client.create(folder)
            for mail in mails:
                kind, told = client.append(folder, "", "", mail)
                assert kind == "OK", told

    def flags(self, folder: str = "INBOX") -> list[set[str]]:
        """The marks of each mail in a folder, in order."""
        with self.client() as client:
            _, count = client.select(folder, readonly=True)
            if count == [b"0"]:
                return []
            _, told = client.fetch("1:*", "(FLAGS)")
        # What somebody else marks meanwhile is told besides, so that a mail may be told of twice.
        lines = (line.decode() for line in told if isinstance(line, bytes))
        marks = {
            line.partition(" ")[0]: set(line.partition("FLAGS (")[2].partition(")")[0].split()) - {"\\Recent"}
            for line in lines
        }
        return [marks[number] for number in sorted(marks, key=int)]

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4_SSL]:
        """Somebody else who reads the mailbox."""
        trust = ssl.create_default_context(cafile=str(self.certificates.authority))
        with imaplib.IMAP4_SSL("localhost", self.tls_port, ssl_context=trust, timeout=20) as client:
            client.login(USER, PASSWORD)
            yield client

    def _write(self) -> None:
        own, folder = self.certificates, self._folder
        uid, gid = (_NOBODY, _NOBODY) if os.geteuid() == 0 else (os.getuid(), os.getgid())
        (folder / "mail").mkdir(exist_ok=True)
        os.chown(folder / "mail", uid, gid)
        (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
        (folder / "users").chmod(0o644)
        unprivileged = ""
        if os.geteuid() != 0:
            me = getpass.getuser()
            unprivileged = f"default_internal_user = {me}\ndefault_login_user = {me}\n" + "".join(
                f"service {name} {{\n  chroot =\n}}\n" for name in ("anvil", "imap-login")
            )
        (folder / "dovecot.conf").write_text(
            f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{own.certificate}
ssl_key = <{own.key}
mail_location = maildir:~/Maildir
first_valid_uid = 1
{unprivileged}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
  }}
}}
{self.more}
"""
        )

    def _answers(self) -> bool:
        assert self._process is not None
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as probe:
                    return probe.recv(100).startswith(b"* OK")
            except OSError:
                time.sleep(0.02)
        return False


@contextmanager
def running() -> Iterator[Dovecot]:
    """Start a server, yield it, stop it."""
    program = find(Part.DOVECOT)
    if program is None:
        raise MailServerFailed(Part.DOVECOT.reason)
    folder = Path(tempfile.mkdtemp(prefix="vedette-dovecot-"))
    # Its processes that speak to strangers run as other users, and have sockets in here.
    folder.chmod(0o755)
    server = Dovecot(program, folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
