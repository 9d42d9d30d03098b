"""What changes is told word by word, in bounded time; rules, plans and outlines in words and figures."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from shapely.geometry import MultiPolygon, box

from tests.warnings.translated import ARABIC, SPANISH
from tests.web.console.house import House, text_of
from vedette import clock
from vedette.access.models import User
from vedette.demo import texts
from vedette.places.geometry import geojson_of, shape_of
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.changes import MOST_WORDS, by_word
from vedette.web.console.outline import outline_change


def test_long_texts_are_shown_one_after_the_other() -> None:
    old, new = "a b " * MOST_WORDS, "b a " * MOST_WORDS
    assert by_word(old, new) == [("gone", old), ("new", new)]
    assert by_word(old, old) == [("same", old)]
    assert by_word("", new) == [("new", new)]


def test_runs_give_both_texts_back() -> None:
    old, new = "  Stay away\nfrom the wall until dawn", "  Stay well away from the wall until noon  today"
    found = by_word(old, new)
    assert "".join(text for kind, text in found if kind != "new") == old
    assert "".join(text for kind, text in found if kind != "gone") == new


def test_the_space_after_a_changed_word_stays() -> None:
    assert by_word("a possible attack", "a likely attack") == [
        ("same", "a "),
        ("gone", "possible"),
        ("new", "likely"),
        ("same", " attack"),
    ]


def revised(house: House, **changed: Any) -> str:
    """The approver's page of a message that was approved, changed and submitted again."""
    message = house.approved()
    officer = house.actor("officer")
    actions.submit(officer, actions.revise(officer, message, **changed), "stands")
    return text_of(house.browser("second").get(f"/warnings/{message.warning_id}/messages/1/"))


def changed_part(page: str) -> str:
    """The panel that tells what changes."""
    return page.split('<table class="changes">')[1].split("</table>")[0]


def test_a_message_approved_before_is_shown_against_what_was_approved(house: House) -> None:
    content = texts.alert(clock.now())
    page = revised(house, content={**content, "contact": f"{content['contact']}, or the sector desk"})
    assert "What changes against the version that Otto Second approved" in page
    assert "How old the roster is" in page
    part = changed_part(page)
    assert "Whom to ask" in part and "Headline" not in part
    assert '<ins><span class="seen-by-readers" lang="en">new: </span>' in part


def test_a_rule_and_a_plan_change_in_words(house: House) -> None:
    rule = {"terms": [{"link": "shift", "lead_minutes": 30}, {"link": "unit", "units": ["san-diego"]}]}
    plan = {"name": "mail alone", "steps": [{"action": "send", "channel": "smtp", "wait_s": 600}]}
    part = unescape(changed_part(revised(house, audience=rule, plan=plan)))
    assert "new: </span>on shift in the area, from 30 minutes before the shift</ins>" in part
    assert "everyone of San Diego" in part
    assert "new: </span>send by smtp, wait 10 min</ins>" in part
    assert "{" not in part


def test_a_word_changed_in_one_language_is_told_under_its_name_and_written_its_way(house: House) -> None:
    content = {**texts.alert(clock.now()), "translations": [one.model_dump(mode="json") for one in (SPANISH, ARABIC)]}
    message = house.submitted(translations=content["translations"])
    actions.return_to_author(house.actor("second"), message, "the Arabic is too long")
    shorter = [*content["translations"][:1], {**content["translations"][1], "headline": "خطر"}]
    officer = house.actor("officer")
    changed = {**message.content, "translations": shorter}
    actions.submit(officer, actions.revise(officer, message, content=changed), "stands")
    part = changed_part(text_of(house.browser("second").get(f"/warnings/{message.warning_id}/messages/1/")))
    assert "Headline, in Arabic" in part and "Spanish" not in part
    assert '<div class="prose" lang="ar" dir="auto">' in part


def test_an_outline_change_is_drawn_and_measured(house: House) -> None:
    content = texts.alert(clock.now())
    west, south, east, north = shape_of(content["area"]["geometry"]).bounds
    half = geojson_of(box(west, south, (west + east) / 2, north))
    part = changed_part(revised(house, content={**content, "area": {**content["area"], "geometry": half}}))
    assert "km² before" in part and "came to it" in part and "went from it" in part
    assert '<svg class="outline"' in part and "style=" not in part


def test_one_may_choose_what_to_compare_with(house: House) -> None:
    warning = house.issued()
    before = warning.messages.get()
    officer, second = house.actor("officer"), house.actor("second")
    content = {**texts.update(before.content, clock.now()), "contact": "duty room, radio channel 5"}
    message = actions.draft_update(officer, warning, actions.Draft.of(content, before.audience, before.plan))
    actions.return_to_author(second, actions.submit(officer, message, "stands"), "which desk?")
    actions.submit(officer, actions.revise(officer, message, content={**content, "contact": "the desk"}), "stands")
    browser, path = house.browser("second"), f"/warnings/{warning.pk}/messages/2/"
    since_returned, for_those_warned = text_of(browser.get(path)), text_of(browser.get(f"{path}?against=issued"))
    assert "against the version that Otto Second returned" in since_returned
    assert "Headline" not in changed_part(since_returned)
    assert "against message 1, which people have" in for_those_warned
    assert "Headline" in changed_part(for_those_warned)


def test_before_an_update_goes_out_it_is_shown_what_changes_for_those_who_have_the_last_message(house: House) -> None:
    warning = house.issued()
    before = warning.messages.get()
    officer, second = house.actor("officer"), house.actor("second")
    content = texts.update(before.content, clock.now())
    message = actions.draft_update(officer, warning, actions.Draft.of(content, before.audience, before.plan))
    message = actions.submit(officer, message, "stands")
    actions.approve(second, message, content_hash(message))
    page = text_of(house.browser("second").get(f"/warnings/{warning.pk}/messages/2/issue/"))
    assert "What changes for those who have message 1" in page
    assert "<del>" in changed_part(page)


def test_an_outline_across_the_antimeridian_and_one_that_is_new_are_drawn() -> None:
    one = geojson_of(box(179, -17, 180, -16))
    other = geojson_of(MultiPolygon([box(179, -17, 180, -16), box(-180, -17, -179, -16)]))
    change = outline_change(one, other)
    assert "nothing went from it" in " ".join(change.words)
    path = re.findall(r'<path class="is" d="([^"]+)"', change.drawing)[0]
    across = [float(x) for x in re.findall(r"[ML](-?[\d.]+)", path)]
    assert 100 < max(across) - min(across) <= 360
    assert outline_change(None, one).words[0].endswith("in all.")
    assert outline_change(None, None).drawing == ""


def test_an_earlier_version_marked_above_the_reader_is_neither_compared_with_nor_quoted(house: House) -> None:
    message = house.submitted(handling="TLP:RED", description="Source HUMINT-77 says so.")
    officer, second = house.actor("officer"), house.actor("second")
    actions.return_to_author(second, message, "take HUMINT-77 out")
    content = {**message.content, "handling": "TLP:GREEN", "description": "A clean description."}
    actions.submit(officer, actions.revise(officer, message, content=content), "stands")
    path = f"/warnings/{message.warning_id}/messages/1/"
    assert "HUMINT-77" in changed_part(text_of(house.browser("second").get(path)))
    User.objects.filter(pk=house.users["second"].pk).update(clearance="TLP:GREEN")
    page = text_of(house.browser("second").get(f"{path}?against=decided"))
    assert "HUMINT-77" not in page
    assert "The version last decided on was marked above your clearance; it is not shown." in page
