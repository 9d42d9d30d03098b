"""Whose words: sentences of newspapers, wires, memos, logs, minutes, tips and police notes, and who speaks in each."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from vedette.reading import read

SPOKEN = [
    tuple(line.rsplit(" => ", 1))
    for line in Path(__file__).with_name("spoken.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def speakers(text: str) -> list[str]:
    return [claim.attribution[-1].speaker for claim in read(text, date(2026, 3, 5)).claims if claim.attribution]


@pytest.mark.parametrize("part", range(8))
def test_the_one_who_speaks_is_named_and_nobody_else(part: int) -> None:
    for sentence, wanted in SPOKEN[part::8]:
        found = speakers(sentence)
        if wanted == "-":
            assert not found, (sentence, found)
        else:
            assert found and wanted.lower() in found[-1].lower(), (sentence, found)


#: Two sentences or more: whom a pronoun, a quotation by itself or a verb without subject goes back to.
LED_BACK = [
    ('The chief said the fire was out. "We were lucky."', "The chief"),
    ("Lt. Haddad said investigators think one person wrote it. He added that more came.", "Lt. Haddad"),
    ("According to the inspector, an informant has named a pier. He stressed that it was unproven.", "the inspector"),
    ("The Sons of the Valley claimed the blast in a message. It said more would come.", "The Sons of the Valley"),
    ("I rang the landlord and he says the locks were changed.", "the landlord"),
    ("Spoke to a doctor at the city hospital, who told me three people came in hurt.", "a doctor at the city hospital"),
    ("Shortly before noon, a man rang the school and said there was a bomb.", "a man"),
    ("Our driver came back from the ford and reports barricades at two places.", "Our driver"),
    ("It appealed for tents and warned families not to return.", None),
    ("The agency was short of tents. It warned families not to return.", "The agency"),
    ("The police chief denied the story, saying the shots were fireworks.", "The police chief"),
    ("She was charged after she left a voicemail saying she would burn it down.", "a voicemail"),
    ("A tug reports fire aft. Says the pumps are holding.", "A tug"),
    ("The desk thinks it will hold, we think it won't.", "we"),
    ("While the ministry says four died, the union says forty did.", "the union"),
    ("The road stays shut until we tell you otherwise.", None),
]


@pytest.mark.parametrize(("text", "wanted"), LED_BACK)
def test_words_without_a_name_lead_back_to_whoever_speaks(text: str, wanted: str | None) -> None:
    found = speakers(text)
    assert (found[-1] if found else None) == wanted, found
