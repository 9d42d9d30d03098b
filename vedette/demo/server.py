"""The example's own `vedette serve`: started as anybody would start it; its engine can be found and killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path


class DidNotStart(Exception):
    """The server did not answer in time; holds the end of what it said."""


class Server:
    """A `vedette serve` process on loopback, with its engine."""

    def __init__(self, port: int, data: Path) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._data = data
        self._log = (data / "serve.log").open("ab")
        self._process = subprocess.Popen(  # noqa: S603  (our own command)
            [sys.executable, "-m", "vedette", "serve", "--port", str(port), "--data", str(data)],
            stdout=self._log,
            stderr=self._log,
            stdin=subprocess.DEVNULL,
        )

    def wait_until_up(self, seconds: float = 60) -> None:
        """Wait for /healthz. Raises DidNotStart."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with (
                contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
                urllib.request.urlopen(f"{self.address}/healthz", timeout=2) as answer,  # noqa: S310  (loopback)
            ):
                if answer.status == 200:
                    return
            time.sleep(0.1)
        tail = (self._data / "serve.log").read_text(errors="replace")[-2_000:]
        raise DidNotStart(f"the server did not answer at {self.address} within {seconds:.0f} s:\n{tail}")

    def kill_engine(self) -> bool:
        """SIGKILL the engine process; whether there was one. `vedette serve` starts it again."""
        try:
            pid = int((self._data / "engine.pid").read_text())
            os.kill(pid, signal.SIGKILL)
        except (OSError, ValueError):
            return False
        return True

    def stop(self) -> None:
        """End the server and its engine."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        self._log.close()
