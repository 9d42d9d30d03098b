"""A second language is written by keyboard beside the first: the check beside it follows, and every preview."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.house import House
from tests.browser.test_journey import RULES, take_in
from tests.browser.test_mending import complete
from tests.warnings.translated import SPANISH

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(600)]


def test_a_second_language_is_written_beside_the_first_and_held_against_it(house: House) -> None:
    with house.signed_in("officer") as page:
        take_in(house, page)
        page.get_by_role("link", name="Draft a warning").click()
        complete(page)
        page.fill("[name=contact]", "duty room, telephone +1 619 555 0100")
        page.get_by_label("Another language").select_option("es")
        page.get_by_role("button", name="Add it").press("Enter")
        expect(page.locator("[id='id-translations.0.event']")).to_be_focused(timeout=60_000)
        page.fill("[name=headline]", "Shooting near Otay Mesa")
        expect(page.locator("[data-of=headline] p")).to_have_text("Shooting near Otay Mesa")
        assert side_by_side(page)
        write(page)
        beside = page.locator("#alike-0")
        expect(beside).to_contain_text("+1 619 555 0100 is missing in the Spanish text", timeout=60_000)
        page.fill("[name='translations.0.contact']", "sala de guardia, teléfono +1 619 555 0100")
        expect(beside).not_to_contain_text("0100 is missing", timeout=60_000)
        page.get_by_role("tab", name="English").focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#tongue-told-es")).to_be_visible()
        page.locator("#tab-sms-es").press("Enter")
        expect(page.locator("#preview-sms-es")).to_contain_text(SPANISH.event)
        expect(page.locator("#tongue-told")).to_be_hidden()
        assert Axe().run(page, options=RULES).response["violations"] == []
        page.set_viewport_size({"width": 390, "height": 844})
        assert not side_by_side(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.get_by_role("button", name="Take Spanish out").press("Enter")
        expect(page.locator("#alike-0")).to_have_count(0, timeout=60_000)


def write(page: Page) -> None:
    """The Spanish words, without the telephone number."""
    words = SPANISH.model_dump() | {"area.description": SPANISH.area.description, "contact": "sala de guardia"}
    for field in page.locator(".tongue input:not([type=hidden]), .tongue textarea").all():
        name = str(field.get_attribute("name")).removeprefix("translations.0.")
        field.fill(words[name])


def side_by_side(page: Page) -> bool:
    """Whether the two languages stand beside each other."""
    ours, theirs = (
        page.locator(f".tongue .beside:nth-of-type(3) > {part}").bounding_box() for part in (".ours", ".field")
    )
    assert ours is not None and theirs is not None
    return theirs["x"] > ours["x"] + ours["width"] / 2
