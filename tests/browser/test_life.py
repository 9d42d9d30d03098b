"""The life of a warning as people walk it: cited, approved by another, issued as approved to the letter, ended."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.house import PASSWORD, House
from tests.browser.test_journey import RULES, draft, tab_to, take_in

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(600)]

#: Puts one text of a message in another's place, and leaves all around it as it was: state, approval, hash.
PUT = """
from vedette.warnings.models import Message
message = Message.objects.get(state="approved")
content = {**message.content, "contact": sys.argv[1]}
assert message.content != content
Message.objects.filter(pk=message.pk).update(content=content)
"""
#: Everybody signed in long ago.
AGE = """
from django.contrib.sessions.models import Session
for session in Session.objects.all():
    kept = {name: value for name, value in session.get_decoded().items() if name != "proved_at"}
    Session.objects.filter(pk=session.pk).update(session_data=Session.get_session_store_class()().encode(kept))
"""
CONTACT = "duty room, radio channel 1"


def test_a_warning_from_the_cited_words_to_its_cancel(house: House) -> None:
    with house.signed_in("officer") as officer, house.signed_in("second") as second:
        take_in(house, officer)
        officer.get_by_role("link", name="Draft a warning").click()
        cites_the_report(officer)
        draft(house, officer)
        warning = officer.url
        read(second, house)
        expect(second.locator("#changes")).to_have_text("What is sent: all of it is new")
        approve(second)

        changed_after_approval_goes_round_again(officer, second, warning)
        one_character_changed_is_refused_at_issue(house, second)
        second.get_by_role("button", name=re.compile("Issue the exercise")).click()
        expect(second).to_have_url(warning)
        expect(second.locator("#count-total")).to_have_text(re.compile(r"^[1-9]"), timeout=60_000)
        warned = int(second.locator("#count-total").inner_text())
        assert len({mail.recipients for mail in house.mails.wait_for(warned, timeout=90)}) == warned

        officer.goto(f"{warning}update/")
        officer.fill("[name=change]", "Armour is now worn inside vehicles too.")
        officer.fill(
            "[name=instruction]", "Wear body armour outside stations and in vehicles.\nReport gunfire by radio at once."
        )
        officer.fill("[name=override]", "An example: its words stand.")
        officer.get_by_role("button", name="Submit for approval").click()
        read(second, house)
        expect(second.locator("#changes")).to_have_text("What changes against message 1, which people have")
        expect(second.locator(".changes ins", has_text="and in")).to_be_visible()
        approve(second)
        second.get_by_role("link", name="Issue…").first.click()
        expect(second.locator("details", has_text="What changes for those who have message 1")).to_contain_text(
            "vehicles"
        )
        second.get_by_role("button", name=re.compile("Issue the exercise")).click()
        house.mails.wait_for(2 * warned, timeout=90)

        officer.goto(f"{warning}cancel/")
        officer.fill("[name=reason]", "The report was about another sector.")
        officer.get_by_role("button", name="Call it off now").click()
        expect(officer.locator(".say[role=note]")).to_contain_text("Called off by Dora Dutton")
        house.mails.wait_for(2 * warned + 1, timeout=20)
        mails = house.mails.wait_for(3 * warned, timeout=90)
        assert {mail.recipients for mail in mails[2 * warned :]} == {mail.recipients for mail in mails[:warned]}
        on_the_phone_it_says_so(house)


def cites_the_report(page: Page) -> None:
    """Beside a field stand the words of the report that it rests on, and they lead there."""
    cited = page.locator("a[href*='#claim-']").first
    expect(cited).to_be_visible()
    assert "/reports/" in (cited.get_attribute("href") or "")
    page.go_back()


def read(page: Page, house: House) -> None:
    """From the start page to what waits there."""
    page.goto(f"{house.address}/")
    page.locator("section[aria-labelledby=waiting] a").first.click()


def approve(page: Page) -> None:
    page.get_by_role("button", name="Approve exactly this").click()
    expect(page.locator(".say", has_text="Approved")).to_be_visible()


def changed_after_approval_goes_round_again(officer: Page, second: Page, warning: str) -> None:
    """One character more, on the author's page: the issue page that is open refuses, and the difference is shown."""
    second.get_by_role("link", name="Issue…").first.click()
    officer.goto(f"{warning}messages/1/edit/")
    officer.fill("[name=contact]", f"{CONTACT}1")
    officer.get_by_role("button", name="Save the draft").click()
    second.get_by_role("button", name=re.compile("Issue the exercise")).click()
    expect(second.get_by_role("alert")).to_contain_text("cannot issue a message that is draft")
    officer.goto(f"{warning}messages/1/")
    if officer.locator("[name=override]").count():
        officer.fill("[name=override]", "An example: its words stand.")
    officer.get_by_role("button", name="Submit for approval").click()
    expect(officer.locator(".say", has_text="Submitted")).to_be_visible()
    second.goto(f"{warning}messages/1/")
    expect(second.locator("#changes")).to_contain_text("What changes against the version that")
    expect(second.locator(".changes tr")).to_have_count(1)
    expect(second.locator(".changes del")).to_contain_text("1")
    expect(second.locator(".changes ins")).to_contain_text("11")
    approve(second)


def one_character_changed_is_refused_at_issue(house: House, second: Page) -> None:
    """Changed past every page, with the approval left in place; put back to the letter, it goes out."""
    second.get_by_role("link", name="Issue…").first.click()
    house.behind_its_back(PUT, f"{CONTACT}2")
    second.get_by_role("button", name=re.compile("Issue the exercise")).click()
    expect(second.get_by_role("alert")).to_contain_text("the message differs from what was approved")
    house.behind_its_back(PUT, f"{CONTACT}1")


def on_the_phone_it_says_so(house: House) -> None:
    """The link in the first mail that anybody got leads to what holds now."""
    context = house.browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    phone = context.new_page()
    phone.goto(house.field_links(1)[0])
    expect(phone.locator("header .kind")).to_contain_text(re.compile("cancel", re.IGNORECASE))
    expect(phone.locator(".change")).to_contain_text("another sector")
    context.close()


def test_an_old_login_is_proved_by_keyboard_on_a_phone_and_the_approval_goes_on(house: House) -> None:
    with house.signed_in("officer") as officer:
        take_in(house, officer)
        draft(house, officer)
    with house.signed_in("second", 390, "dark") as second:
        read(second, house)
        house.behind_its_back(AGE)
        tab_to(second, "Approve exactly this")
        second.keyboard.press("Enter")
        expect(second.get_by_role("heading", level=1)).to_contain_text("Is it you")
        assert second.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert Axe().run(second, options=RULES).response["violations"] == []
        second.locator("[name=password]").focus()
        second.keyboard.type(PASSWORD)
        second.keyboard.press("Enter")
        expect(second.locator(".say", has_text="Approved")).to_be_visible()
