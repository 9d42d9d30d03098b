"""Whatever a mail server sends, in whatever pieces, however it ends: there is a result in time, and no mail is ever
called taken that was not."""

from __future__ import annotations

import asyncio
import gc
import re
import tracemalloc
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.dispatch.letters import parcel
from tests.servers.smtp_script import HELLO, READY, Script, Then, Turn, following
from vedette.dispatch.channels.face import Outcome, Result
from vedette.dispatch.channels.smtp import SmtpChannel
from vedette.dispatch.channels.smtp_replies import LONGEST_LINE, LONGEST_REPLY, NotSmtp, Offers, Replies, Reply

#: Seconds for an answer, and for one mail: at most a dozen answers, twice.
ANSWER_S, PATIENCE_S = 0.02, 20.0

codes = st.sampled_from([200, 220, 221, 235, 250, 251, 334, 354, 399, 421, 450, 452, 500, 503, 530, 535, 550, 554])
texts = st.one_of(
    st.sampled_from([b"", b"ok", b"PIPELINING", b"STARTTLS", b"AUTH PLAIN LOGIN", b"AUTH=LOGIN", b"SIZE 10", b"DSN"]),
    st.binary(max_size=30).map(lambda text: text.replace(b"\n", b"")),
)
endings = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b""])
lines = st.builds(
    lambda code, mark, text, end: b"%d%b%b%b" % (code, mark, text, end),
    *(codes, st.sampled_from([b" ", b" ", b"-", b"", b"x"]), texts, endings),
)
good = st.builds(lambda code: b"%d ok\r\n" % code, codes)
hello = st.just(b"250-here\r\n250-PIPELINING\r\n250-STARTTLS\r\n250-DSN\r\n250 AUTH LOGIN\r\n")
ready = st.just(b"250 a\r\n250 b\r\n354 c\r\n")
giant = st.sampled_from([b"250 " + b"x" * 70_000, b"250-x\r\n" * 9_000, b"\0" * 100_000, b"\r\n" * 5_000])
pieces = st.one_of(good, good, good, hello, ready, lines, st.binary(max_size=40), giant)


@st.composite
def splits(draw: st.DrawFn) -> tuple[bytes, ...]:
    """Some of these, cut up anywhere."""
    whole = b"".join(draw(st.lists(pieces, max_size=4)))
    cuts = sorted(draw(st.lists(st.integers(0, min(len(whole), 200)), max_size=3)))
    return tuple(whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True) if a < b)


turns = st.builds(Turn, splits(), st.sampled_from([*[Then.GO_ON] * 6, Then.HANG_UP, Then.RESET]))
begun = st.sampled_from([(), HELLO, (*HELLO, READY)])
conversations = st.builds(lambda first, more: (*first, *more), begun, st.lists(turns, max_size=7))
settings = st.fixed_dictionaries(
    {
        "tls": st.sampled_from(["none", "none", "none", "starttls", "tls"]),
        "connections": st.sampled_from([1, 2, 3]),
        "username": st.sampled_from(["", "", "duty"]),
        "dsn": st.sampled_from(["none", "all"]),
    }
)


@given(st.lists(conversations, min_size=1, max_size=3), settings, st.sampled_from([1, 1, 3]))
@example([(*HELLO, READY, Turn((b"25", b"0 taken\r\n")))], {"tls": "none"}, 1)
@example([(*HELLO, Turn((b"250 a\r\n250 b\r\n354 c\r\n25",)), Turn((b"0 taken\r\n",)))], {"tls": "none"}, 1)
@example([(*HELLO, Turn((b"250 a\r\n250 b\r\n354 c\r\n", b"250 taken\r\n")))], {"tls": "none"}, 1)
def test_no_server_makes_send_raise_hang_or_call_a_mail_taken_that_was_not(
    script: list[Sequence[Turn]], given_settings: dict[str, Any], mails: int
) -> None:
    results, served = asyncio.run(talk(script, given_settings, mails))
    gc.collect()
    taken = [result for result in results if result.outcome is Outcome.ACCEPTED]
    said_taken = sum(
        len(re.findall(rb"(?m)^2\d\d", bytes(conversation.after_mail)))
        for conversation in served.conversations
        if re.match(rb"2\d\d[\r\n -]", conversation.after_mail)
    )
    assert len(taken) <= said_taken
    assert len(taken) <= sum(len(conversation.mails) for conversation in served.conversations)


