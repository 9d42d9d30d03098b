"""A finding's fix is put in by the keyboard alone, and the page shows what it changed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.house import House
from tests.browser.test_journey import RULES, take_in

OFFICER = "Example Border Service, duty officer"

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(600)]


def test_the_memos_words_are_mended_by_keyboard(house: House) -> None:
    with house.signed_in("officer") as page:
        take_in(house, page)
        page.get_by_role("link", name="Draft a warning").click()
        complete(page)
        page.fill("[name=source]", "sources within leadership")
        page.fill("[name=description]", "Agents may be shot at in the next few days.")
        page.fill("[name=instruction]", "All agents must remain vigilant.\nWear body armour.")
        expect(page.locator("[name=mend]").first).to_be_visible(timeout=60_000)
        assert Axe().run(page, options=RULES).response["violations"] == []
        for button, field, words in (
            (f"Put in: {OFFICER} (Who warns)", "source", OFFICER),
            ("Put in: until", "description", "Agents may be shot at until"),
            ("Take it out (What to do)", "instruction", "Wear body armour."),
        ):
            fix = page.get_by_role("button", name=button).first
            expect(fix).to_be_visible(timeout=60_000)
            fix.focus()
            page.keyboard.press("Enter")
            changed = page.locator(f"#id-{field}")
            expect(changed).to_be_focused(timeout=60_000)
            assert changed.input_value().startswith(words)
        expect(page.locator("#check .error-level", has_text="L01")).to_have_count(0)
        expect(page.locator("#check .error-level", has_text="L07")).to_have_count(0)
        assert page.locator(".cite q").count() > 3, "what the fields rest on stands beside them still"


def complete(page: Page) -> None:
    """What the memo leaves open."""
    page.fill("[name=impact]", "Gunfire can kill or wound you.")
    page.fill("[name=onset]", "")
    page.fill("[name=expires]", f"{datetime.now().astimezone() + timedelta(days=2):%Y-%m-%dT%H:%M}")
    for name, value in {"urgency": "Expected", "severity": "Extreme", "certainty": "Possible"}.items():
        page.select_option(f"[name={name}]", value)
    page.select_option("[name='area.saved']", "san-diego")


def test_a_warning_is_begun_from_a_template_and_its_places_filled(house: House) -> None:
    for width, scheme in ((1440, "light"), (390, "dark")):
        with house.signed_in("officer", width, scheme) as page:
            page.goto(f"{house.address}/warnings/new/")
            page.select_option("[name=template]", "shooting-at-patrols")
            page.get_by_role("button", name="Start from it").click()
            expect(page.locator("#id-headline")).to_have_value("Shooting at patrols {where}")
            assert Axe().run(page, options=RULES).response["violations"] == []
            page.fill("[name='fill.where']", "along the fence line")
            page.get_by_role("button", name="Put these words in").focus()
            page.keyboard.press("Enter")
            expect(page.locator("#id-headline")).to_have_value(
                "Shooting at patrols along the fence line", timeout=60_000
            )
            expect(page.locator("[data-blank=where]")).to_be_hidden()
            expect(page.locator("[data-blank=likelihood]")).to_be_visible()
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
