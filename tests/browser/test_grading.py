"""Claims are judged with keys alone, as fast as a hand can press them."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.browser.house import House
from vedette.demo import texts

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(300)]

#: Seconds by the keystroke-level model (Card, Moran and Newell): a key, and making up one's mind before it.
KEY_S, MIND_S = 0.28, 1.35
#: Words that somebody reads in a second who reads with care.
WORDS_A_SECOND = 4
CLAIMS = 10


def test_ten_claims_are_accepted_and_graded_in_under_a_minute_with_two_keys_each(house: House) -> None:
    """A person needs `j` to go to the next claim, `a` to accept it, a figure to grade it; no pointer and no Tab.

    Counted, not timed: three keys for each claim, two of them after a decision, and reading its words. All thirty are
    pressed here without waiting for an answer in between, so that none is lost however quick the hand is.
    """
    with house.signed_in("analyst") as page:
        take_in(house, page)
        pressed, words = 0, 0
        keys = page.locator("#claim-cards [data-key]").evaluate_all("cards => cards.map((card) => card.dataset.key)")
        assert len(keys) > CLAIMS
        grades = {key: str(2 + at % 4) for at, key in enumerate(keys[:CLAIMS])}
        for grade in grades.values():
            for key in ("j", grade):
                page.keyboard.press(key)
                pressed += 1
        for key, grade in grades.items():
            card = page.locator(f"#card-{key}")
            expect(card).to_have_attribute("data-status", "accepted")
            expect(card.locator(".grade")).to_contain_text(grade)
            words += len(card.locator("blockquote").inner_text().split())
        expect(page.locator("#claims-open")).to_have_text(f", {len(keys) - CLAIMS} to judge")
        expect(page.locator(f"#card-{keys[CLAIMS - 1]}")).to_have_class("claim-card current")
        page.reload()
        for key, grade in grades.items():
            expect(page.locator(f"#card-{key} .grade")).to_contain_text(grade)
    assert pressed == 2 * CLAIMS
    assert pressed * KEY_S + CLAIMS * MIND_S + words / WORDS_A_SECOND < 60


def test_a_grade_that_needs_a_reason_stops_the_keys_at_its_claim_and_says_so(house: House) -> None:
    with house.signed_in("analyst") as page:
        take_in(house, page)
        page.keyboard.press("j")
        key = page.locator(".claim-card.current").get_attribute("data-key")
        page.keyboard.press("1")
        expect(page.locator(f"#card-{key} [role=alert]")).to_be_visible()
        for pressed in ("a", "4"):
            page.keyboard.press(pressed)
        expect(page.locator(f"#card-{key} .grade")).to_contain_text("4")
        expect(page.locator(f"#card-{key}")).to_have_attribute("data-status", "accepted")


def take_in(house: House, page: Page) -> None:
    """The example's memo, pasted."""
    page.goto(f"{house.address}/reports/")
    page.fill("[name=source]", "sector-intelligence")
    page.fill("[name=text]", texts.report_text("memo", date(2026, 11, 27)))
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Possible shooting attack")
    page.wait_for_selector("#claim-cards[data-ready]")
