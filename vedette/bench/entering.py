"""From entering the area of a warning in force to the delivery in the queue, at a steady rate of updates by HTTP: the
front takes them and an engine sends, both as in earnest, in processes of their own."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.db import connection, connections
from shapely.geometry import mapping

from vedette import clock
from vedette.access.actors import make_token
from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.access.roles import Verb
from vedette.bench.engines import engine, wait, wait_until_sent
from vedette.bench.house import CONNECTIONS, CROWD, connect, content, fill
from vedette.bench.position_load import TOGETHER, PositionLoad, Told
from vedette.bench.result import Result, Timing
from vedette.bench.sinks import sink
from vedette.bench.web import serving
from vedette.demo.case import Cast
from vedette.demo.world import REALM
from vedette.dispatch.models import Recipient
from vedette.dispatch.sql import stamp
from vedette.people.models import Person, Position
from vedette.places.geometry import circle
from vedette.warnings import actions as warnings
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Message

#: Updates a second that are asked of it.
RATE = 30_000
#: Warnings in force, and the share of people who enter one of their areas.
WARNINGS, ENTERING = 20, 0.02
#: Metres: the areas' radius, and from their middles to where people are at first.
_RADIUS_M, _AWAY_M = 5_000.0, 9_000.0
#: Seconds between looks at what is queued, and after which what is not queued counts as lost.
_LOOK_S, _PATIENCE_S = 0.01, 30.0


def entered_and_queued(n: int) -> list[Result]:
    """n people tell where they are: as fast as it is taken, then at RATE, when some of them enter."""
    cast = fill(n)
    people = _Crowd(n)
    people.store()
    token = _token(cast)
    with tempfile.TemporaryDirectory() as folder, sink("http") as where:
        file = Path(folder) / "people.npy"
        connect("webhook", where.port, CONNECTIONS["webhook"])
        np.save(file, people.table(people.lon, people.lat))
        connections.close_all()
        with serving("vedette.bench.web:bare") as port:
            bare = _rate(PositionLoad(port, 1e9, token, file).told(), n)
        with serving("vedette.conf.asgi:application") as port:
            ours = PositionLoad(port, 1e9, token, file).told()
            with engine(cast) as running:
                for middle in people.middles:
                    wait_until_sent(_issue(cast, middle), running)
                np.save(file, people.table(*people.entering()))
                load = PositionLoad(port, RATE, token, file)
                queued = _watch(load, len(people.rows))
                told = load.told()
    return [_taken(ours, n, bare), _queued(people, told, queued, n)]


class _Crowd:
    """People about a few areas: where they are, and who of them goes into one."""

    def __init__(self, n: int) -> None:
        self._chance = np.random.default_rng(3)
        self._n, in_force = n, min(WARNINGS, max(2, n // 1_000))
        self.middles = [(44.0 + 0.2 * (at % 5), 0.5 + 0.3 * (at // 5)) for at in range(in_force)]
        self._middle = np.array(self.middles)[self._chance.integers(in_force, size=n)]
        self.lon, self.lat = self._from_middle(self._chance.uniform(_AWAY_M, _AWAY_M * 1.1, n))
        # One is in each area from the start: a warning that reaches nobody is none.
        for at, (lat, lon) in enumerate(self.middles[:n]):
            self.lon[at], self.lat[at], self._middle[at] = lon, lat, (lat, lon)
        self.rows = np.sort(self._chance.choice(np.arange(min(in_force, n - 1), n), max(1, int(n * ENTERING)), False))

    def entering(self) -> tuple[np.ndarray, np.ndarray]:
        """Where they are next: some within an area, the others some steps on."""
        lon, lat = (column + self._chance.normal(0, 1e-4, self._n) for column in (self.lon, self.lat))
        inside = self._from_middle(self._chance.uniform(0, _RADIUS_M * 0.8, self._n))
        lon[self.rows], lat[self.rows] = inside[0][self.rows], inside[1][self.rows]
        return lon, lat

    def table(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """What the load generator takes."""
        return np.column_stack([np.arange(1, self._n + 1), lat, lon])

    def store(self) -> None:
        """A position each, a minute old, a shift that lasts, and consent."""
        now = clock.now()
        crowd = f"people_person p JOIN people_unit u ON u.id = p.unit_id WHERE u.code = '{CROWD}'"
        Person.objects.filter(unit__code=CROWD).update(position_consent=True)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO people_shift (person_id, starts, ends, changed_at) SELECT p.id, %s, %s, %s FROM {crowd}",
                [stamp(now - timedelta(hours=1)), stamp(now + timedelta(hours=9)), stamp(now - timedelta(days=1))],
            )
        ids = dict(Person.objects.filter(unit__code=CROWD).values_list("code", "pk"))
        at = now - timedelta(minutes=1)
        Position.objects.bulk_create(
            (
                Position(
                    person_id=ids[f"{CROWD}-{row + 1}"],
                    lat=self.lat[row],
                    lon=self.lon[row],
                    accuracy_m=10,
                    fixed_at=at,
                    received_at=at,
                )
                for row in range(self._n)
            ),
            batch_size=2_000,
        )

    def _from_middle(self, metres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        turn = self._chance.uniform(0, 2 * np.pi, self._n)
        lat, lon = self._middle.T
        degrees = metres / 111_195
        return lon + degrees * np.cos(turn) / np.cos(np.radians(lat)), lat + degrees * np.sin(turn)


def _token(cast: Cast) -> str:
    user = User.objects.get(pk=cast.admin.user_id)
    return make_token(user, "positions", Realm(REALM), [Verb.KEEP_ROSTER, Verb.SEE_PEOPLE])


def _issue(cast: Cast, middle: tuple[float, float]) -> Message:
    """A warning for whoever is within an area."""
    plan = {"name": "bench", "steps": [{"action": "send", "channel": "webhook", "wait_s": 3_600}]}
    told: dict[str, Any] = content(urgent=True)
    told["area"] = {**told["area"], "geometry": mapping(circle(*middle, _RADIUS_M))}
    draft = warnings.Draft.of(told, {"terms": [{"link": "position"}]}, plan)
    message = warnings.submit(cast.officer, warnings.draft_warning(cast.officer, draft), "only measured")
    warnings.approve(cast.second, message, content_hash(message))
    return warnings.issue(cast.second, message)


def _watch(load: PositionLoad, expected: int) -> dict[str, float]:
    """When each late joiner was seen in the queue: person's code -> seconds since 1970."""
    seen: dict[str, float] = {}
    last = Recipient.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    patience = _PATIENCE_S

    def all_there() -> bool:
        nonlocal last, patience
        new = Recipient.objects.filter(pk__gt=last, late=True).order_by("pk").values_list("pk", "person__code")
        now = time.time()
        for pk, code in new:
            last, seen[code] = pk, now
        if load.over:
            patience -= _LOOK_S
        return (load.over and len(seen) >= expected) or patience <= 0

    wait(all_there, every_s=_LOOK_S)
    return seen


