"""`vedette serve` as anybody would start it: answers from the field, live progress, an engine that is kept alive."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.servers import http, migrated, smtp
from tests.servers.ports import free_port
from tests.system.test_kill import setting

pytestmark = pytest.mark.system

PEOPLE = 20


@dataclass
class Served:
    """A running installation."""

    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    tokens: dict[str, str]

    def ask(
        self, method: str, path: str, body: bytes | str = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body or None, headers or {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def say(self, token: str, **said: str) -> tuple[int, Any]:
        """Answer as a machine does."""
        status, _, body = self.ask("POST", f"/a/{token}", json.dumps(said), {"Content-Type": "application/json"})
        return status, json.loads(body)

    def engine(self) -> int:
        return int(Path(self.environment["VEDETTE_DATA"], "engine.pid").read_text())


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[Served]:
    port = free_port()
    command = [sys.executable, "-m", "vedette", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < deadline, "the server does not answer"
        yield Served(port, environment, process, {})
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0


@pytest.fixture(scope="module")
def database_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """As the one for all tests, but one for this file: a server takes seconds to start."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VEDETTE_")}
    environment["VEDETTE_DATA"] = str(tmp_path_factory.mktemp("data"))
    url = os.environ.get("VEDETTE_DATABASE_URL")
    if url is None:
        yield environment
        return
    from tests.servers import postgres

    with postgres.fresh_database(url) as fresh:
        yield {**environment, "VEDETTE_DATABASE_URL": fresh}


@pytest.fixture(scope="module")
def served(database_environment: dict[str, str]) -> Iterator[Served]:
    with smtp.running() as mail, http.running() as gateway:
        migrated.copy_for(database_environment)
        setting(database_environment, "prepare", PEOPLE, mail.port, gateway.url)
        with serving(database_environment) as running:
            mail.wait_for(PEOPLE)
            running.tokens = setting(database_environment, "tokens")
            yield running


def test_answers_come_in_by_form_and_json_and_bad_ones_say_what_is_wrong(served: Served) -> None:
    token = served.tokens["r1"]
    assert served.say(token, response="needs_help", note="north gate") == (
        200,
        {"recorded": "recorded", "state": "needs_help"},
    )
    assert served.say(token, response="needs_help")[1]["recorded"] == "repeated"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, headers, page = served.ask("POST", f"/a/{token}", "response=safe", form)
    assert status == 200
    assert b"Rider 1" in page
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    status, problem = served.say(token, response="perhaps")
    assert status == 400
    assert problem["errors"][0]["field"] == "response"
    assert served.ask("POST", f"/a/{token}", "response=", form)[0] == 400
    assert served.ask("POST", f"/a/{token}", "response=safe&note=" + "x" * 20_000, form)[0] == 413
    assert served.ask("POST", f"/a/{token}", b"\xff\xfe", {"Content-Type": "application/json"})[0] == 400
    assert served.ask("PUT", f"/a/{token}", "x")[0] == 405
    assert served.ask("POST", f"/a/{token}", "response=safe", {**form, "Host": "evil.example"})[0] == 400
    assert setting(served.environment, "report")["states"]["safe"] == 1


def test_a_forged_token_is_like_an_unknown_page_and_records_nothing(served: Served) -> None:
    real = served.tokens["r3"]
    forged = real[:-1] + ("A" if real[-1] != "A" else "B")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    pages = {
        served.ask("POST", f"/a/{token}", "response=safe", form)[2]
        for token in (forged, "x", "..%2F..%2Fetc", "%C3%A9")
    }
    assert len(pages) == 1
    assert served.say(forged, response="safe")[0] == 404
    assert served.say(real, response="acknowledged")[1] == {"recorded": "recorded", "state": "acknowledged"}


def events(served: Served, session: str) -> HTTPConnection:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.request("GET", "/events/warnings/1", headers={"Cookie": f"sessionid={session}"})
    return connection


def read_until(answer: Any, wanted: bytes) -> bytes:
    seen = b""
    while wanted not in seen:
        line = answer.readline()
        assert line, "the stream ended"
        seen += line
    return seen


def test_progress_is_pushed_and_who_is_silent_only_to_those_who_may_see_people(served: Served) -> None:
    officer, analyst = (setting(served.environment, "session", name) for name in ("officer", "analyst"))
    assert served.ask("GET", "/events/warnings/1")[0] == 403
    assert served.ask("GET", "/events/warnings/999", headers={"Cookie": f"sessionid={officer}"})[0] == 403
    seen = {}
    for name, session in (("officer", officer), ("analyst", analyst)):
        connection = events(served, session)
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.getheader("content-type") == "text/event-stream; charset=utf-8"
        seen[name] = read_until(answer, b"event: map")
        if name == "officer":
            seen[name] += read_until(answer, b"event: silent") if b"event: silent" not in seen[name] else b""
            served.say(served.tokens["r2"], response="safe")
            read_until(answer, b"event: counts")
        connection.close()
    assert b"event: counts" in seen["officer"]
    assert b"Rider" in read_all(seen["officer"], b"Rider", served, officer)
    assert b"event: silent" not in seen["analyst"]
    assert b"Rider" not in seen["analyst"]


def read_all(seen: bytes, wanted: bytes, served: Served, session: str) -> bytes:
    """What was seen, and as much more of a new stream as it takes."""
    if wanted in seen:
        return seen
    connection = events(served, session)
    try:
        return read_until(connection.getresponse(), wanted)
    finally:
        connection.close()


def test_a_killed_engine_is_started_again_and_a_second_server_is_refused(served: Served) -> None:
    before = served.engine()
    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while served.engine() == before:
        assert time.monotonic() < deadline
    os.kill(served.engine(), 0)
    second = subprocess.run(
        [sys.executable, "-m", "vedette", "serve", "--port", str(free_port())],
        env=served.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 2
    assert "served already" in second.stderr


@pytest.mark.parametrize(
    ("more", "environment", "why"),
    [
        (["--host", "0.0.0.0"], {}, "not loopback"),
        (["--host", "0.0.0.0", "--behind-proxy"], {"VEDETTE_SECRET": "changeme"}, "too weak"),
    ],
)
def test_an_unsafe_start_is_refused_in_one_line(
    database_environment: dict[str, str], more: list[str], environment: dict[str, str], why: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vedette", "serve", "--port", str(free_port()), *more],
        env={**database_environment, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert why in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_further_worker_is_refused_on_sqlite(database_environment: dict[str, str]) -> None:
    if "VEDETTE_DATABASE_URL" in database_environment:
        pytest.skip("this run is on PostgreSQL, where further workers are welcome")
    done = subprocess.run(
        [sys.executable, "-m", "vedette", "dispatch"],
        env=database_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "one engine" in done.stderr
