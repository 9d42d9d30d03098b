"""A PostgreSQL server of the tests' own, started from its binaries in a temporary directory and stopped by its pid.

PostgreSQL refuses to run as root; there it runs as `postgres` or `nobody`. It listens on loopback only, with a
password made for this run.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.servers.parts import Part, find
from tests.servers.ports import free_port

_ATTEMPTS = 5
_PATIENCE_S = 60.0


class ServerFailed(Exception):
    """The server did not start; the message holds the end of its log."""


class Server:
    """A running server. `url` names its first database, `vedette`, owned by a superuser of the same name."""

    def __init__(self, launch: Callable[[], subprocess.Popen[bytes]], port: int, password: str) -> None:
        self.process = launch()
        self.port = port
        self.password = password
        self._launch = launch

    def kill(self) -> None:
        """Kill it with all its processes (SIGKILL), as a machine that loses power would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def start_again(self) -> None:
        """Start it on what it left behind, and wait until it answers."""
        self.process = self._launch()
        if not _answers(self):
            raise ServerFailed("PostgreSQL did not start again")

    @property
    def url(self) -> str:
        return self.url_of("vedette")

    def url_of(self, database: str) -> str:
        return f"postgresql://vedette:{self.password}@127.0.0.1:{self.port}/{database}"


@contextmanager
def running(durable: bool = False) -> Iterator[Server]:
    """Start a server, yield it, stop it. `durable` keeps fsync on; without it a test run is several times faster."""
    initdb = find(Part.POSTGRESQL)
    if initdb is None:
        raise ServerFailed(Part.POSTGRESQL.reason)
    folder = Path(tempfile.mkdtemp(prefix="vedette-postgres-"))
    try:
        password = _initialise(initdb, folder)
        server = _start(initdb.with_name("postgres"), folder, password, durable)
        try:
            yield server
        finally:
            _stop(server.process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """A new empty database on the server at `url`, dropped at the end with whoever is still connected to it."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield f"{url.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _identity() -> dict[str, Any]:
    """subprocess arguments that give up root, and none when there is nothing to give up."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise ServerFailed("PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody")


def _initialise(initdb: Path, folder: Path) -> str:
    identity = _identity()
    password = secrets.token_hex(16)
    (folder / "password").write_text(password, encoding="ascii")
    if identity:
        for path in (folder, folder / "password"):
            os.chown(path, identity["user"], identity["group"])
    command = [
        initdb,
        "-D",
        folder / "data",
        "-U",
        "vedette",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
        "-A",
        "scram-sha-256",
    ]
    made = subprocess.run(
        [*command, f"--pwfile={folder / 'password'}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **identity,
    )
    if made.returncode:
        raise ServerFailed(f"initdb ({initdb}) failed:\n{made.stdout[-2000:]}{made.stderr[-2000:]}")
    return password


def _start(binary: Path, folder: Path, password: str, durable: bool) -> Server:
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    log = folder / "log"
    for _ in range(_ATTEMPTS):
        port = free_port()
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

        def launch(command: tuple[str | Path, ...] = (binary, "-D", folder / "data", "-p", str(port), *options)) -> Any:
            with log.open("ab") as output:
                return subprocess.Popen(
                    command,
                    cwd=folder,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    **_identity(),
                )

        server = Server(launch, port, password)
        try:
            if _answers(server, first=True):
                return server
        except BaseException:
            _stop(server.process)
            raise
    raise ServerFailed(f"PostgreSQL ({binary}) did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _answers(server: Server, first: bool = False) -> bool:
    """Whether the server takes connections before the patience ends; False as soon as its process is gone."""
    maintenance = server.url_of("postgres")
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        if server.process.poll() is not None:
            return False
        try:
            with psycopg.connect(maintenance, autocommit=True, connect_timeout=2) as connection:
                if first:
                    connection.execute("CREATE DATABASE vedette")
                return True
        except psycopg.OperationalError:
            time.sleep(0.05)
    _stop(server.process)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown (SIGINT), then immediate (SIGQUIT): the signals PostgreSQL documents for its postmaster."""
    for sent in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(sent)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue
