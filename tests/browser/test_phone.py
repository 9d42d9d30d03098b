"""A paired phone in a real browser on a real installation: installed, notified, and of use without a connection."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, expect

from tests.browser.house import House, running
from tests.browser.phones import PHONE, Phone, Pushed, behind, helped, open_person, phone_of, wait_until
from tests.servers import certificates, chromium, migrated, pushservice
from tests.servers.parts import Part, find
from tests.servers.pushservice import PushService
from vedette import clock

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One installation for all tests here: it takes seconds to start. Each test has a person of its own."""
    data = tmp_path_factory.mktemp("house") / "data"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VEDETTE_")}
    environment["VEDETTE_DATA"] = str(data)
    migrated.copy_for(environment)
    with running(browser, environment, data) as running_house, helped(running_house) as house:
        yield house


@pytest.fixture(scope="module")
def push_service(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PushService]:
    """A push service that the installation sends to."""
    certified = certificates.make(tmp_path_factory.mktemp("tls"))
    with pushservice.running(certified) as service:
        behind(house, "push", certified.authority)
        yield service


def assert_accessible(page: Page) -> None:
    """axe finds nothing, and nothing needs scrolling sideways."""
    found: Any = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def about(told: str | None, then: datetime) -> bool:
    """Whether a time that was recorded is, to some seconds, another."""
    return told is not None and abs(datetime.fromisoformat(told) - then) < timedelta(seconds=5)


def test_the_page_of_a_paired_phone_can_be_put_on_the_home_screen(
    house: House, browser: Browser, tmp_path: Path
) -> None:
    # Not in a private window, which is what every other test here has: nothing is installed from there.
    context = browser.browser_type.launch_persistent_context(
        tmp_path,
        executable_path=find(Part.CHROMIUM),
        args=[*chromium.ARGUMENTS, *(("--no-sandbox",) if os.geteuid() == 0 else ())],
        **PHONE,
    )
    try:
        phone = Phone(house, context, "ex-00002")
        phone.pair()
        expect(phone.page.get_by_role("button", name="Put it on the home screen")).to_be_visible()
        devtools = context.new_cdp_session(phone.page)
        assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
        manifest = devtools.send("Page.getAppManifest")
        assert manifest["errors"] == [] and manifest["manifest"]["startUrl"] == phone.home
    finally:
        context.close()


def test_a_notification_is_shown_and_the_next_version_or_the_end_takes_its_place(
    house: House, browser: Browser, push_service: PushService
) -> None:
    with phone_of(house, browser, "ex-00003") as phone:
        phone.pair()
        pushed = Pushed(phone, push_service)
        assert pushed.hello["title"] == "EXERCISE Notifications are on EXERCISE"
        wait_until(lambda: behind(house, "verified", phone.person), "nobody knows that notifications come")
        warning = behind(house, "issue", phone.person, 3600)
        first = pushed.next()
        (alert,) = phone.shown()
        assert alert["title"] == first["title"] and alert["body"] == first["body"]
        assert re.fullmatch(r"EXERCISE .* EXERCISE", alert["title"]) and re.fullmatch(
            r"EXERCISE .* EXERCISE", alert["body"]
        )
        assert alert["requireInteraction"], "danger to life stays until somebody has looked"
        wait_until(lambda: behind(house, "levels", warning) == ["displayed"], "nobody knows that it was shown")
        phone.until_kept(lambda copy: alert["data"]["path"] in copy["pages"])

        behind(house, "update", warning)
        pushed.next()
        (update,) = phone.shown()
        assert update["tag"] == alert["tag"] and "is likely now" in update["title"]
        phone.until_kept(
            lambda copy: copy["pages"][update["data"]["path"]]["identifier"] == update["data"]["identifier"]
        )

        behind(house, "cancel", warning)
        end = pushed.next()
        (cancelled,) = phone.shown()
        assert cancelled["tag"] == alert["tag"] and "CANCELLED" in cancelled["title"]
        assert not cancelled["requireInteraction"]

        late = {**end, "identifier": "late", "expires": clock.rfc3339(clock.now() - timedelta(minutes=1))}
        pushed.deliver(json.dumps(late))
        (over,) = phone.shown()
        assert re.fullmatch(r"EXERCISE EXPIRED: .* EXERCISE", over["title"])
        phone.page.reload()
        wait_until(lambda: phone.shown() == [], "what is over stays on the screen")


def test_answers_given_without_a_connection_are_sent_later_with_their_time_and_count_once(
    house: House, browser: Browser
) -> None:
    with phone_of(house, browser, "ex-00004") as phone:
        phone.pair()
        warning = phone.warned()
        with phone.offline():
            phone.page.goto(phone.home)
            expect(phone.page.locator(".offline")).to_contain_text("No connection. This is what was known")
            phone.page.get_by_role("link", name="Read and answer").click()
            phone.page.get_by_text("Add a note (optional)").click()
            phone.page.get_by_label("Where you are").fill("Behind the tank")
            first = clock.now()
            phone.page.get_by_role("button", name="I need help").click()
            expect(phone.page.locator(".said")).to_contain_text("Kept on this phone: I need help")
            wait_until(lambda: clock.now() > first + timedelta(seconds=6), "time stands still")
            second = clock.now()
            phone.page.get_by_role("button", name="I am safe").click()
            expect(phone.page.locator(".said")).to_contain_text("Kept on this phone: I am safe")
            expect(phone.page.locator("button[aria-pressed]")).to_have_text("✓ I am safe")
            # Put away and taken out again: what is kept is on disk, in no page.
            phone.page.close()
            phone.open()
            phone.page.goto(phone.home)
            expect(phone.page.locator("#waiting")).to_be_visible()
            assert [one["told"]["response"] for one in phone.waiting()] == ["needs_help", "safe"]
            wait_until(lambda: clock.now() > second + timedelta(seconds=6), "time stands still")
        help_, safe = phone.answers(warning, 2)
        assert help_["response"] == "needs_help" and help_["note"] == "Behind the tank"
        assert about(help_["answered_at"], first) and about(safe["answered_at"], second)
        assert datetime.fromisoformat(help_["at"]) > second
        expect(phone.page.locator(".card .answer")).to_have_text("Recorded: I am safe")
        expect(phone.page.locator(".offline, #waiting:visible")).to_have_count(0)


