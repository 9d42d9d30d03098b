"""What people are told to do, in the forms orders have, and whom it addresses; what only looks like one is none."""

from __future__ import annotations

from datetime import date

import pytest

from vedette.reading import read

ADDRESSED = [
    ("{} should work from home.", "plain duty"),
    ("{} must not be left alone after dark.", "a forbidden state"),
    ("{} need to pull back.", "need"),
    ("{} are asked to call the desk.", "asked"),
    ("{} are strongly advised to leave before Sunday.", "advised"),
    ("{} have been told to boil water.", "told"),
    ("{} were told by the union not to go out.", "told by somebody"),
    ("{} are reminded not to stop for strangers.", "reminded"),
    ("{}, please keep the gate shut.", "called"),
    ("{}: drop the names.", "called with a colon"),
    ("Police want {} to come forward.", "wanted"),
    ("We ask {} not to travel alone.", "asked by us"),
    ("It is recommended that {} travel in pairs.", "recommended"),
]
ADDRESSEES = [
    "All staff", "Residents", "Drivers", "Members of the public", "Crews already there", "All agents in the sector",
    "Anyone who saw the van",
]  # fmt: skip


def order(text: str) -> tuple[str, str | None] | None:
    """(the instruction's words, whom it addresses) of the first instruction."""
    found = next((c.instruction for c in read(text, date(2026, 3, 5)).claims if c.instruction is not None), None)
    if found is None:
        return None
    whom = found.addressee
    return text[found.start : found.end], None if whom is None else text[whom.start : whom.end]


@pytest.mark.parametrize("form", [form for form, _ in ADDRESSED], ids=[name for _, name in ADDRESSED])
def test_each_form_of_order_names_whom_it_addresses(form: str) -> None:
    for whom in ADDRESSEES:
        if "who saw" in whom and form.startswith(("{}, ", "{}: ", "We ask", "Police want", "It is")):
            continue
        inside = whom if form.startswith("{}") else whom[0].lower() + whom[1:]
        told = order(form.format(inside))
        assert told is not None and told[1] is not None, form.format(inside)
        assert told[1].lower().split()[0] == whom.lower().split()[0], (form.format(inside), told)


@pytest.mark.parametrize(
    "sentence",
    [
        "Do not go near the fence.", "Don't go near the fence.", "Please do not call the house.", "Avoid the market.",
        "Never go alone.", "If you see the van, call 911.", "In case of fire, leave by the back stairs.",
        "Should you see the van, call 911.", "If you are blocked in, lock the doors, call 911, and do not argue.",
        "No movement after 18:00.", "No road travel south of the river before Monday.", "Keep a low profile.",
        "- Keep away from windows", "Be aware of your surroundings.", "Report any white van to the duty desk.",
    ],
)  # fmt: skip
def test_an_order_to_nobody_in_particular_has_no_addressee(sentence: str) -> None:
    told = order(sentence)
    assert told is not None and told[1] is None


@pytest.mark.parametrize(
    "sentence",
    [
        "The road should be open by noon.", "The dam should hold.", "It should rain tomorrow.",
        "The trial is to begin on Monday.", "The leader told his men to shoot at agents.", "Police asked for patience.",
        "The group ordered members to attack patrols.", "The convoy is to leave at dawn.",
        "Keep fit classes are at noon.", "Check point four was quiet.", "Call began 22:05.", "Stop signs were stolen.",
        "He must have seen it.", "Watch commander: Lt. Roe.", "A teacher, who asked that her name not be used, agreed.",
    ],
)  # fmt: skip
def test_what_only_looks_like_an_order_is_none(sentence: str) -> None:
    assert order(sentence) is None
