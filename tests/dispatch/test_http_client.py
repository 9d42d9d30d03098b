"""The HTTP client against a server that says what a test tells it: framing, reuse, limits, and what it never does."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import uvloop

from tests.servers import certificate
from tests.servers.ports import free_port
from tests.servers.scripted import Asked, Say, Script, Server, Then, scripted
from vedette.dispatch.channels.http_addresses import is_public
from vedette.dispatch.channels.http_client import Answer, HttpClient, HttpError, Kind, Target, header_lines

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]
LOOPS = {"asyncio": asyncio.run, "uvloop": uvloop.run}
#: Long enough for the busiest machine: nothing that is to come in time waits for it.
PLENTY_S = 20.0


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Run[Any]:
    """Runs a coroutine in either event loop."""
    return LOOPS[request.param]


@asynccontextmanager
async def client_of(connections: int = 4, timeout_s: float = PLENTY_S, **more: Any) -> AsyncIterator[HttpClient]:
    client = HttpClient(connections=connections, timeout_s=timeout_s, **{"allow_private": True, **more})
    try:
        yield client
    finally:
        await client.close()


def at(server: Server, host: str = "127.0.0.1", scheme: str = "http") -> Target:
    return Target.of(f"{scheme}://{host}:{server.port}/messages?to=ann")


def plain(body: bytes = b"{}", status: str = "202 Accepted", more: bytes = b"") -> bytes:
    return b"HTTP/1.1 %b\r\n%bcontent-length: %d\r\n\r\n%b" % (status.encode(), more, len(body), body)


def always(answer: bytes, then: Then = Then.KEEP) -> Script:
    return lambda _: Say((answer,), then)


async def post(client: HttpClient, target: Target, body: bytes = b"x", **more: Any) -> Answer:
    return await client.post(target, b"idempotency-key: k\r\n", body, **more)


async def kind_of(asking: Coroutine[Any, Any, Answer]) -> Kind:
    with pytest.raises(HttpError) as raised:
        await asking
    return raised.value.kind


def test_a_request_says_where_it_goes_what_it_carries_and_how_long_it_is(run: Run[Any]) -> None:
    async def work() -> None:
        async with scripted(always(plain())) as server, client_of() as client:
            await client.post(at(server), header_lines({"Content-Type": "text/plain"}), "Grüße".encode())
            (asked,) = server.asked
            lines = asked.head.decode().split("\r\n")
            assert lines[0] == "POST /messages?to=ann HTTP/1.1"
            assert {f"host: 127.0.0.1:{server.port}", "Content-Type: text/plain", "content-length: 7"} < set(lines)
            assert asked.body == "Grüße".encode()

    run(work())


FRAMED = {
    "by its length": plain(b"all of it", more=b"Retry-After: 7\r\n"),
    "in chunks": b"HTTP/1.1 202 Accepted\r\nRETRY-AFTER: 7\r\ntransfer-encoding: chunked\r\n\r\n"
    b"3;x=y\r\nall\r\n6\r\n of it\r\n0\r\nretry-after: 8\r\n\r\n",
    "by the end of the connection": b"HTTP/1.1 202 Accepted\r\nretry-after: 7\r\n\r\nall of it",
    "after interim answers": b"HTTP/1.1 100 Continue\r\nretry-after: 9\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n"
    + plain(b"all of it", more=b"retry-after: 7\r\n"),
}


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize("framed", FRAMED)
def test_an_answer_is_whole_however_it_is_framed_and_whatever_pieces_it_comes_in(
    run: Run[Any], framed: str, size: int
) -> None:
    then = Then.CLOSE if "connection" in framed else Then.KEEP

    async def work() -> None:
        async with scripted(lambda _: Say.cut(FRAMED[framed], size, then)) as server, client_of() as client:
            for _ in range(2):
                answer = await post(client, at(server))
                assert (answer.status, answer.body, answer.header("retry-after")) == (202, b"all of it", "7")
            assert server.connections == (2 if then is Then.CLOSE else 1)

    run(work())


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_that_has_no_body_ends_with_its_head(run: Run[Any], status: str) -> None:
    async def work() -> None:
        async with scripted(always(f"HTTP/1.1 {status}\r\n\r\n".encode())) as server, client_of() as client:
            assert [(await post(client, at(server))).body for _ in range(2)] == [b"", b""]

    run(work())


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
def test_no_redirect_is_followed(run: Run[Any], status: str) -> None:
    async def work() -> None:
        async with scripted(always(plain(status=status, more=b"location: /elsewhere\r\n"))) as server:
            async with client_of() as client:
                answer = await post(client, at(server))
            assert (answer.status, answer.header("location")) == (int(status[:3]), "/elsewhere")
            assert len(server.asked) == 1

    run(work())


@pytest.mark.parametrize(
    "answer",
    [
        plain(more=b"connection: close\r\n"),
        plain().replace(b"HTTP/1.1", b"HTTP/1.0"),
        plain() + plain(b"not asked for"),
        plain() + b"junk",
    ],
    ids=["told to close", "HTTP/1.0", "two answers", "junk behind it"],
)
def test_a_connection_is_not_used_again_where_its_next_bytes_would_not_be_the_next_answer(
    run: Run[Any], answer: bytes
) -> None:
    async def work() -> None:
        async with scripted(always(answer)) as server, client_of() as client:
            for _ in range(3):
                assert (await post(client, at(server))).body == b"{}"
            assert server.connections == 3

    run(work())


def test_what_a_server_says_between_two_requests_is_not_the_next_ones_answer(run: Run[Any]) -> None:
    async def work() -> None:
        async with scripted(always(plain())) as server, client_of() as client:
            await post(client, at(server))
            stale = server.writers[0].get_extra_info("socket")
            socket.socket(fileno=socket.dup(stale.fileno())).send(plain(b"nobody asked"))
            assert (await post(client, at(server))).body == b"{}"
            assert server.connections == 2

    run(work())


def test_no_more_connections_are_made_than_are_allowed_and_they_are_used_again(run: Run[Any]) -> None:
    async def work() -> None:
        async with scripted(always(plain())) as server, client_of(connections=3) as client:
            answers = await asyncio.gather(*(post(client, at(server)) for _ in range(50)))
            assert [answer.status for answer in answers] == [202] * 50
            assert server.connections == 3

    run(work())


def test_idle_connections_to_one_server_make_room_for_those_to_another(run: Run[Any]) -> None:
    async def work() -> None:
        async with scripted(always(plain())) as one, scripted(always(plain())) as other:
            async with client_of(connections=2) as client:
                await asyncio.gather(*(post(client, at(one)) for _ in range(2)))
                await asyncio.gather(*(post(client, at(other)) for _ in range(2)))
                await asyncio.gather(post(client, at(one)), post(client, at(other)))
            assert (one.most_open, other.most_open) == (2, 2)
            assert one.connections + other.connections == 5

    run(work())


def swallows(*where: tuple[int, int]) -> Script:
    """Closes without a word at those (connection, turn)s."""
    return lambda asked: Say((), Then.CLOSE) if (asked.connection, asked.turn) in where else Say((named(asked),))


def named(asked: Asked) -> bytes:
    """An answer that says over which connection it was asked for, and as which request there."""
    return plain(f"{asked.connection}.{asked.turn}".encode())


def test_a_request_that_a_kept_connection_swallowed_is_sent_once_more_if_it_may_be_repeated(run: Run[Any]) -> None:
    async def work() -> None:
        async with scripted(swallows((0, 1))) as server, client_of() as client:
            await post(client, at(server))
            assert (await post(client, at(server), b"again", repeatable=True)).body == b"1.0"
            assert [asked.body for asked in server.asked] == [b"x", b"again", b"again"]

    run(work())


def test_a_request_that_may_not_be_repeated_never_is(run: Run[Any]) -> None:
    async def work() -> None:
        async with scripted(swallows((0, 1))) as server, client_of() as client:
            await post(client, at(server))
            assert await kind_of(post(client, at(server))) is Kind.CLOSED
            assert len(server.asked) == 2

    run(work())


def test_a_request_is_sent_twice_at_most_and_over_a_new_connection_once(run: Run[Any]) -> None:
    async def work() -> None:
        async with scripted(swallows((0, 1), (1, 0))) as server, client_of() as client:
            await post(client, at(server))
            assert await kind_of(post(client, at(server), repeatable=True)) is Kind.CLOSED
            assert len(server.asked) == 3
        async with scripted(swallows((0, 0))) as server, client_of() as client:
            assert await kind_of(post(client, at(server), repeatable=True)) is Kind.CLOSED
            assert len(server.asked) == 1

    run(work())


def test_a_request_whose_answer_had_begun_is_not_sent_again(run: Run[Any]) -> None:
    async def work() -> None:
        def script(asked: Asked) -> Say:
            return Say((b"HTTP/1.1 2",), Then.CLOSE) if asked.turn else Say((plain(),))

        async with scripted(script) as server, client_of() as client:
            await post(client, at(server))
            with pytest.raises(HttpError) as raised:
                await post(client, at(server), repeatable=True)
            assert (raised.value.kind, raised.value.unreachable) == (Kind.CLOSED, False)
            assert len(server.asked) == 2

    run(work())


def test_a_connection_that_the_server_closed_in_the_meantime_costs_nothing(run: Run[Any]) -> None:
    async def work() -> None:
        async with scripted(always(plain(), Then.CLOSE)) as server, client_of() as client:
            for turn in range(5):
                assert (await post(client, at(server))).status == 202
                await server.writers[turn].wait_closed()
            assert len(server.asked) == 5

    run(work())


@pytest.mark.parametrize(
    "answer",
    [
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 2xx Fine\r\n\r\n",
        b"HTTP/1.1 42 Odd\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 700 Odd\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
)
def test_what_is_no_answer_of_http_is_said_to_be_none(run: Run[Any], answer: bytes) -> None:
    async def work() -> None:
        async with scripted(always(answer)) as server, client_of() as client:
            assert await kind_of(post(client, at(server))) is Kind.NOT_HTTP

    run(work())


@pytest.mark.parametrize(
    ("answer", "then"),
    [
        (b"", Then.CLOSE),
        (b"", Then.RESET),
        (b"HTTP/1.1 200 OK\r\n", Then.CLOSE),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{}", Then.CLOSE),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}", Then.CLOSE),
        (b"HTTP/1.1 200 OK\r\n\r\nthe connection is its end", Then.RESET),
    ],
)
def test_an_answer_that_breaks_off_is_none(run: Run[Any], answer: bytes, then: Then) -> None:
    async def work() -> None:
        async with scripted(always(answer, then)) as server, client_of() as client:
            assert await kind_of(post(client, at(server))) is Kind.CLOSED

    run(work())


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n", plain(b"half")[:-1]])
def test_an_answer_that_does_not_come_is_given_up_in_time_and_harms_no_other(run: Run[Any], answer: bytes) -> None:
    async def work() -> None:
        def script(asked: Asked) -> Say:
            return Say((answer,)) if asked.body == b"silence" else Say((plain(),))

        others: list[int] = []
        async with scripted(script) as server, client_of(connections=2, timeout_s=0.6) as client:
            began = asyncio.get_running_loop().time()
            silent = asyncio.ensure_future(post(client, at(server), b"silence"))
            while not silent.done():
                # One that a busy machine makes late may be given up, too.
                with contextlib.suppress(HttpError):
                    others.append((await post(client, at(server))).status)
            error = silent.exception()
            assert isinstance(error, HttpError)
            assert (error.kind, error.unreachable) == (Kind.TIMEOUT, not answer)
            assert asyncio.get_running_loop().time() - began >= 0.59
            assert set(others) == {202}

    run(work())


def test_nobody_waits_for_a_free_connection_longer_than_the_timeout(run: Run[Any]) -> None:
    async def work() -> None:
        async with scripted(always(b"")) as server, client_of(connections=1, timeout_s=0.1) as client:
            ended = await asyncio.gather(*(kind_of(post(client, at(server))) for _ in range(5)))
            assert ended == [Kind.TIMEOUT] * 5

    run(work())


def test_the_answer_to_a_request_that_nobody_waits_for_any_more_is_nobodys(run: Run[Any]) -> None:
    async def work() -> None:
        def script(asked: Asked) -> Say:
            return Say(()) if asked.body == b"left" else Say((named(asked),))

        async with scripted(script) as server, client_of(connections=1) as client:
            left = asyncio.ensure_future(post(client, at(server), b"left"))
            while not server.asked:
                await asyncio.sleep(0)
            left.cancel()
            await asyncio.wait([left])
            server.writers[0].write(plain(b"to the one who left"))
            assert (await post(client, at(server))).body == b"1.0"

    run(work())


HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
#: How an answer begins, what then comes again and again, and whether it was an answer nevertheless.
ENDLESS = {
    "junk": (b"", b"x", False),
    "reason": (b"HTTP/1.1 200 ", b"x", False),
    "header name": (HEAD, b"x", False),
    "header value": (HEAD + b"x: ", b"x", False),
    "headers": (HEAD, b"a: b\r\n", False),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", False),
    "body of a length": (HEAD + b"content-length: 999999999\r\n\r\n", b"x", True),
    "body": (HEAD + b"\r\n", b"x", True),
    "chunks": (CHUNKED, b"1\r\nx\r\n", True),
    "chunk's extension": (CHUNKED + b"1;", b"x", True),
    "trailers": (CHUNKED + b"0\r\n", b"a: b\r\n", True),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_a_server_that_never_ends_its_answer_is_not_listened_to_for_ever(run: Run[Any], what: str) -> None:
    begin, again, is_answer = ENDLESS[what]

    async def work() -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal said
            await reader.readuntil(b"\r\n\r\n")
            writer.write(begin)
            with contextlib.suppress(ConnectionError):
                while True:
                    writer.write(again * (8_192 // len(again)))
                    said += 8_192
                    await writer.drain()
            writer.close()
            gone.set()

        said, gone = 0, asyncio.Event()
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        async with client_of() as client:
            asking = post(client, Target.of(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"))
            if is_answer:
                answer = await asking
                assert answer.status == 200
                assert len(answer.body) == (2_000 if what.startswith(("body", "chunks")) else 0)
            else:
                assert await kind_of(asking) is Kind.NOT_HTTP
            await asyncio.wait_for(gone.wait(), PLENTY_S)
        server.close()
        assert said < 16_000_000, "what fits into the sockets' buffers, and no more"

    run(work())


def test_a_server_that_is_not_there_is_refused_and_unreachable(run: Run[Any]) -> None:
    async def work() -> None:
        async with client_of() as client:
            for url in (f"http://127.0.0.1:{free_port()}/", "http://nowhere.invalid/"):
                with pytest.raises(HttpError) as raised:
                    await post(client, Target.of(url))
                assert (raised.value.kind, raised.value.unreachable) == (Kind.REFUSED, True)

    run(work())


def test_a_server_that_does_not_accept_connections_is_given_up_in_time(run: Run[Any]) -> None:
    async def work() -> None:
        with socket.socket() as full, socket.socket() as first, socket.socket() as second:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            for taken in (first, second):
                taken.setblocking(False)
                taken.connect_ex(full.getsockname())
            async with client_of(timeout_s=0.1) as client:
                target = Target.of(f"http://127.0.0.1:{full.getsockname()[1]}/")
                assert await kind_of(post(client, target)) is Kind.TIMEOUT

    run(work())


def test_a_name_with_several_addresses_is_reached_over_the_one_that_answers(run: Run[Any]) -> None:
    async def work() -> None:
        async with scripted(always(plain())) as server, client_of() as client:
            assert (await post(client, at(server, "localhost"))).status == 202

    run(work())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_a_private_address_is_refused_however_it_is_written(run: Run[Any], host: str) -> None:
    async def work() -> None:
        async with scripted(always(plain())) as server, client_of(allow_private=False) as client:
            assert await kind_of(post(client, at(server, host))) is Kind.PRIVATE_ADDRESS
            assert not server.connections

    run(work())


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("64:ff9b::5db8:d70e", True),
        *((private, False) for private in ("0.0.0.0", "10.1.2.3", "100.64.0.1", "169.254.169.254", "192.168.0.1")),
        *((private, False) for private in ("224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%lo", "fd00::1")),
        *((wrapped, False) for wrapped in ("::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1")),
    ],
)
def test_an_address_is_public_only_if_what_it_leads_to_is(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> certificate.Certificate:
    """Good for `localhost` and 127.0.0.1."""
    return certificate.make(tmp_path_factory.mktemp("tls"))


def test_over_tls_a_server_with_a_trusted_certificate_is_used_over_one_connection(
    run: Run[Any], tls: certificate.Certificate
) -> None:
    async def work() -> None:
        async with (
            scripted(always(plain()), tls=tls.context) as server,
            client_of(ca_file=str(tls.certificate)) as client,
        ):
            for _ in range(3):
                assert (await post(client, at(server, "localhost", "https"))).body == b"{}"
            assert server.connections == 1

    run(work())


def test_a_certificate_that_is_not_trusted_or_for_another_name_is_refused(
    run: Run[Any], tls: certificate.Certificate, tmp_path: Path
) -> None:
    async def work() -> None:
        async with scripted(always(plain()), tls=tls.context) as server:
            async with client_of() as client:
                assert await kind_of(post(client, at(server, "localhost", "https"))) is Kind.TLS
            async with client_of(ca_file=str(tls.certificate)) as client:
                assert await kind_of(post(client, at(server, "2130706433", "https"))) is Kind.TLS
            async with client_of(ca_file=str(tmp_path / "missing")) as client:
                assert await kind_of(post(client, at(server, "localhost", "https"))) is Kind.TLS
            assert not server.asked

    run(work())


def test_a_server_without_tls_is_not_spoken_to_in_the_clear_instead(run: Run[Any]) -> None:
    async def work() -> None:
        async with scripted(always(plain())) as server, client_of(timeout_s=1) as client:
            assert await kind_of(post(client, at(server, scheme="https"))) in (Kind.TLS, Kind.CLOSED, Kind.TIMEOUT)
            assert not server.asked

    run(work())


def test_closing_ends_what_is_on_its_way_and_every_connection(run: Run[Any]) -> None:
    async def work() -> None:
        async with scripted(lambda asked: Say((b"",)) if asked.body == b"wait" else Say((plain(),))) as server:
            client = HttpClient(connections=4, timeout_s=PLENTY_S, allow_private=True)
            await post(client, at(server))
            waiting = [asyncio.ensure_future(kind_of(post(client, at(server), b"wait"))) for _ in range(2)]
            while len(server.asked) < 3:
                await asyncio.sleep(0)
            await client.close()
            assert await asyncio.gather(*waiting) == [Kind.CLOSED] * 2
            while server.open_now:
                await asyncio.sleep(0)

    run(work())


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.org", "ftp://example.org/", "http://", "http:///path", "http://user@example.org/"),
        *("http://u:p@example.org/", "http://exa mple.org/", "http://example.org:port/", "http://example.org:99999/"),
        *("http://example.org/\r\nx: y", "http://example.org/\0", "http://[::1/", "http://" + "ä" * 70 + ".example/"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(ValueError):
        Target.of(url)


@pytest.mark.parametrize(
    ("url", "line", "host"),
    [
        ("http://example.org", "POST / HTTP/1.1", "example.org"),
        ("HTTPS://Example.org:443?a=b#part", "POST /?a=b HTTP/1.1", "example.org"),
        ("http://example.org:8080/a b/ü?q=ü", "POST /a%20b/%C3%BC?q=%C3%BC HTTP/1.1", "example.org:8080"),
        ("https://[2001:DB8::1]:444/%2F", "POST /%2F HTTP/1.1", "[2001:db8::1]:444"),
        ("https://bücher.example/", "POST / HTTP/1.1", "xn--bcher-kva.example"),
    ],
)
def test_an_address_is_written_as_http_has_it(url: str, line: str, host: str) -> None:
    first, second, *_ = Target.of(url).head.decode().split("\r\n")
    assert (first, second) == (line, f"host: {host}")


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\n", "\0", "ü", "x" * 5_000])
def test_a_header_stays_in_its_line(value: str) -> None:
    with pytest.raises(ValueError, match="x-name"):
        header_lines({"x-name": value})
