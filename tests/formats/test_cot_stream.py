"""A stream of Cursor on Target, cut anywhere, and what strangers put into one."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from vedette.formats.cot import LARGEST, BadCot, Pli, parse_pli, write_pli
from vedette.formats.cot_stream import (
    ANSWERS_VERSION,
    PONG,
    Login,
    Stream,
    kind_of,
    read_login,
    write_no_version,
    write_pong,
)

NOW = datetime(2025, 12, 4, 12, tzinfo=UTC)
PLI = Pli("ANDROID-1", "Rider > 7", 32.55, -117.05, 12.0, NOW, NOW + timedelta(minutes=2))
PING = b'<event version="2.0" uid="ANDROID-1-ping" type="t-x-c-t" how="m-g"/>'
AUTH = b'<auth><cot username="ada" password="a&amp;b" uid="ANDROID-1"/></auth>'


def cut(stream: Stream, data: bytes) -> list[bytes]:
    return list(stream.feed(data))


def test_events_follow_each_other_with_or_without_anything_between() -> None:
    position = write_pli(PLI)
    found = cut(Stream(), AUTH + b"\n" + position + PING + b"\r\n  " + position + b'<?xml version="1.0"?>' + PING)
    assert [kind_of(one) for one in found] == ["auth", "a-f-G-U-C", "t-x-c-t", "a-f-G-U-C", "t-x-c-t"]
    assert parse_pli(found[1]) == PLI


@given(st.lists(st.sampled_from([write_pli(PLI), PING, AUTH, b"\n"]), max_size=6), st.lists(st.integers(0, 2_000)))
def test_it_does_not_matter_where_the_stream_is_cut(documents: list[bytes], cuts: list[int]) -> None:
    whole = b"".join(documents)
    edges = [0, *sorted(at % (len(whole) + 1) for at in cuts), len(whole)]
    stream = Stream()
    found = [one for start, end in pairwise(edges) for one in stream.feed(whole[start:end])]
    assert found == cut(Stream(), whole)
    assert len(found) == sum(one != b"\n" for one in documents)


def test_a_document_that_is_not_well_formed_does_not_spoil_the_next() -> None:
    found = cut(Stream(), b'<event type="a-f-G"><point></event>' + PING)
    with pytest.raises(BadCot, match="not well-formed"):
        kind_of(found[0])
    assert kind_of(found[1]) == "t-x-c-t"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xbf\x01\xbf" + b"\x00" * 20, "protobuf"),
        (b"\xbf\x20abc", "protobuf"),
        (b"GET / HTTP/1.1\r\n\r\n", "no Cursor on Target"),
        (b"\x16\x03\x01\x02\x00", "no Cursor on Target"),
        (b'<!DOCTYPE event [<!ENTITY a "b">]>' + PING, "document type"),
        (b'<?xml version="1.0"?><!DOCTYPE event SYSTEM "http://127.0.0.1/">', "document type"),
        (b"<html><event/></html>", "no Cursor on Target"),
        (b"hello <event/>", "no Cursor on Target"),
        (b" " * 5_000, "no Cursor on Target"),
        (b"<event " + b"a" * 5_000, "no Cursor on Target"),
        (b"<event><detail>" + b"a" * LARGEST, "more than"),
        (b"<event><detail>" + b"a" * LARGEST + b"</detail></event>", "more than"),
    ],
)
def test_what_is_no_event_ends_the_stream_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(BadCot, match=said):
        cut(Stream(), data)


@given(st.binary(max_size=500))
def test_no_bytes_break_the_stream(raw: bytes) -> None:
    with suppress(BadCot):
        for document in Stream().feed(raw):
            kind_of(document)


def test_what_a_client_proves_itself_with_is_read() -> None:
    assert read_login(AUTH) == Login("ANDROID-1", "ada", "a&b")
    with pytest.raises(BadCot, match="no cot"):
        read_login(b"<auth/>")


def test_a_ping_is_answered_and_another_version_declined() -> None:
    pong = etree.fromstring(write_pong(NOW))
    assert (pong.get("type"), pong.get("uid")) == (PONG, "takPong")
    declined = etree.fromstring(write_no_version("protouid", NOW))
    assert declined.get("type") == ANSWERS_VERSION
    assert declined.find("detail/TakControl/TakResponse").get("status") == "false"
