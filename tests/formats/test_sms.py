"""SMS: what a text costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.formats.sms import (
    Concatenation,
    Segment,
    SmsBudget,
    SmsEncoding,
    TooLong,
    count,
    from_gsm,
    from_ucs2,
    parted,
    plain,
    segments,
    to_gsm,
    to_ucs2,
)

GSM, UCS = SmsEncoding.GSM7, SmsEncoding.UCS2


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("", SmsBudget(GSM, 0, 1, None)),
        ("a" * 160, SmsBudget(GSM, 160, 1, None)),
        ("a" * 161, SmsBudget(GSM, 161, 2, None)),
        ("a" * 306, SmsBudget(GSM, 306, 2, None)),
        ("a" * 307, SmsBudget(GSM, 307, 3, None)),
        ("€" * 80, SmsBudget(GSM, 160, 1, None)),
        # The 153rd septet cannot hold half of a euro sign: it moves to the next segment.
        ("a" * 152 + "€" + "a" * 152, SmsBudget(GSM, 306, 3, None)),
        ("é" * 160, SmsBudget(GSM, 160, 1, None)),
        ("a" * 70 + "ç", SmsBudget(UCS, 71, 2, "ç")),
        ("ç" * 70, SmsBudget(UCS, 70, 1, "ç")),
        ("ç" * 134, SmsBudget(UCS, 134, 2, "ç")),
        ("😀" * 35, SmsBudget(UCS, 70, 1, "😀")),
        # 67 units do not part a pair of surrogates: 33 to a segment.
        ("😀" * 67, SmsBudget(UCS, 134, 3, "😀")),
        ("It’s", SmsBudget(UCS, 4, 1, "’")),
    ],
)
def test_a_text_costs_what_the_standard_says(text, budget):
    assert count(text) == budget


def test_plain_text_keeps_letters_and_replaces_typography():
    assert plain("“It’s” – now…") == '"It\'s" - now...'
    assert plain("Ñandú ç") == "Ñandú ç"
    assert plain("cafe\u0301 à l’a\u0300") == "café à l'à"


def test_a_text_that_needs_ucs2_all_the_same_keeps_its_typography():
    assert plain("“Łódź” – now…") == "“Łódź” – now…"


@given(st.text(max_size=300))
def test_plain_text_never_costs_more(text):
    assert count(plain(text)).segments <= count(text).segments
    assert plain(plain(text)) == plain(text)


@given(st.text(max_size=400), st.text(max_size=40))
def test_more_text_never_costs_less(text, more):
    assert count(text + more).segments >= count(text).segments


@given(st.text(max_size=600))
def test_the_character_that_forces_ucs2_is_named_and_is_in_the_text(text):
    budget = count(text)
    assert (budget.forced_by is None) == (budget.encoding is GSM)
    assert budget.forced_by is None or budget.forced_by in text


def test_the_cost_is_said_in_words():
    assert count("a" * 160).in_words == "one segment"
    assert count("a" * 161).in_words == "2 segments"
    assert count("a" * 70 + "ç").in_words == "2 segments, UCS-2 because of “ç”"


gsm = st.text("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./09:;<=>?¡AZÄÖÑÜ§¿azäöñüà\f^{}\\[~]|€", max_size=700)


@given(gsm)
def test_the_gsm_alphabet_is_read_as_it_was_written(text):
    assert from_gsm(to_gsm(text)) == text


def test_a_character_that_the_gsm_alphabet_lacks_is_named():
    with pytest.raises(ValueError, match="'ç'"):
        to_gsm("ça")


@given(st.binary(max_size=200))
def test_any_octets_are_read_as_text(octets):
    assert len(from_gsm(octets)) <= len(octets)
    assert isinstance(from_ucs2(octets), str)
    parted(octets)


def test_an_escape_to_nowhere_is_read_in_the_default_table():
    assert from_gsm(b"\x1bA\x1be\x1b") == "A€"
    assert from_gsm(b"\x80\x1b\x1b") == "\ufffd\ufffd"


@given(st.one_of(gsm, st.text(max_size=700)), st.integers(0, 10**6), st.booleans())
def test_segments_are_as_many_as_were_counted_fit_and_make_the_text_whole(text, reference, ucs2):
    encoding, found = segments(text, reference, ucs2=ucs2)
    read = from_gsm if encoding is GSM else from_ucs2
    if not ucs2:
        assert (encoding, len(found)) == (count(text).encoding, count(text).segments)
    whole = b"".join(segment.body for segment in found)
    assert whole == (to_gsm if encoding is GSM else to_ucs2)(text)
    assert "".join(read(segment.body) for segment in found) == text
    if len(found) == 1:
        assert found[0].header == b""
        return
    for number, segment in enumerate(found, 1):
        assert parted(segment.header + segment.body) == (
            Concatenation(reference & 0xFF, len(found), number),
            segment.body,
        )
        assert len(segment.body) <= (153 if encoding is GSM else 134)


def test_a_text_of_more_segments_than_can_be_numbered_is_refused():
    assert len(segments("a" * 153 * 255, 1)[1]) == 255
    with pytest.raises(TooLong, match="256 segments"):
        segments("a" * (153 * 255 + 1), 1)


@pytest.mark.parametrize(
    ("octets", "read"),
    [
        (b"", (None, b"")),
        (b"\x05\x00\x03\x2a\x02\x01hi", (Concatenation(42, 2, 1), b"hi")),
        (b"\x06\x08\x04\x01\x00\x02\x02hi", (Concatenation(256, 2, 2), b"hi")),
        # A port number before it, and one of no known kind alone.
        (b"\x0b\x05\x04\x0b\x84\x00\x00\x00\x03\x07\x03\x03hi", (Concatenation(7, 3, 3), b"hi")),
        (b"\x02\x70\x00hi", (None, b"hi")),
        (b"\x05\x00\x03\x2a\x02\x03hi", (None, b"hi")),
        (b"\x40hi", (None, b"")),
    ],
)
def test_a_header_says_which_segment_it_is_or_is_left_out(octets, read):
    assert parted(octets) == read


def test_a_message_of_one_has_no_header():
    assert segments("EXERCISE", 1) == (GSM, [Segment(b"", b"EXERCISE")])
