"""The HTTP client against a server that answers anything, in any pieces, and ends wherever it likes."""

from __future__ import annotations

import asyncio
from collections import Counter

import uvloop
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.servers.scripted import Asked, Say, Then, scripted
from vedette.dispatch.channels.http_client import Answer, HttpClient, HttpError, Target

#: A request that is answered well is answered long before; the others are given up after it.
TIMEOUT_S = 0.1
#: Longer than any of them may take on the busiest machine.
FOR_EVER_S = 30.0
LOOPS = st.sampled_from([asyncio.run, uvloop.run])
STALE = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nstale"

FRAGMENTS = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 503 No\r\n", b"HTTP/1.1 100 \r\n\r\n", b"HTTP/1.1 101 \r\n", b"HTTP/"),
            *(b"content-length: 3\r\n", b"Content-Length: 99999999999999999999\r\n", b"content-length: -1\r\n"),
            *(b"transfer-encoding: chunked\r\n", b"connection: close\r\n", b"connection: upgrade\r\nupgrade: h2c\r\n"),
            *(b"retry-after: soon\r\n", b"x: " + b"y" * 20_000 + b"\r\n", b"x: y\r\n" * 150, b": \r\n", b"x\r\n"),
            *(
                b"\r\n",
                b"\r\n\r\n",
                b"abc",
                b"3\r\nabc\r\n",
                b"0\r\n\r\n",
                b"ffffffffffffffff\r\n",
                b"3;",
                b"z" * 70_000,
            ),
        ]
    ),
)


@given(
    st.lists(FRAGMENTS, max_size=8),
    st.sampled_from(Then),
    st.integers(1, 4),
    st.booleans(),
    LOOPS,
)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_server_says_each_request_ends_in_time_and_its_answer_is_small(
    fragments: list[bytes], then: Then, pieces_of: int, repeatable: bool, run: object
) -> None:
    pieces = tuple(b"".join(fragments[at : at + pieces_of]) for at in range(0, len(fragments), pieces_of))

    async def work() -> None:
        async with scripted(lambda _: Say(pieces, then)) as server:
            client = HttpClient(connections=2, timeout_s=TIMEOUT_S, allow_private=True)
            target = Target.of(f"http://127.0.0.1:{server.port}/")
            asking = (client.post(target, b"", b"x", repeatable=repeatable) for _ in range(3))
            ended = await asyncio.wait_for(asyncio.gather(*asking, return_exceptions=True), FOR_EVER_S)
            await client.close()
        for one in ended:
            assert isinstance(one, Answer | HttpError), repr(one)
            if isinstance(one, Answer):
                assert 200 <= one.status < 600
                assert len(one.body) <= 2_000
                assert sum(len(name) + len(value) for name, value in one.headers) < 300_000
                assert one.header("retry-after") in ("", "soon")

    run(work())  # type: ignore[operator]


def good(number: int, framing: str) -> bytes:
    """An answer that says which request it is for."""
    body = b"for %d" % number
    if framing == "length":
        return b"HTTP/1.1 202 Accepted\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
    if framing == "chunks":
        return b"HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    if framing == "interim":
        return b"HTTP/1.1 102 Processing\r\n\r\n" + good(number, "length")
    return b"HTTP/1.1 202 Accepted\r\n\r\n%b" % body


@st.composite
def says(draw: st.DrawFn) -> tuple[str, int, Then, bytes, float]:
    """How one request is answered: framing, size of pieces, what follows, what comes too much, where it breaks off."""
    framing = draw(st.sampled_from(["length", "chunks", "interim", "end"]))
    then = Then.CLOSE if framing == "end" else draw(st.sampled_from(Then))
    extra = draw(st.sampled_from([b"", b"", STALE, STALE[:20], b"\0"])) if framing != "end" else b""
    return framing, draw(st.sampled_from([1, 5, 1_000])), then, extra, draw(st.sampled_from([1.0, 1.0, 1.0, 0.0, 0.5]))


@given(st.lists(says(), min_size=1, max_size=8), st.integers(1, 3), LOOPS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_request_ever_gets_the_answer_to_another_and_a_good_one_gets_through_in_the_end(
    plan: list[tuple[str, int, Then, bytes, float]], connections: int, run: object
) -> None:
    times: Counter[int] = Counter()

    def script(asked: Asked) -> Say:
        number = int(asked.body)
        times[number] += 1
        if number == len(plan) or times[number] > 1:
            return Say((good(number, "length"),))
        framing, size, then, extra, share = plan[number]
        answer = good(number, framing)
        say = Say.cut(answer[: int(len(answer) * share)], size, then)
        # Bytes too many come with the last piece: such that came only after the next request had left could be told
        # from its answer by nobody.
        return Say((*say.pieces[:-1], say.pieces[-1] + extra), then) if share == 1.0 else say

    async def work() -> None:
        async with scripted(script) as server:
            client = HttpClient(connections=connections, timeout_s=TIMEOUT_S, allow_private=True)
            target = Target.of(f"http://127.0.0.1:{server.port}/")

            async def ask(number: int) -> bool:
                try:
                    answer = await client.post(target, b"", b"%d" % number, repeatable=True)
                except HttpError:
                    return False
                assert answer.status == 202
                assert answer.body == b"for %d" % number
                return True

            async def all_of_them() -> None:
                await asyncio.gather(*(ask(number) for number in range(len(plan))))
                while not await ask(len(plan)):
                    pass

            await asyncio.wait_for(all_of_them(), FOR_EVER_S)
            await client.close()

    run(work())  # type: ignore[operator]
