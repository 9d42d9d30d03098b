"""The pages on which people judge: usable by everyone, by keyboard, on a phone, by night, and without a script."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.house import PASSWORD, House, running
from tests.browser.test_journey import RULES
from tests.servers import migrated

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(600)]

#: The example's case up to a warning in force, with more incidents and every kind of mark on the judging pages.
CASE = """
from datetime import timedelta
from vedette import clock
from vedette.access.models import User
from vedette.demo import case
from vedette.threats import actions, weighing
cast = case.Cast.of({user.username: user for user in User.objects.all()})
now = clock.now()
memo, news = (case.take_in(cast, name, now.date()) for name in ("memo", "news"))
threat = case.judge(cast, memo, case.grade(cast, memo), now)
incident = threat.trigger
actions.contest(cast.analyst, incident, "where he stood", incident.accounts.all()[:2])
actions.settle(cast.analyst, incident.contests.last(), "The video shows it.")
actions.add_evidence(cast.analyst, incident, "collision.mp4", bytes(9000), "video/mp4")
actions.set_inquiry(cast.analyst, incident.inquiries.first(), "closed", "No charge is brought.")
then, told = now - timedelta(days=40), {"lat": 32.55, "lon": -116.94, "precision_m": 800}
actions.keep_incident(
    cast.analyst, title="Shots heard", place="Otay Mesa", happened_from=then, happened_to=then, **told
)
marks = {(claim.pk, "hoax"): "inconsistent" for claim in threat.claims_for.all()}
weighing.mark(cast.analyst, threat, marks)
case.send(cast, case.draft(cast, threat, memo, 3600))
"""


@pytest.fixture(scope="module")
def case(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The example's case, served to all tests of this file, which read it only."""
    data = tmp_path_factory.mktemp("judging") / "data"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VEDETTE_")}
    environment["VEDETTE_DATA"] = str(data)
    migrated.copy_for(environment)
    with running(browser, environment, data) as house:
        house.behind_its_back(CASE)
        yield house


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_every_judging_page_is_accessible_and_fits(case: House, width: int, scheme: str) -> None:
    paths = {
        "analyst": (
            "/reports/1/",
            "/sources/1/",
            "/incidents/",
            "/incidents/1/",
            "/incidents/1/?accounts=2#more-accounts",
            "/incidents/1/edit/",
            "/incidents/new/?report=1",
            "/evidence/1/",
            "/threats/",
            "/threats/1/",
            "/threats/1/hypotheses/",
            "/threats/new/?trigger=1&report=1",
        ),
        "overseer": ("/incidents/1/", "/threats/timeline/", "/threats/escalation/", "/threats/calibration/"),
    }
    found = []
    for user, wanted in paths.items():
        with case.signed_in(user, width, scheme) as page:
            for path in wanted:
                page.goto(case.address + path)
                assert page.locator("main").is_visible(), path
                page.evaluate("() => document.querySelectorAll('main details').forEach((one) => (one.open = true))")
                if page.locator(".map").count():
                    page.wait_for_selector(".map[data-ready]", timeout=60_000)
                wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
                found += [f"{path}: {wide} px too wide"] if wide > 0 else []
                found += [
                    f"{path}: {one['id']}: {one['nodes'][0]['html'][:160]}"
                    for one in Axe().run(page, options=RULES).response["violations"]
                ]
    assert found == []


def test_the_timeline_is_walked_by_keyboard_and_the_map_and_the_drawing_follow(case: House) -> None:
    with case.signed_in("analyst") as page:
        page.goto(f"{case.address}/threats/timeline/")
        page.wait_for_selector(".map[data-ready]", timeout=60_000)
        for number in ("1", "2", "3"):
            page.keyboard.press("j")
            expect(page.locator(f"#line > [data-number='{number}']")).to_have_class("current")
            expect(page.locator(f".lanes g[data-number='{number}']")).to_have_class(lane(page, number))
            expect(page.locator(f".map [data-number='{number}'].current")).to_be_visible()
        page.keyboard.press("k")
        expect(page.locator(":focus")).to_have_attribute("href", "/threats/1/")
        page.locator(".map [data-number='4']").click()
        expect(page.locator(":focus")).to_have_text("Shots heard")
        page.select_option("[name=of]", "group:All agents of the San Diego sector")
        page.get_by_role("button", name="Show it").click()
        expect(page.locator("#line > li")).to_have_count(3)
        page.keyboard.press("j")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "/warnings/1/" in page.url


def lane(page: Page, number: str) -> str:
    kind = page.locator(f"#line > [data-number='{number}'] .tag").inner_text()
    return f"{kind} current"


def test_without_a_script_the_timeline_the_incident_and_its_forms_say_and_do_the_same(case: House) -> None:
    context = case.browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    try:
        page.goto(f"{case.address}/accounts/login/")
        page.fill("[name=login]", "analyst")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.goto(f"{case.address}/threats/timeline/")
        assert page.locator("#line > li").count() == 4
        assert page.locator(".lanes g").count() == 4
        assert not page.locator(".map").is_visible() and not page.locator("kbd").first.is_visible()
        page.goto(f"{case.address}/incidents/2/")
        assert "known to within 800 m" in page.locator("main").inner_text()
        page.get_by_text("Add accounts").click()
        page.select_option("[name=accounts]", "2")
        page.get_by_role("button", name="Show its claims").click()
        page.locator("#more-accounts [name=claim]").first.check()
        page.get_by_role("button", name="Add them").click()
        assert page.locator(".account").count() == 1
    finally:
        context.close()
