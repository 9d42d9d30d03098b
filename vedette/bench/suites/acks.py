"""Acknowledgements: answers recorded on disk by many at once, beside bare inserts of as many rows and commits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from django.db import connection, transaction

from vedette.access.handling import Realm
from vedette.bench.house import expand, fill, issue
from vedette.bench.result import Result, Timing
from vedette.dispatch.acknowledge import Answer, GroupCommit, Outcome, Recorded, record
from vedette.dispatch.levels import Response
from vedette.dispatch.models import Acknowledgement, Recipient
from vedette.dispatch.tokens import RecipientRef

DEFAULT = 5_000
#: How many are answering at any moment.
AT_ONCE = 128


def run(n: int) -> list[Result]:
    """n people answer, 128 at a time; then all of them say the same again."""
    message = issue(fill(n))
    expand(message)
    ids = list(Recipient.objects.order_by("pk").values_list("pk", flat=True))
    batches: list[int] = []

    def counted(batch: Sequence[Answer]) -> list[Outcome]:
        batches.append(len(batch))
        return record(batch)

    first = asyncio.run(_answer(ids, GroupCommit(counted), Recorded.RECORDED))
    stored = Acknowledgement.objects.count()
    bare = _bare_insert(batches)
    again = asyncio.run(_answer(ids, GroupCommit(), Recorded.REPEATED))
    return [
        _result("acks.record", first, bare, len(ids) - stored, 0),
        _result("acks.repeat", again, None, 0, Acknowledgement.objects.count() - stored),
    ]


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
    return Timing(each, time.perf_counter() - began)


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


def _result(name: str, ours: Timing, limit: float | None, lost: int, duplicates: int) -> Result:
    return Result(
        name=name,
        n=len(ours.each),
        value=ours.per_second,
        unit="answers/s",
        limit=limit,
        limit_is="a narrow row inserted for each, in the same commits" if limit else "",
        p50_ms=ours.percentile_ms(0.5),
        p99_ms=ours.percentile_ms(0.99),
        lost=lost,
        duplicates=duplicates,
    )