def _rate(told: Told, n: int) -> float:
    return n / (max(told.answered) - told.due[0])


def _taken(told: Told, n: int, bare: float) -> Result:
    each = Timing([answered - due for due, answered in zip(told.due, told.answered, strict=True)], 1.0)
    return Result(
        name="positions.http",
        n=n,
        value=_rate(told, n),
        unit="updates/s",
        limit=bare,
        limit_is="a bare application, same server and client",
        lost=n - sum(told.kept),
        note=f"a thousand to a request, each on disk before its answer, the last after {max(each.each):.1f} s",
    )


def _queued(people: _Crowd, told: Told, queued: dict[str, float], n: int) -> Result:
    took = [
        queued[code] - told.due[row // TOGETHER]
        for row in people.rows.tolist()
        if (code := f"{CROWD}-{row + 1}") in queued
    ]
    timing = Timing(took, max(told.answered) - told.due[0])
    return Result(
        name="positions.entered-to-queued",
        n=len(people.rows),
        value=len(took) / timing.total,
        unit="entries/s",
        p50_ms=timing.percentile_ms(0.5) if took else None,
        p99_ms=timing.percentile_ms(0.99) if took else None,
        lost=len(people.rows) - len(took) + n - sum(told.kept),
        duplicates=len(queued) - len(took),
        note=f"at {_rate(told, n):,.0f} updates/s of {RATE:,} asked, {len(people.middles)} warnings in force",
    )
