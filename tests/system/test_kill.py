"""Nobody is lost over `kill -9`: a real engine process is killed at chosen moments and started again."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import require
from tests.servers import http, migrated, parts, postgres, smtp
from vedette.dispatch.database import Desk

pytestmark = pytest.mark.system

PEOPLE = 500
#: An engine has this long to resume after it was killed, its start included.
RESUME_S = 10.0


class Engine:
    """An engine process, killed and started at will."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "vedette.dispatch"], env=self._environment)

    def kill(self) -> None:
        assert self._process is not None
        assert self._process.poll() is None, "it died by itself"
        self._process.kill()
        self._process.wait()

    def end(self) -> int:
        """SIGTERM; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(30)

    def wait(self) -> int:
        """The exit code, when it ends by itself."""
        assert self._process is not None
        return self._process.wait(30)

    def desks(self) -> list[int]:
        """The processes that work for it."""
        assert self._process is not None
        pid = self._process.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def engine(migrated_environment: dict[str, str]) -> Iterator[Engine]:
    process = Engine(migrated_environment)
    yield process
    process.close()


def setting(environment: dict[str, str], *command: object) -> Any:
    """Run one command of `tests.system.setting` on the engine's database."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.system.setting", *map(str, command)],
        env=environment,
        cwd=os.getcwd(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def wait_until_done(environment: dict[str, str], seconds: float = 120) -> Any:
    return setting(environment, "finished", seconds)


def keys_by_mail(mail: smtp.Sink) -> dict[tuple[str, str], list[str]]:
    """Address and subject -> the Message-IDs under which it came."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in mail.mails:
        found[one.recipients[0], str(one.message["Subject"])].append(str(one.message["Message-ID"]))
    return found


def keys_by_device(gateway: http.Gateway) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for request in gateway.requests:
        found[request.json["to"], request.json["type"]].append(request.headers["idempotency-key"])
    return found


def assert_nobody_lost(report: Any, mail: smtp.Sink, gateway: http.Gateway) -> None:
    assert report["recipients"] == PEOPLE
    assert report["never_tried"] == 0
    assert report["unsealed"] == 0
    assert report["verified"]
    assert sum(report["states"].values()) == PEOPLE
    assert "open" not in report["states"]
    riders = {f"r{number}" for number in range(PEOPLE)}
    assert {address.partition("@")[0] for address, _ in keys_by_mail(mail)} - {"boss"} == riders
    assert {to.removeprefix("device:") for to, _ in keys_by_device(gateway)} == riders
    warnings = {at: keys for at, keys in keys_by_mail(mail).items() if not at[0].startswith("boss")}
    for at, keys in (warnings | keys_by_device(gateway)).items():
        assert len(set(keys)) == 1, f"{at} came under different keys: {keys}"


MOMENTS: dict[str, Callable[[smtp.Sink, http.Gateway], object]] = {
    "first mail": lambda mail, gateway: mail.wait_for(1),
    "most mails": lambda mail, gateway: mail.wait_for(PEOPLE * 2 // 3),
    "all mails": lambda mail, gateway: mail.wait_for(PEOPLE),
    "some devices": lambda mail, gateway: gateway.wait_for(PEOPLE // 3),
    "last device": lambda mail, gateway: gateway.wait_for(PEOPLE),
}


def test_a_killed_engine_loses_nobody_and_repeats_only_with_the_same_key(
    engine: Engine, database_environment: dict[str, str], smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    setting(database_environment, "prepare", PEOPLE, smtp_sink.port, http_gateway.url)
    for happened in MOMENTS.values():
        engine.start()
        happened(smtp_sink, http_gateway)
        engine.kill()
    engine.start()
    report = wait_until_done(database_environment)
    assert_nobody_lost(report, smtp_sink, http_gateway)
    assert report["states"] == {"unanswered": PEOPLE}
    assert report["escalated"] == PEOPLE
    repeated = len(smtp_sink.mails) + len(http_gateway.requests) - 2 * PEOPLE
    assert repeated < 200 * len(MOMENTS) + 50, "a crash repeats no more than a flush holds"
    assert engine.end() == 0


def test_an_engine_killed_again_and_again_at_random_still_reaches_everyone(
    engine: Engine, database_environment: dict[str, str], smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    setting(database_environment, "prepare", PEOPLE, smtp_sink.port, http_gateway.url)
    chance = random.Random(20251204)
    mails = devices = 0
    for _ in range(6):
        engine.start()
        more = chance.randint(1, 150)
        if mails < PEOPLE:
            mails = len(smtp_sink.wait_for(min(mails + more, PEOPLE), RESUME_S))
        else:
            devices = len(http_gateway.wait_for(min(devices + more, PEOPLE), RESUME_S))
        engine.kill()
    engine.start()
    report = wait_until_done(database_environment)
    assert_nobody_lost(report, smtp_sink, http_gateway)


def test_an_engine_that_is_told_to_end_ends_without_repeating_anything(
    engine: Engine, database_environment: dict[str, str], smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    setting(database_environment, "prepare", PEOPLE, smtp_sink.port, http_gateway.url)
    engine.start()
    smtp_sink.wait_for(PEOPLE // 2)
    assert engine.end() == 0
    so_far = len(smtp_sink.mails)
    engine.start()
    smtp_sink.wait_for(PEOPLE)
    setting(database_environment, "all-clear")
    report = wait_until_done(database_environment)
    assert so_far < PEOPLE
    assert all(len(keys) == 1 for keys in keys_by_mail(smtp_sink).values())
    assert report["states"] == {"unanswered": PEOPLE}
    assert engine.end() == 0


def test_two_workers_share_the_work_and_one_takes_over_when_the_other_is_killed(
    engine: Engine, database_environment: dict[str, str], smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    if "VEDETTE_DATABASE_URL" not in database_environment:
        pytest.skip("SQLite has one engine")
    setting(database_environment, "prepare", PEOPLE, smtp_sink.port, http_gateway.url)
    other = Engine(database_environment)
    try:
        engine.start()
        other.start()
        smtp_sink.wait_for(PEOPLE // 2)
        engine.kill()
        report = wait_until_done(database_environment)
        assert_nobody_lost(report, smtp_sink, http_gateway)
        assert other.end() == 0
    finally:
        other.close()


@pytest.mark.long
def test_an_engine_killed_at_twenty_random_moments_loses_nobody(
    engine: Engine, database_environment: dict[str, str], smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    setting(database_environment, "prepare", PEOPLE, smtp_sink.port, http_gateway.url)
    chance = random.Random(4)
    for _ in range(20):
        engine.start()
        seen = len(smtp_sink.mails) + len(http_gateway.requests)
        more = min(seen + chance.randint(1, 2 * PEOPLE // 20), 2 * PEOPLE)
        deadline = time.monotonic() + RESUME_S
        while len(smtp_sink.mails) + len(http_gateway.requests) < more and time.monotonic() < deadline:
            time.sleep(0.001)
        engine.kill()
    engine.start()
    assert_nobody_lost(wait_until_done(database_environment), smtp_sink, http_gateway)


@pytest.mark.postgres
def test_a_database_killed_and_started_again_loses_nobody(
    tmp_path: Path, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    require(parts.Part.POSTGRESQL)
    with postgres.running(durable=True) as server:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("VEDETTE_")}
        environment = {**kept, "VEDETTE_DATA": str(tmp_path), "VEDETTE_DATABASE_URL": server.url}
        migrated.migrate(environment)
        setting(environment, "prepare", PEOPLE, smtp_sink.port, http_gateway.url)
        engine = Engine(environment)
        try:
            engine.start()
            for mails in (PEOPLE // 4, PEOPLE // 2):
                smtp_sink.wait_for(mails)
                server.kill()
                server.start_again()
            assert_nobody_lost(wait_until_done(environment), smtp_sink, http_gateway)
            assert engine.end() == 0
        finally:
            engine.close()


def test_nothing_of_a_killed_engine_stays_behind(
    engine: Engine, database_environment: dict[str, str], smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    setting(database_environment, "prepare", 20, smtp_sink.port, http_gateway.url)
    engine.start()
    smtp_sink.wait_for(1)
    desks = engine.desks()
    assert len(desks) == 4
    engine.kill()
    assert gone(desks, RESUME_S)


@pytest.mark.parametrize("desk", list(Desk))
def test_an_engine_that_loses_a_process_of_its_own_ends_so_that_another_takes_over(
    desk: Desk, engine: Engine, database_environment: dict[str, str], smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    setting(database_environment, "prepare", PEOPLE, smtp_sink.port, http_gateway.url)
    engine.start()
    smtp_sink.wait_for(1)
    desks = engine.desks()
    os.kill(desks[list(Desk).index(desk)], signal.SIGKILL)
    setting(database_environment, "all-clear")
    assert engine.wait() != 0
    assert gone(desks, RESUME_S)
    engine.start()
    report = wait_until_done(database_environment)
    assert report["recipients"] == PEOPLE
    assert "open" not in report["states"]
    assert report["verified"]


def gone(processes: list[int], seconds: float) -> bool:
    """Whether they are all gone in time."""
    deadline = time.monotonic() + seconds
    while any(Path(f"/proc/{pid}").exists() for pid in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
