"""`vedette serve`: pages, API, field pages, the dispatch engine and the asker of feeds, under one roof.

They are children of this process. The engine and the asker are started again when they die; they lose nothing by it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from vedette.cli.output import refuse
from vedette.cli.session import open_house

#: Seconds between looks at the children, and given to each to end.
_LOOK_S, _PATIENCE_S = 0.1, 15.0
#: Seconds before an engine that died at once is started again.
_RESTART_S = 1.0


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    data: Annotated[Path | None, typer.Option(help="Data directory; otherwise VEDETTE_DATA or ./vedette-data.")] = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy in front ends HTTPS; listen on other than loopback.")
    ] = False,
) -> None:
    """Run the installation until stopped. Example: vedette serve --port 8000 --data /var/lib/vedette"""
    if data is not None:
        os.environ["VEDETTE_DATA"] = str(data.resolve())
    _refuse_unsafe(host, behind_proxy)
    open_house()
    from django.conf import settings
    from django.db import connection, connections

    postgres = connection.vendor != "sqlite"
    _migrate()
    connections.close_all()
    with _only_one(settings.DATA):
        _Children(host, port, settings.DATA, workers=2 if postgres else 1).run()


def _refuse_unsafe(host: str, behind_proxy: bool) -> None:
    """Loopback is for trying things out; anything else carries people's names, and needs HTTPS and a good secret."""
    if _is_loopback(host):
        return
    if os.environ.get("VEDETTE_HTTPS", "") != "1" and not behind_proxy:
        refuse(
            "serve",
            f"--host {host}",
            "is not loopback; put a proxy with HTTPS in front and say --behind-proxy, or set VEDETTE_HTTPS=1",
        )
    if behind_proxy:
        os.environ.setdefault("VEDETTE_HTTPS", "1")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        refuse("serve", "database", str(error).splitlines()[0])


@contextlib.contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """One server a data directory: a second engine on SQLite would take over the first one's work."""
    import fcntl

    with (data / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            refuse("serve", str(data), "is served already; stop the other server first")
        yield


class _Kept:
    """A child that is started again when it dies. Its process id is in NAME.pid."""

    def __init__(self, module: str, pid_file: Path) -> None:
        self._command = [sys.executable, "-m", module, "--tied"]
        self._pid_file = pid_file
        self._child: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def keep(self) -> None:
        """Start it, or start it again."""
        if self._child is not None and self._child.poll() is None:
            return
        if self._child is not None and self._child.returncode >= 0 and time.monotonic() - self._started < _RESTART_S:
            return
        self._started = time.monotonic()
        self._child = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603
        new = self._pid_file.with_name(f"{self._pid_file.name}.new")
        new.write_text(str(self._child.pid))
        new.replace(self._pid_file)

    def stop(self) -> None:
        """End it."""
        if self._child is not None:
            _stop(self._child)
        self._pid_file.unlink(missing_ok=True)


class _Children:
    """The web server, the engine and the asker of feeds, from start to end."""

    def __init__(self, host: str, port: int, data: Path, workers: int) -> None:
        self._ending = self._told = False
        self._host, self._port = host, port
        self._web_command = [
            *(sys.executable, "-m", "granian", "vedette.conf.asgi:application"),
            *("--interface", "asgi", "--host", host, "--port", str(port), "--workers", str(workers)),
            *("--http", "1", "--no-ws", "--log-level", "warning", "--workers-kill-timeout", "5"),
        ]
        self._kept = (
            _Kept("vedette.dispatch", data / "engine.pid"),
            _Kept("vedette.exchange", data / "asker.pid"),
        )

    def run(self) -> None:
        """Run until a signal comes or the web server ends."""
        for sent in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sent, self._end)
        web = subprocess.Popen(self._web_command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
        try:
            while not self._ending and web.poll() is None:
                for one in self._kept:
                    one.keep()
                self._tell_when_open()
                time.sleep(_LOOK_S)
        finally:
            _stop(web)
            for one in self._kept:
                one.stop()
        if not self._ending:
            refuse("serve", "web server", f"ended by itself with exit {web.returncode}; see its messages above")

    def _tell_when_open(self) -> None:
        """Say once where the pages are, as soon as somebody is listening there."""
        if self._told:
            return
        with contextlib.suppress(OSError), socket.create_connection((self._host, self._port), timeout=_LOOK_S):
            self._told = True
            shown = f"[{self._host}]" if ":" in self._host else self._host
            typer.echo(f"Vedette is at http://{shown}:{self._port}/ until it is stopped (Ctrl-C)", err=True)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._ending = True


def _stop(child: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and make it end when it does not."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if child.stdin is not None:
        with contextlib.suppress(OSError):
            child.stdin.close()
