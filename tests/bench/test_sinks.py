"""The sinks that figures rest on: they count right, whatever pieces the bytes come in."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from vedette.bench.bare_http import http_rate
from vedette.bench.sinks import sink


def post(key: str, body: str = "{}") -> bytes:
    return f"POST /x HTTP/1.1\r\nContent-Length: {len(body)}\r\nIdempotency-Key: {key}\r\n\r\n{body}".encode()


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield plain


def answers(plain: socket.socket, count: int) -> None:
    got = b""
    while got.count(b"HTTP/1.1 202 ") < count or not got.endswith(b"{}"):
        got += plain.recv(65_536)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_an_http_sink_counts_messages_by_key_in_whatever_pieces_they_come(size: int) -> None:
    requests = post("a") + post("b", "x" * 300) + post("a") + post("c", "")
    with sink("http") as where, connected(where.port) as plain:
        for piece in (requests[at : at + size] for at in range(0, len(requests), size)):
            plain.sendall(piece)
        answers(plain, 4)
        taken = where.taken()
    assert (taken.messages, taken.keys, taken.duplicates) == (4, 3, 1)


def test_requests_without_a_key_are_counted_by_their_body() -> None:
    with sink("http") as where, connected(where.port) as plain:
        for body in (b"one", b"two", b"one"):
            plain.sendall(b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\n" + body)
        answers(plain, 3)
        assert (where.taken().messages, where.taken().keys) == (3, 2)


def test_a_sink_tells_when_the_first_and_last_key_came_and_what_lies_between() -> None:
    began = time.time()
    with sink("http") as where:
        assert where.taken().when(50) is None
        http_rate(where.port, 500, b"x" * 1_000, 8)
        taken = where.taken()
    assert taken.keys == 500
    assert len(taken.moments) == 101
    assert list(taken.moments) == sorted(taken.moments)
    assert began <= taken.moments[0] <= taken.moments[100] <= time.time()


def test_a_sink_that_is_told_to_wait_answers_everyone_after_that_wait() -> None:
    with sink("http", wait_ms=50) as where:
        rate = http_rate(where.port, 300, b"{}", 100)
    assert rate < 100 / 0.05, "three rounds of 100, each of 50 ms"


def test_messages_with_the_mark_are_counted_apart_too() -> None:
    with sink("http", mark="URGENT") as where, connected(where.port) as plain:
        plain.sendall(post("a") + post("b", "it is URGENT"))
        answers(plain, 2)
        assert (where.taken().keys, where.marked().keys) == (2, 1)


@pytest.mark.parametrize("head", ["Message-ID: <one@x>", "Subject: s\r\nMessage-ID:\r\n <one@x>", "message-id:<one@x>"])
def test_a_mail_sink_finds_the_key_wherever_the_header_stands(head: str) -> None:
    with sink("smtp") as where, smtplib.SMTP("127.0.0.1", where.port, timeout=10) as client:
        for _ in range(2):
            client.sendmail("a@x.example", ["b@x.example"], f"{head}\r\nTo: b@x.example\r\n\r\ntext\r\n")
        client.sendmail("a@x.example", ["b@x.example"], "Message-ID: <two@x>\r\n\r\n.\r\n")
        taken = where.taken()
    assert (taken.messages, taken.keys) == (3, 2)
