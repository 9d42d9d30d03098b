"""Acknowledgements recorded on disk, many at once: over HTTP beside a bare application in the same server, and without
HTTP beside bare inserts of as many rows in as many commits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from django.db import connection, transaction

from vedette.access.handling import Realm
from vedette.bench.house import expand, fill, issue
from vedette.bench.result import Result, Timing
from vedette.bench.web import AT_ONCE, post_all, serving
from vedette.demo.case import Cast
from vedette.dispatch.acknowledge import Answer, GroupCommit, Outcome, Recorded, record
from vedette.dispatch.levels import Response
from vedette.dispatch.models import Acknowledgement, Recipient
from vedette.dispatch.tokens import RecipientRef, make_token

DEFAULT = 5_000


def run(n: int) -> list[Result]:
    """n people answer, many at a time; then all of them say the same again; then they answer over HTTP."""
    cast = fill(n)
    expand(issue(cast))
    ids = list(Recipient.objects.order_by("pk").values_list("pk", flat=True))
    batches: list[int] = []

    def counted(batch: Sequence[Answer]) -> list[Outcome]:
        batches.append(len(batch))
        return record(batch)

    first = asyncio.run(_answer(ids, GroupCommit(counted), Recorded.RECORDED))
    stored = Acknowledgement.objects.count()
    bare = _bare_insert(batches)
    again = asyncio.run(_answer(ids, GroupCommit(), Recorded.REPEATED))
    repeated = Acknowledgement.objects.count() - stored
    narrow = "a narrow row inserted for each, in the same commits"
    return [
        _over_http(cast, n),
        _result("acks.record", first, bare, narrow, len(ids) - stored, 0),
        _result("acks.repeat", again, None, "", 0, repeated),
    ]


def _over_http(cast: Cast, n: int) -> Result:
    """The same people answer another warning over HTTP."""
    message = issue(cast)
    expand(message)
    ids = Recipient.objects.filter(warning=message.warning).values_list("pk", flat=True)
    paths = [f"/a/{make_token(pk, Realm.EXERCISE)}" for pk in ids]
    with serving("vedette.conf.asgi:application") as port:
        ours = asyncio.run(post_all(port, paths))
    with serving("vedette.bench.web:bare") as port:
        limit = asyncio.run(post_all(port, paths)).per_second
    stored = Acknowledgement.objects.filter(message=message).count()
    return _result("acks.http", ours, limit, "a bare application, same server and client", n - stored, 0)


async def _answer(ids: list[int], group: GroupCommit, expected: Recorded) -> Timing:
    waiting = iter(ids)
    each: list[float] = []

    async def person() -> None:
        for pk in waiting:
            began = time.perf_counter()
            outcome = await group.record(
                Answer(recipient=RecipientRef(pk, Realm.EXERCISE), response=Response.ACKNOWLEDGED)
            )
            assert outcome.recorded is expected, outcome
            each.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(person() for _ in range(AT_ONCE)))
    took = time.perf_counter() - began
    await group.close()
    return Timing(each, took)


def _bare_insert(batches: list[int]) -> float:
    """Rows a second: a narrow row for each answer, committed in the same batches."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_answer (recipient bigint PRIMARY KEY, response text, at text)")
        try:
            number = 0
            began = time.perf_counter()
            for size in batches:
                with transaction.atomic():
                    rows = [(number + at, "acknowledged", "2025-12-04T12:00:00Z") for at in range(size)]
                    cursor.executemany("INSERT INTO bench_answer VALUES (%s, %s, %s)", rows)
                number += size
            return number / (time.perf_counter() - began)
        finally:
            cursor.execute("DROP TABLE bench_answer")


def _result(name: str, ours: Timing, limit: float | None, limit_is: str, lost: int, duplicates: int) -> Result:
    return Result(
        name=name,
        n=len(ours.each),
        value=ours.per_second,
        unit="answers/s",
        limit=limit,
        limit_is=limit_is,
        p50_ms=ours.percentile_ms(0.5),
        p99_ms=ours.percentile_ms(0.99),
        lost=lost,
        duplicates=duplicates,
    )
