"""A process that has imported what Vedette rests on, and forks into every command that tests run.

Importing is most of what a short command costs. Nothing of Vedette is imported before the fork, and a command has its
own environment, arguments, folder and standard streams; it ends as any process does.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import runpy
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
#: From other packages, needing no settings: what most commands import.
_RESTS_ON = (
    *("cryptography.x509", "cryptography.hazmat.primitives.serialization.pkcs7", "lxml.etree", "numpy", "orjson"),
    *("phonenumbers", "psycopg", "pydantic", "shapely", "shapely.geometry", "signxml", "typer", "typer.main"),
    *("django.core.management", "django.core.serializers.json", "django.db.models", "django.forms", "django.http"),
    *("django.template.backends.django", "django.urls", "django.views.generic"),
)
_LENGTH, _CODE = struct.Struct("!I"), struct.Struct("!i")


def run(
    arguments: Sequence[str], environment: Mapping[str, str], given: str | None = None, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run `python -m MODULE ...` or `python -c CODE ...` at the repository's root, with `given` on standard input."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        stdin.write((given or "").encode())
        stdin.seek(0)
        streams = [stdin.fileno(), stdout.fileno(), stderr.fileno()]
        code = _warm().run({"arguments": list(arguments), "environment": dict(environment)}, streams, timeout)
        said = []
        for stream in (stdout, stderr):
            stream.seek(0)
            said.append(stream.read().decode())
    return subprocess.CompletedProcess([sys.executable, *arguments], code, *said)


class _Warm:
    """The process as whoever asks it sees it. It ends with the one that started it."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._one_at_a_time = threading.Lock()
        with theirs:
            command = [sys.executable, "-m", "tests.servers.warm", str(theirs.fileno())]
            self._process = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def run(self, asked: object, streams: list[int], timeout: float) -> int:
        """The exit code; below zero the signal that ended it, as subprocess says it."""
        mine, theirs = socket.socketpair()
        with mine:
            with theirs, self._one_at_a_time:
                body = json.dumps(asked).encode()
                socket.send_fds(self._socket, [_LENGTH.pack(len(body))], [*streams, theirs.fileno()])
                self._socket.sendall(body)
            mine.settimeout(timeout)
            (pid,) = _CODE.unpack(mine.recv(_CODE.size))
            try:
                (status,) = _CODE.unpack(mine.recv(_CODE.size))
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise
        return os.waitstatus_to_exitcode(status)


@functools.cache
def _warm() -> _Warm:
    return _Warm()


def _serve(asking: socket.socket) -> None:
    """Fork for each request, until whoever asks is gone. Returns in the process that is to become the command."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        length, descriptors, _, _ = socket.recv_fds(asking, _LENGTH.size, 4)
        if not length:
            sys.exit(0)
        body = b""
        while len(body) < _LENGTH.unpack(length)[0]:
            body += asking.recv(_LENGTH.unpack(length)[0] - len(body))
        if os.fork() == 0:
            break
        for descriptor in descriptors:
            os.close(descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asking.close()
    *streams, telling = descriptors
    if pid := os.fork():
        os.write(telling, _CODE.pack(pid))
        os.write(telling, _CODE.pack(os.waitpid(pid, 0)[1]))
        os._exit(0)
    os.close(telling)
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    asked = json.loads(body)
    os.environ.clear()
    os.environ.update(asked["environment"])
    how, what, *rest = asked["arguments"]
    sys.argv = [what if how == "-m" else how, *rest]
    if how == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    for name in _RESTS_ON:
        importlib.import_module(name)
    assert not any(name.partition(".")[0] == "vedette" for name in sys.modules)
    _serve(socket.socket(fileno=int(sys.argv[1])))