def test_an_answer_given_with_a_connection_is_recorded_as_on_any_phone(house: House, browser: Browser) -> None:
    with phone_of(house, browser, "ex-00005") as phone:
        phone.pair()
        warning = phone.warned()
        phone.page.get_by_role("link", name="Read and answer").click()
        phone.page.get_by_role("button", name="I have read it").click()
        expect(phone.page.locator(".said")).to_contain_text("Recorded: I have read it")
        (said,) = phone.answers(warning, 1)
        assert said["answered_at"] is None and not said["late"]


def test_a_warning_that_ends_while_there_is_no_connection_is_shown_as_over(house: House, browser: Browser) -> None:
    with phone_of(house, browser, "ex-00006") as phone:
        phone.pair()
        warning = phone.warned(seconds=15)
        with phone.offline():
            phone.page.goto(phone.home)
            phone.page.get_by_role("link", name="Read and answer").click()
            expect(phone.page.locator(".kind")).to_have_text("WARNING")
            # Nobody touches it: the page looks at the time by itself, and the worker has the other form of it.
            expect(phone.page.locator(".kind")).to_contain_text("EXPIRED", timeout=30_000)
            expect(phone.page.locator(".kind")).to_contain_text("This warning is over. Ask before you act on it.")
            assert_accessible(phone.page)
            phone.page.goto(phone.home)
            expect(phone.page.locator(".card .kind")).to_have_text("EXPIRED")
            expect(phone.page.get_by_text("No warning is in force for you.")).to_be_visible()
            phone.page.get_by_role("link", name="Read and answer").click()
            phone.page.get_by_role("button", name="I am safe").click()
            expect(phone.page.locator(".said")).to_contain_text("Kept on this phone")
        (said,) = phone.answers(warning, 1)
        assert said["late"], "an answer after the end is recorded, as late"


def test_what_a_phone_keeps_is_gone_once_it_is_unpaired_here_or_by_the_officer(house: House, browser: Browser) -> None:
    with phone_of(house, browser, "ex-00010") as phone:
        phone.pair()
        phone.warned()
        phone.page.get_by_role("button", name="Unpair this phone").click()
        expect(phone.page.get_by_role("status")).to_contain_text("This phone is not paired.")
        phone.until_kept(lambda copy: copy is None)
        phone.pair()
        with house.signed_in("officer") as page:
            open_person(page, house, phone.person)
            page.get_by_role("button", name="Unpair another device, Chrome").click()
            expect(page.get_by_text("None. A paired phone keeps")).to_be_visible()
        phone.page.reload()
        expect(phone.page.get_by_label("Code")).to_be_visible()
        phone.until_kept(lambda copy: copy is None)
        with phone.offline(), pytest.raises(Error, match="ERR_"):
            phone.page.goto(phone.home)


def test_a_check_in_is_sent_at_once_or_as_soon_as_there_is_a_connection(house: House, browser: Browser) -> None:
    with phone_of(house, browser, "ex-00008") as phone:
        phone.pair()
        phone.page.get_by_role("button", name="Send where I am").click()
        expect(phone.page.locator("#check-in-state")).to_have_text("Sent.")
        assert behind(house, "position", phone.person) == [32.55, -117.05]
        phone.context.set_geolocation({"latitude": 32.6, "longitude": -117.1, "accuracy": 10})
        with phone.offline():
            phone.page.get_by_role("button", name="Send where I am").click()
            expect(phone.page.locator("#check-in-state")).to_contain_text("Kept on this phone.")
        wait_until(lambda: behind(house, "position", phone.person) == [32.6, -117.1], "it has not come in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_on_the_smallest_screen_at_the_largest_size(
    house: House, browser: Browser, scheme: str
) -> None:
    small = {"viewport": {"width": 320, "height": 700}, "color_scheme": scheme}
    with phone_of(house, browser, "ex-00009", **small) as phone:
        phone.page.goto(phone.home)
        assert_accessible(phone.page)
        phone.page.get_by_label("Code").fill("AAAA-AAAA")
        phone.page.get_by_role("button", name="Pair this phone").click()
        expect(phone.page.get_by_role("alert")).to_be_visible()
        assert_accessible(phone.page)
        phone.pair()
        phone.warned()
        assert_accessible(phone.page)
        phone.page.get_by_label("Size of the text").select_option("huge")
        phone.page.get_by_role("button", name=re.compile("^Save ?: Size")).click()
        expect(phone.page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
        assert_accessible(phone.page)
        phone.page.get_by_role("link", name="Read and answer").first.click()
        assert_accessible(phone.page)
        with house.signed_in("admin", width=390, scheme=scheme) as page:
            open_person(page, house, phone.person)
            page.get_by_role("button", name="Show a code").click()
            assert_accessible(page)