async def talk(script: Sequence[Sequence[Turn]], more: dict[str, Any], mails: int) -> tuple[list[Result], Script]:
    """Send so many mails at once, and as many again, to a server that follows the script."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
    async with following(*script) as served:
        given = {"host": served.host, "port": served.port, "timeout_s": ANSWER_S, "password": "secret", **more}
        channel = SmtpChannel(SmtpChannel.parse(given), "duty@x.example")
        await channel.open()
        results = []
        for _ in range(2):
            async with asyncio.timeout(PATIENCE_S):
                results += await asyncio.gather(*(channel.send(parcel("ann@people.example")) for _ in range(mails)))
        await channel.close()
    assert not complaints
    return results, served


def test_a_server_that_never_stops_talking_is_left_before_it_fills_memory() -> None:
    async def work() -> tuple[Result, int]:
        sent = 0

        async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            try:
                while True:
                    writer.write(b"x" * 65_536)
                    sent += 65_536
                    await writer.drain()
            except ConnectionError:
                writer.close()

        server = await asyncio.start_server(flood, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        channel = SmtpChannel(SmtpChannel.parse({"host": "127.0.0.1", "port": port, "tls": "none"}), "a@x.example")
        await channel.open()
        result = await channel.send(parcel("ann@people.example"))
        await channel.close()
        server.close()
        await server.wait_closed()
        return result, sent

    tracemalloc.start()
    try:
        result, sent = asyncio.run(work())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.outcome is Outcome.LATER
    assert sent < 20_000_000
    assert peak < 5_000_000


# The reader of replies alone.


def whole(data: bytes) -> tuple[list[Reply], bool]:
    return in_pieces([data])


def in_pieces(cut: Sequence[bytes]) -> tuple[list[Reply], bool]:
    """The replies before the first fault, and whether there was one."""
    replies, read = Replies(), []
    for piece in cut:
        try:
            read += replies.feed(piece)
        except NotSmtp:
            return read, False
    return read, True


@given(st.lists(st.one_of(good, lines, hello), max_size=6).map(b"".join), st.data())
def test_replies_are_the_same_in_whatever_pieces_they_come(data: bytes, more: st.DataObject) -> None:
    cuts = sorted(more.draw(st.lists(st.integers(0, len(data)), max_size=5)))
    cut = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    (at_once, sound), (cut_up, cut_sound) = whole(data), in_pieces(cut)
    assert sound == cut_sound
    assert cut_up[: len(at_once)] == at_once
    assert not sound or cut_up == at_once


@given(st.lists(st.binary(max_size=3_000), max_size=40))
def test_what_is_kept_of_an_unfinished_reply_has_a_bound(cut: list[bytes]) -> None:
    replies = Replies()
    for piece in cut:
        try:
            replies.feed(piece)
        except NotSmtp:
            break
    kept = len(replies._rest) + sum(map(len, replies._lines))
    assert kept <= LONGEST_LINE + LONGEST_REPLY


@pytest.mark.parametrize(
    "data",
    [b"250 " + b"x" * LONGEST_LINE, b"250-x\r\n" * LONGEST_REPLY, b"150 wait\r\n", b"600 what\r\n", b"250_ok\r\n"],
)
def test_what_is_no_reply_is_refused(data: bytes) -> None:
    assert whole(data) == ([], False)


def test_an_offer_is_read_in_either_case_and_in_the_old_way_of_writing() -> None:
    (reply,), _ = whole(b"250-here\r\n250-pipelining\r\n250-AUTH=LOGIN\r\n250-auth PLAIN\r\n250-\r\n250 SIZE many\r\n")
    offers = Offers.of(reply)
    assert offers == Offers(pipelining=True, size=True, auth=frozenset({"LOGIN", "PLAIN"}))
