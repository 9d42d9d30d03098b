"""Acknowledgements recorded on disk, many at once: over HTTP beside a bare application in the same server, also while
the engine sends, and without HTTP beside bare inserts of as many rows in as many commits; and tokens that are none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from django.db import connection, connections, transaction

from vedette.access.handling import Realm
from vedette.bench.engines import engine, wait
from vedette.bench.house import connect, expand, fill, issue
from vedette.bench.load import AT_ONCE, Heard, Load
from vedette.bench.result import Result, Timing, seconds
from vedette.bench.sinks import sink
from vedette.bench.web import serving
from vedette.demo.case import Cast
from vedette.dispatch.acknowledge import Answer, Outcome, Recorded, record
from vedette.dispatch.group_commit import GroupCommit
from vedette.dispatch.levels import Response
from vedette.dispatch.models import Acknowledgement, Lease, Recipient
from vedette.dispatch.tokens import RecipientRef, make_token, read_token
from vedette.warnings.models import Message

DEFAULT = 20_000


def run(n: int) -> list[Result]:
    """n people answer over HTTP, n more while others are being warned, n more without HTTP; and these repeat it."""
    cast = fill(n)
    return [*_over_http(cast, n), _while_sending(cast, n), *_tokens(n), *_recorded(cast)]


def _over_http(cast: Cast, n: int) -> list[Result]:
    """The answers of n people, and as many with a token that somebody made up."""
    message = _expanded(cast)
    paths = _paths(message)
    with serving("vedette.conf.asgi:application") as port:
        ours = Load(port, paths).heard()
        forged = Load(port, [_forged(path) for path in paths]).heard()
    with serving("vedette.bench.web:bare") as port:
        limit = Load(port, paths).heard().timing.per_second
    bare = "a bare application, same server and client"
    return [
        _result("acks.http", ours.timing, limit, bare, _lost(message, ours, n)),
        _result("acks.http-forged", forged.timing, limit, bare, n - forged.statuses.get(404, 0)),
    ]


def _while_sending(cast: Cast, n: int) -> Result:
    """The answers of n people while an engine sends another message to as many, as fast as it can."""
    message = _expanded(cast)
    paths = _paths(message)
    with sink("http") as where, serving("vedette.conf.asgi:application") as port:
        connect("webhook", where.port, AT_ONCE)
        with engine(cast):
            where.forget()
            issue(cast)
            wait(lambda: where.count() > 0)
            heard = Load(port, paths).heard()
            wait(lambda: where.count() >= n)
    return _result("acks.http-while-sending", heard.timing, None, "", _lost(message, heard, n))


def _expanded(cast: Cast) -> Message:
    """A warning with its recipients stored, that no engine will send."""
    message = issue(cast)
    expand(message)
    Lease.objects.filter(message=message).delete()
    return message


def _paths(message: Message) -> list[str]:
    ids = list(Recipient.objects.filter(warning=message.warning).values_list("pk", flat=True))
    connections.close_all()
    return [f"/a/{make_token(pk, Realm.EXERCISE)}" for pk in ids]


def _forged(text: str) -> str:
    """The same with another last letter."""
    return text[:-1] + ("A" if text[-1] != "A" else "B")


def _lost(message: Message, heard: Heard, n: int) -> int:
    """Answers that were not thanked for, or not stored."""
    return n - min(heard.statuses.get(200, 0), Acknowledgement.objects.filter(message=message).count())


def _tokens(n: int) -> list[Result]:
    """How fast a forged token is told from a real one, beside the real one: turn by turn, each at its best."""
    real = [make_token(number, Realm.EXERCISE) for number in range(n)]
    forged = [_forged(token) for token in real]
    took = [min(times) for times in zip(*((_reading(forged), _reading(real)) for _ in range(20)), strict=True)]
    return [
        Result(
            name="acks.token-forged",
            n=n,
            value=n / took[0],
            unit="tokens/s",
            limit=n / took[1],
            limit_is="real tokens; where both take as long, time tells a forger nothing",
            lost=sum(read_token(one) is not None for one in forged),
        )
    ]


def _reading(tokens: list[str]) -> float:
    return seconds(lambda: [read_token(one) for one in tokens], rounds=1)


def _recorded(cast: Cast) -> list[Result]:
    """Without HTTP: the first answers, then the same again."""
    ids = list(Recipient.objects.filter(warning=_expanded(cast).warning).values_list("pk", flat=True))
    before = Acknowledgement.objects.count()
    batches: list[int] = []

    def counted(batch: Sequence[Answer]) -> list[Outcome]:
        batches.append(len(batch))
        return record(batch)

    first = asyncio.run(_answer(ids, GroupCommit(counted), Recorded.RECORDED))
    stored = Acknowledgement.objects.count() - before
    bare = _bare_insert(batches)
    again = asyncio.run(_answer(ids, GroupCommit(record), Recorded.REPEATED))
    repeated = Acknowledgement.objects.count() - before - stored
    narrow = "a narrow row inserted for each, in the same commits"
    return [
        _result("acks.record", first, bare, narrow, len(ids) - stored),
        _result("acks.repeat", again, None, "", 0, repeated),
    ]


async def _answer(ids: list[int], group: GroupCommit[Answer, Outcome], expected: Recorded) -> Timing:
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


def _result(name: str, ours: Timing, limit: float | None, limit_is: str, lost: int, duplicates: int = 0) -> Result:
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
