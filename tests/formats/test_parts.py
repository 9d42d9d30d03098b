"""Text at the border: what is let in can be sent in every format."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.formats.parts import BadInput, Line, Part, Prose, parse


class Said(Part):
    """A line and some prose."""

    line: Line = ""
    prose: Prose = ""


#: Every code point, surrogates too, and often one of those that cannot be sent.
ANY = st.one_of(st.characters(exclude_categories=()), st.sampled_from("\ud800\udfff\ufffe\uffff\ue000\ue003\x00\x1f"))


@given(st.text(ANY, max_size=30), st.sampled_from(["line", "prose"]))
def test_text_that_is_let_in_comes_back_from_xml_as_it_went_in(text: str, field: str) -> None:
    try:
        kept = getattr(parse(Said, {field: text}), field)
    except BadInput:
        return
    element = ElementTree.Element("said")
    element.text = kept
    assert (ElementTree.fromstring(ElementTree.tostring(element)).text or "") == kept
    assert not set(kept) & set("\ue000\ue001\ue002\ue003")


@pytest.mark.parametrize("field", ["line", "prose"])
@pytest.mark.parametrize("character", ["\ufffe", "\uffff", "\ue000", "\ue001", "\ue002", "\ue003"])
def test_a_character_that_cannot_be_sent_is_named(field: str, character: str) -> None:
    with pytest.raises(BadInput, match=rf"U\+{ord(character):04X}.*take it out") as raised:
        parse(Said, {field: f"shots{character} fired"})
    assert raised.value.field == field


@pytest.mark.parametrize("field", ["line", "prose"])
@pytest.mark.parametrize("half", [0xD800, 0xDFFF])
def test_half_of_a_surrogate_pair_is_no_text(field: str, half: int) -> None:
    with pytest.raises(BadInput) as raised:
        parse(Said, {field: f"shots{chr(half)} fired"})
    assert raised.value.field == field


def test_other_planes_and_other_private_characters_pass() -> None:
    text = "\U0001f600 \ue004 \ufffd \ud7ff \U0010ffff"
    assert parse(Said, {"line": text, "prose": text}) == Said(line=text, prose=text)
