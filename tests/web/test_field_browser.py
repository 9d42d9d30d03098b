"""The field page and the sign-in pages in a real browser: small screens, no script, and axe's rules (WCAG 2.2 AA)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.people.house import house
from tests.warnings.translated import ARABIC, SPANISH
from tests.web.field_house import ISSUED, add_message, address, warned
from tests.web.setup_house import PASSWORD, organisation, user
from vedette import clock
from vedette.access.roles import Role
from vedette.dispatch.models import Acknowledgement
from vedette.people.devices import pair_device
from vedette.warnings.content import MessageType

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@contextmanager
def screen(browser: Browser, width: int = 390, scheme: str = "light", script: bool = True) -> Iterator[Page]:
    """A phone's screen, or another."""
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
        java_script_enabled=script,
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def assert_accessible(page: Page) -> None:
    """axe finds nothing, and nothing needs scrolling sideways."""
    found: Any = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_person_answers_on_a_phone_without_script(browser: Browser, live_server: Any) -> None:
    with clock.frozen(ISSUED), screen(browser, script=False) as page:
        recipient = warned()
        page.goto(live_server.url + address(recipient))
        for name in ("I have read it", "I am safe", "I need help"):
            box = page.get_by_role("button", name=name).bounding_box()
            assert box is not None and box["height"] >= 64 and box["width"] >= 300
        page.get_by_text("Add a note (optional)").click()
        page.get_by_label("Where you are").fill("Behind the water tank")
        page.get_by_role("button", name="I need help").click()
        assert "Recorded: I need help" in page.get_by_role("status").inner_text()
        assert "Behind the water tank" in page.get_by_role("status").inner_text()
        page.get_by_role("button", name="I am safe").click()
        assert "Recorded: I am safe" in page.get_by_role("status").inner_text()
        recipient.refresh_from_db()
        assert recipient.state == "safe"
        assert Acknowledgement.objects.count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_in_every_state(browser: Browser, live_server: Any, scheme: str) -> None:
    with clock.frozen(ISSUED) as now, screen(browser, 320, scheme) as page:
        recipient = warned()
        where = live_server.url + address(recipient)
        page.goto(where)
        assert_accessible(page)
        page.get_by_role("button", name="I need help").click()
        assert_accessible(page)
        add_message(recipient.warning, MessageType.UPDATE, change="The area is larger.")
        page.goto(where)
        page.locator("details.earlier summary").click()
        assert_accessible(page)
        now.advance(days=5)
        page.goto(where)
        assert page.get_by_text("EXPIRED", exact=True).is_visible()
        assert_accessible(page)
        add_message(recipient.warning, MessageType.ALL_CLEAR, change="Over.")
        page.goto(where)
        assert_accessible(page)
        page.goto(live_server.url + "/a/nothing")
        assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_first_run_sign_in_and_settings_are_accessible_and_run_under_the_csp(
    browser: Browser, live_server: Any, scheme: str
) -> None:
    with screen(browser, 390, scheme) as page:
        refused: list[str] = []
        page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(live_server.url + "/setup")
        assert_accessible(page)
        organisation()
        admin = user("alba", Role.ADMINISTRATOR, Role.OVERSEER)
        home = house()
        pair_device(home.keeper, home.ada, "owntracks", "ada/phone")
        page.goto(live_server.url + "/accounts/login/")
        assert_accessible(page)
        page.get_by_label("Username").fill("alba")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.goto(live_server.url + "/accounts/reauthenticate/")
        assert_accessible(page)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        for path in (
            "/settings/",
            "/settings/organisation/",
            "/settings/users/",
            "/settings/users/new/",
            f"/settings/users/{admin.pk}/",
            "/settings/channels/",
            "/settings/areas/",
            "/settings/positions/",
            f"/people/{home.ada.pk}/",
            "/settings/tokens/",
            "/accounts/2fa/",
            "/accounts/2fa/totp/activate/",
            "/accounts/2fa/webauthn/",
            "/accounts/2fa/webauthn/add/",
            "/accounts/password/change/",
        ):
            answer = page.goto(live_server.url + path)
            assert answer is not None and answer.status == 200, path
            assert_accessible(page)
        assert refused == []


def test_a_passkey_is_added_and_signs_in(browser: Browser, live_server: Any) -> None:
    organisation()
    user("anna", Role.ANALYST)
    at = live_server.url.replace("127.0.0.1", "localhost")
    with screen(browser, 1440) as page:
        bus = page.context.new_cdp_session(page)
        bus.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        bus.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        page.goto(at + "/accounts/login/")
        page.get_by_label("Username").fill("anna")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.goto(at + "/accounts/2fa/webauthn/add/")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.get_by_label("Passwordless").check()
        page.get_by_role("button", name="Add").click()
        page.wait_for_url("**/accounts/2fa/**recovery-codes/**")
        page.goto(at + "/accounts/2fa/webauthn/")
        assert page.get_by_text("passkey", exact=True).is_visible()
        page.context.clear_cookies()
        page.goto(at + "/accounts/login/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(at + "/")
        assert page.get_by_text("anna").first.is_visible()


def test_a_reader_chooses_a_language_written_from_right_to_left_and_answers_in_it(
    browser: Browser, live_server: Any
) -> None:
    with clock.frozen(ISSUED), screen(browser, script=False) as page:
        recipient = warned(translations=(SPANISH, ARABIC))
        page.goto(live_server.url + address(recipient))
        page.get_by_role("link", name="العربية").click()
        assert page.evaluate("document.documentElement.dir") == "rtl"
        assert page.get_by_role("heading", level=1).inner_text() == ARABIC.headline
        page.get_by_role("button", name="أنا بأمان").click()
        assert "أنا بأمان" in page.get_by_role("status").inner_text()
        assert page.get_by_role("heading", level=1).inner_text() == ARABIC.headline
        assert Acknowledgement.objects.get().response == "safe"
    with clock.frozen(ISSUED), screen(browser) as page:
        page.goto(f"{live_server.url}{address(recipient)}?lang=ar")
        assert_accessible(page)
