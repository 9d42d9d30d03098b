"""Feeds of news of every kind are read alike, and hostile ones end at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.formats.news_feed import BadNews, read_entry, read_news
from vedette.formats.plain_html import words_of

ATOM = b"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>The Harbour Post</title>
<entry><id>urn:1</id><title type="html">Shots &amp;lt;b&amp;gt;likely&amp;lt;/b&amp;gt;</title>
<updated>2025-12-04T09:00:00Z</updated>
<author><name>J. Roe</name></author><link href="https://post.example/1"/>
<link rel="edit" href="https://post.example/x"/>
<summary>short</summary><content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>A group would shoot.</p><p>Police said so.</p></div></content>
</entry><entry><id>urn:2</id></entry></feed>"""
RSS = b"""<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Harbour Post</title><item><title>Shots likely</title><link>https://post.example/1</link>
<guid isPermaLink="false">1</guid><pubDate>Thu, 04 Dec 2025 01:00:00 -0800</pubDate><dc:creator>J. Roe</dc:creator>
<description>short</description><content:encoded><![CDATA[<p>A group would shoot.</p>
<p>Police said so.</p>]]></content:encoded></item></channel></rss>"""
RSS1 = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>The Harbour Post</title></channel>
<item rdf:about="https://post.example/1"><title>Shots likely</title><link>https://post.example/1</link>
<description>A group would shoot.&lt;br&gt;Police said so.</description>
<dc:date>2025-12-04T09:00:00Z</dc:date></item></rdf:RDF>"""


@pytest.mark.parametrize("data", [RSS, RSS1], ids=["RSS 2.0", "RSS 1.0"])
def test_an_entry_gives_title_text_link_and_time(data: bytes) -> None:
    found = read_news(data)
    (entry,) = found.entries
    assert found.title == "The Harbour Post" and entry.at == datetime(2025, 12, 4, 9, tzinfo=UTC)
    assert entry.told == "Shots likely\n\nA group would shoot.\n\nPolice said so.\n\nhttps://post.example/1"


def test_atom_is_read_with_what_its_own_kinds_of_text_mean() -> None:
    found = read_news(ATOM)
    (entry,) = found.entries
    assert (entry.title, entry.name, entry.author) == ("Shots <b>likely</b>", "urn:1", "J. Roe")
    assert entry.text == "A group would shoot.\n\nPolice said so." and entry.link == "https://post.example/1"
    assert found.unusable == ("entry 2: has neither a title nor a text",)


@pytest.mark.parametrize("data", [ATOM, RSS, RSS1], ids=["Atom", "RSS 2.0", "RSS 1.0"])
def test_an_entry_is_the_same_read_by_itself_from_what_is_kept(data: bytes) -> None:
    entry = read_news(data).entries[0]
    assert read_entry(entry.data) == entry


def test_an_entry_says_the_same_however_many_comments_it_has() -> None:
    more = RSS.replace(b"<guid", b"<slash:comments xmlns:slash='x'>7</slash:comments><guid")
    one, other = read_news(RSS).entries[0], read_news(more).entries[0]
    assert one.says == other.says and one.data != other.data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<html/>", "neither Atom nor RSS"),
        (b"", "empty"),
        (b"<rss>", "not well-formed"),
        (b'<!DOCTYPE rss [<!ENTITY a "b">]><rss/>', "DTD"),
        (b"<rss><channel>" + b"<item><title>x</title></item>" * 2_001 + b"</channel></rss>", "2,000 entries"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(BadNews, match=said):
        read_news(data)


@pytest.mark.parametrize("piece", ["<a ", "<", "<!-- ", "&#", "<a b='", "<script>", "<![CDATA[", "</p", "&a", "&#9"])
def test_html_made_to_take_for_ever_is_read_in_no_time(piece: str) -> None:
    words_of(piece * (800_000 // len(piece)))


def test_html_is_told_as_its_reader_would_see_it() -> None:
    assert words_of("<P>A &lt; b<br>c</P><script>x < y</script>1 < 2 <b>bold</b><!-- no --> end") == (
        "A < b\n\nc\n\n1 < 2 bold end"
    )
    assert words_of("no marks at all\nin it") == "no marks at all\n\nin it"


@given(st.text(alphabet="<>/!-ab &;#'\"\n"))
def test_any_text_ends_in_words(text: str) -> None:
    assert "\n\n\n" not in words_of(text)
