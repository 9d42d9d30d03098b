"""The way of a warning as people walk it, in a real browser against a real server, its engine and real gateways."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.house import House

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(600)]

MEMO = """EXERCISE
FROM: San Diego Sector Intelligence Unit
TO: All agents, San Diego sector, regardless of duty assignment
SUBJECT: Possible shooting attack on agents in the San Diego sector

A source reported that leaders of a smuggling organisation told members to shoot at agents in the next few days.
The unit has not been able to confirm the order. On 27 November an agent's vehicle struck a person near Chula Vista.
Wear body armour whenever you are outside a station. Report gunfire by radio at once.
EXERCISE"""
#: WCAG 2.0 to 2.2, levels A and AA.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}


def test_a_warning_from_the_report_to_the_answers_without_reloading(house: House) -> None:
    with house.signed_in("analyst") as analyst:
        take_in(house, analyst)
        judge_by_keyboard(analyst)
    with house.signed_in("officer") as officer:
        draft(house, officer)
        warning = officer.url
    with house.signed_in("second") as second:
        second.goto(f"{house.address}/")
        second.get_by_role("link", name="Possible shooting attack").first.click()
        second.get_by_role("button", name="Approve exactly this").click()
        second.get_by_role("link", name="Issue…").first.click()
        second.get_by_role("button", name=re.compile("Issue the exercise")).click()
        expect(second).to_have_url(warning)
        watch_the_counts(house, second)


def take_in(house: House, page: Page) -> None:
    """Paste the memo; every claim is marked in its own text."""
    page.goto(f"{house.address}/reports/")
    page.fill("[name=source]", "sector-intelligence")
    page.fill("[name=text]", MEMO)
    page.select_option("[name=handling]", "TLP:AMBER")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Possible shooting attack")
    assert page.locator(".report-text mark").count() > 3
    assert "".join(page.locator(".report-text").all_inner_texts()).startswith("EXERCISE")


def judge_by_keyboard(page: Page) -> None:
    """j goes to the first claim, a accepts it, 3 grades it, x rejects the next."""
    page.wait_for_selector("#claim-cards[data-ready]")
    page.keyboard.press("j")
    first = page.locator(".claim-card.current")
    key = first.get_attribute("data-key")
    page.keyboard.press("a")
    expect(page.locator(f"#card-{key}")).to_have_attribute("data-status", "accepted")
    page.keyboard.press("3")
    expect(page.locator(f"#card-{key} .grade")).to_contain_text("3")
    page.keyboard.press("j")
    other = page.locator(".claim-card.current").get_attribute("data-key")
    assert other != key
    page.keyboard.press("x")
    expect(page.locator(f"#card-{other}")).to_have_attribute("data-status", "rejected")
    page.keyboard.press("a")
    expect(page.locator(f"#card-{other}")).to_have_attribute("data-status", "accepted")


def draft(house: House, page: Page) -> None:
    """Draft from the report, see the audience counted as one types, and submit."""
    page.goto(f"{house.address}/reports/")
    page.get_by_role("link", name="Possible shooting attack").click()
    page.get_by_role("link", name="Draft a warning").click()
    ends = datetime.now().astimezone() + timedelta(days=2)
    for name, value in {
        "event": "shooting at patrols",
        "headline": "Possible shooting attack on agents in the San Diego sector",
        "source": "Example Border Service, duty officer",
        "impact": "Gunfire can kill or wound you.",
        "description": "Armed men may shoot at agents of the San Diego sector.",
        "instruction": "Wear body armour outside stations.\nReport gunfire by radio at once.",
        "next_update": "Friday, 08:00 PST",
        "contact": "duty room, radio channel 1",
        "onset": "",
        "expires": f"{ends:%Y-%m-%dT%H:%M}",
    }.items():
        page.fill(f"[name={name}]", value)
    for name, value in {"urgency": "Expected", "severity": "Extreme", "certainty": "Possible"}.items():
        page.select_option(f"[name={name}]", value)
    page.select_option("[name='area.saved']", "san-diego")
    page.check("[name='audience.link'][value=unit]")
    page.check("[name='audience.units'][value=san-diego]")
    counted = page.locator("#check section[aria-labelledby=audience] header .strong")
    expect(counted).to_have_text(re.compile(r"^\d\d$"), timeout=15_000)
    expect(page.locator("#check .preview").first).to_contain_text("EXERCISE")
    page.fill("[name=override]", "An example: its words stand.")
    page.get_by_role("button", name="Submit for approval").click()
    expect(page.locator(".say", has_text="Submitted").first).to_be_visible()


def watch_the_counts(house: House, page: Page) -> None:
    """People answer on their phones; the figures move on the page that is open."""
    links = house.field_links(3)
    page.evaluate("() => { window.stayed = true; }")
    expect(page.locator("#count-answered")).to_have_text(re.compile(r"^0"), timeout=30_000)
    for link, button in zip(links, ("acknowledged", "safe", "needs_help"), strict=True):
        context = house.browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
        phone = context.new_page()
        phone.goto(link)
        phone.click(f"button[value={button}]")
        phone.wait_for_selector("[role=status]")
        context.close()
    for name in ("acknowledged", "safe", "needs_help"):
        expect(page.locator(f"#count-{name}")).to_have_text("1", timeout=30_000)
    expect(page.locator("[role=alert]")).to_contain_text("1 person needs help")
    assert page.evaluate("() => window.stayed")


def test_every_main_page_is_accessible_in_both_schemes_and_both_widths(house: House) -> None:
    with house.signed_in("officer") as page:
        take_in(house, page)
        report = page.url.removeprefix(house.address)
        draft(house, page)
        warning = page.url.removeprefix(house.address)
    pages = {
        "officer": ("/", "/reports/", report, "/threats/", "/warnings/", "/warnings/new/", "/people/", "/realm/"),
        "second": (f"{warning}messages/1/", warning),
        "overseer": ("/ledger/",),
        "analyst": ("/threats/new/", report),
    }
    found = []
    for user, paths in pages.items():
        for width, scheme in ((1440, "light"), (390, "dark")):
            with house.signed_in(user, width, scheme) as page:
                for path in paths:
                    page.goto(house.address + path)
                    wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
                    if wide > 0:
                        found.append(f"{path} {width}: {wide} px too wide")
                    found += [
                        f"{path} {width} {scheme}: {one['id']}: {one['nodes'][0]['html'][:160]}"
                        for one in Axe().run(page, options=RULES).response["violations"]
                    ]
    assert found == []


def test_an_approval_needs_no_pointer(house: House) -> None:
    with house.signed_in("officer") as officer:
        take_in(house, officer)
        draft(house, officer)
    with house.signed_in("second") as page:
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("Skip to the content")
        page.keyboard.press("Enter")
        for step in ("Possible shooting attack", "Approve exactly this", "Issue…", "Issue the exercise"):
            tab_to(page, step)
            with page.expect_navigation():
                page.keyboard.press("Enter")
        expect(page.locator("#count-total")).to_have_text(re.compile(r"^[1-9]"), timeout=60_000)


def tab_to(page: Page, text: str, most: int = 80) -> None:
    """Press Tab until what has that text has the focus; its outline must show."""
    for _ in range(most):
        page.keyboard.press("Tab")
        held, outline = page.evaluate(
            "() => [document.activeElement.innerText ?? '', getComputedStyle(document.activeElement).outlineStyle]"
        )
        if text in held:
            assert outline != "none"
            return
    raise AssertionError(f"{text!r} cannot be reached with Tab")
