"""Feeds of alerts as real issuers publish them, and as somebody hostile might."""

from __future__ import annotations

import pytest

from tests.formats.corpus import corpus
from tests.formats.test_cap import ALERT
from vedette.exchange.atom import Entry, feed
from vedette.formats.alert_feed import MOST_ENTRIES, BadFeed, read_feed
from vedette.formats.cap import check_cap, parse_cap, read_cap, write_cap

CAP = write_cap(ALERT)
BODY = CAP.split(b"?>", 1)[1]
ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom">%s</feed>'


def test_our_own_feed_is_read():
    entry = Entry(
        address="https://warn.example/feeds/cap/a.xml",
        title="A",
        summary="B",
        event="C",
        author="D",
        issued=ALERT.sent,
    )
    found = read_feed(feed("T", "https://warn.example/feeds/cap.atom", "D", [entry]))
    assert [(one.name, one.link) for one in found.entries] == [(entry.address, entry.address)]


def test_a_bare_message_keeps_its_bytes():
    (entry,) = read_feed(CAP).entries
    assert entry.message == CAP


def test_messages_are_found_inside_entries_items_and_whatever_holds_them():
    for data, kind in (
        (ATOM % (b"<entry><id>a</id><content>%s</content></entry>" % BODY), "Atom"),
        (b"<rss><channel><item><guid>a</guid>%s</item></channel></rss>" % BODY, "RSS"),
        (b"<alerts>%s%s</alerts>" % (BODY, BODY), "XML"),
    ):
        found = read_feed(data)
        assert found.kind == kind
        assert {parse_cap(entry.message) for entry in found.entries} == {ALERT}


@pytest.mark.parametrize(
    ("links", "chosen"),
    [
        ('<link href="p" type="text/html"/><link href="c" type="application/cap+xml"/>', "c"),
        ('<link href="x" type="text/xml"/><link href="c" rel="enclosure" type="application/cap+xml; a=b"/>', "c"),
        ('<link href="plain"/>', "plain"),
        ('<link href="edit" rel="edit"/><link href="p" type="text/html"/>', ""),
        ("", ""),
    ],
)
def test_the_link_that_leads_to_cap_is_chosen_and_a_page_for_people_never_is(links, chosen):
    found = read_feed(ATOM % f"<entry><id>a</id>{links}</entry>".encode())
    assert [entry.link for entry in found.entries] == ([chosen] if chosen else [])
    assert found.unusable == (() if chosen else ("entry 1 (a) has neither a message nor a link",))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html/>",
        b"not xml",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed xmlns="http://www.w3.org/2005/Atom">&x;</feed>',
        ATOM % (b"<entry/>" * (MOST_ENTRIES + 1)),
        b'<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0"/>',
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(data):
    with pytest.raises(BadFeed, match=r"\w+"):
        read_feed(data)


def test_real_feeds_lead_to_their_messages():
    """Every feed of the corpus but the one with an external entity; those without a message say so."""
    empty = {"005", "006", "007", "008", "009", "010", "011"}
    for file in sorted((corpus() / "cap" / "feeds").iterdir()):
        number = file.name[:3]
        if number == "016":
            with pytest.raises(BadFeed):
                read_feed(file.read_bytes())
            continue
        found = read_feed(file.read_bytes())
        assert bool(found.entries) is (number not in empty), file.name
        assert found.entries or found.unusable or number in ("005", "008")
        for entry in found.entries:
            if entry.message is not None and "invalid" not in file.name:
                assert check_cap(entry.message).valid or read_cap(entry.message).findings
