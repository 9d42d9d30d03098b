"""Who speaks in whole texts of many kinds: names set apart, pronouns, quotations by themselves, lines of a log."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from vedette.reading import read

BLOCKS = Path(__file__).with_name("quoted_texts.txt").read_text(encoding="utf-8").split("\n", 1)[1].split("----\n")


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_whoever_speaks_in_a_text_is_found_by_all_its_means(block: str) -> None:
    text, *asked = block.rstrip("\n").split("\n== ")
    claims = read(text, date(2026, 3, 5)).claims
    for words, speaker in (one.rsplit(" => ", 1) for one in asked):
        claim = next(one for one in claims if one.start <= text.index(words) < one.end)
        # Who speaks for the whole text stands before every claim.
        most = len(claims) / 2
        links = [link for link in claim.attribution if sum(link in one.attribution for one in claims) <= most]
        found = links[-1].speaker if links else "-"
        assert speaker.lower() in found.lower() and (found == "-") == (speaker == "-"), (words, found)
