"""SMS: what a text costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.formats.sms import SmsBudget, SmsEncoding, count, plain

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


@given(st.text(max_size=400), st.text(max_size=40))
def test_more_text_never_costs_less(text, more):
    assert count(text + more).segments >= count(text).segments


@given(st.text(max_size=600))
def test_the_character_that_forces_ucs2_is_named_and_is_in_the_text(text):
    budget = count(text)
    assert (budget.forced_by is None) == (budget.encoding is GSM)
    assert budget.forced_by is None or budget.forced_by in text
