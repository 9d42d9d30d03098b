"""An answer that was thanked for is on disk: the web server is killed while people answer, and started again."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from queue import Empty, SimpleQueue

import pytest

from tests.servers.ports import free_port
from tests.system.test_kill import setting

pytestmark = pytest.mark.system

PEOPLE, AT_ONCE = 400, 24


class Front:
    """The web server alone, which can be killed and started again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [sys.executable, "-m", "granian", "vedette.conf.asgi:application", "--interface", "asgi"]
        self._process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(self.port), "--http", "1", "--no-ws"],
            env=self._environment,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).close()
                return
            except (urllib.error.URLError, ConnectionError):
                assert self._process.poll() is None, "the server ended"
                assert time.monotonic() < deadline, "the server does not answer"

    def kill(self) -> None:
        """End it and its worker as a crash would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


@pytest.fixture
def front(migrated_environment: dict[str, str]) -> Iterator[Front]:
    found = Front(migrated_environment)
    yield found
    found.kill()


class Crowd:
    """People who answer, many at a time, until everyone has or the server is gone."""

    def __init__(self, port: int, tokens: dict[str, str]) -> None:
        self._port = port
        self._waiting: SimpleQueue[tuple[str, str]] = SimpleQueue()
        for one in tokens.items():
            self._waiting.put(one)
        #: Whose answer was answered 200.
        self.thanked: list[str] = []
        self._people = [threading.Thread(target=self._answer) for _ in range(AT_ONCE)]
        for person in self._people:
            person.start()

    def wait(self, thanked: int = 0) -> None:
        """Wait until so many are thanked, or until they have all come to an end."""
        while any(person.is_alive() for person in self._people) and not (thanked and len(self.thanked) >= thanked):
            self._people[0].join(0.001)

    def _answer(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            while True:
                code, token = self._waiting.get_nowait()
                connection.request("POST", f"/a/{token}", '{"response": "safe"}', {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200
                self.thanked.append(code)
        except (Empty, OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()


def test_whoever_was_thanked_is_recorded_though_the_server_is_killed(
    front: Front, database_environment: dict[str, str]
) -> None:
    setting(database_environment, "prepare", PEOPLE, 9, "http://127.0.0.1:9/")
    tokens = setting(database_environment, "expand")
    thanked: set[str] = set()
    for moment in (1, PEOPLE // 3):
        front.start()
        crowd = Crowd(front.port, {code: token for code, token in tokens.items() if code not in thanked})
        crowd.wait(moment)
        front.kill()
        crowd.wait()
        thanked |= set(crowd.thanked)
        found = setting(database_environment, "answered")
        assert thanked <= found["said"].keys()
        assert found["verified"]
    assert len(thanked) < PEOPLE, "it was killed on the way"
    front.start()
    crowd = Crowd(front.port, {code: token for code, token in tokens.items() if code not in thanked})
    crowd.wait()
    assert thanked | set(crowd.thanked) == tokens.keys()
    # Whoever was recorded but not thanked said it again, and is recorded once.
    found = setting(database_environment, "answered")
    assert found == {"said": {code: ["safe"] for code in tokens}, "verified": True}
