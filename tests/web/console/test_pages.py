"""Every page opens for those who may see it, says which world it is, and tells the others nothing."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.web.console.house import House, text_of
from vedette.access.handling import Realm, Tlp
from vedette.access.models import Compartment
from vedette.people.models import Person
from vedette.reports.models import Report
from vedette.warnings.models import Warning

PAGES = ("/", "/reports/", "/threats/", "/warnings/", "/warnings/new/", "/people/", "/ledger/", "/realm/")
MAY_OPEN = {
    "analyst": {"/", "/reports/", "/threats/", "/warnings/", "/warnings/new/", "/realm/"},
    "officer": {"/", "/reports/", "/threats/", "/warnings/", "/warnings/new/", "/people/", "/realm/"},
    "overseer": {"/", "/reports/", "/threats/", "/warnings/", "/people/", "/ledger/", "/realm/"},
    "admin": {"/", "/reports/", "/threats/", "/warnings/", "/people/", "/realm/"},
}


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_sent_to_the_sign_in(house: House, path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("name", sorted(MAY_OPEN))
def test_each_role_opens_its_pages_and_is_refused_the_others(house: House, name: str) -> None:
    browser = house.browser(name)
    opened = {path for path in PAGES if browser.get(path).status_code == 200}
    assert opened == MAY_OPEN[name]
    assert {browser.get(path).status_code for path in set(PAGES) - opened} <= {403}


def test_a_refusal_is_one_page_that_says_why(house: House) -> None:
    response = house.browser("officer").get("/ledger/")
    assert response.status_code == 403
    assert "Your role does not allow this; an overseer may." in text_of(response)


def test_every_page_names_its_realm_at_the_top_and_at_the_bottom(house: House) -> None:
    for realm in Realm:
        page = text_of(house.browser("officer", realm).get("/warnings/"))
        bands = re.findall(r'class="realm realm-(top|bottom) realm-(\w+)"', page)
        assert bands == [("top", realm.value), ("bottom", realm.value)]


def test_nothing_on_a_page_needs_inline_script_or_style(house: House) -> None:
    report = house.report()
    warning = house.issued()
    browser = house.browser("officer")
    for path in (
        *PAGES[:6],
        f"/reports/{report.pk}/",
        f"/warnings/{warning.pk}/",
        f"/warnings/{warning.pk}/messages/1/",
    ):
        response = browser.get(path)
        page = text_of(response)
        assert "unsafe" not in response["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page), path
        scripts = re.findall(r"<script([^>]*)>", page)
        assert all("src=" in script or 'type="application/json"' in script for script in scripts), path


def test_a_record_shows_its_handling_above_and_below(house: House) -> None:
    page = text_of(house.browser("analyst").get(f"/reports/{house.report(handling=Tlp.RED).pk}/"))
    assert page.count('class="handling"') == 2
    assert page.index("TLP:RED") < page.index("<main") < page.rindex("TLP:RED")


def test_a_record_of_the_other_realm_is_not_there(house: House) -> None:
    report, warning = house.report(), house.issued()
    browser = house.browser("officer", Realm.LIVE)
    for path in (f"/reports/{report.pk}/", f"/warnings/{warning.pk}/", f"/warnings/{warning.pk}/messages/1/"):
        assert browser.get(path).status_code == 404
    assert warning.identifier not in text_of(browser.get("/warnings/"))


def test_a_record_above_one_s_clearance_is_not_there(house: House) -> None:
    report = house.report(handling=Tlp.AMBER_STRICT)
    warning = house.issued()
    house.users["officer"].clearance = Tlp.AMBER
    house.users["officer"].save()
    browser = house.browser("officer")
    for path in (f"/reports/{report.pk}/", f"/warnings/{warning.pk}/", f"/warnings/{warning.pk}/messages/1/cap.xml"):
        assert browser.get(path).status_code == 404
    assert report.title not in text_of(browser.get("/"))


def test_a_record_of_a_circle_is_there_for_its_members_only(house: House) -> None:
    report = house.report()
    Report.objects.filter(pk=report.pk).update(need_to_know="|south|")
    assert house.browser("analyst").get(f"/reports/{report.pk}/").status_code == 404
    house.users["analyst"].compartments.add(Compartment.objects.create(code="south", name="South"))
    assert house.browser("analyst").get(f"/reports/{report.pk}/").status_code == 200


def test_going_live_asks_for_confirmation(house: House) -> None:
    browser = house.browser("officer")
    refused = browser.post("/realm/", {"realm": "live"})
    assert refused.status_code == 422
    assert 'class="realm realm-top realm-exercise"' in text_of(browser.get("/"))
    browser.post("/realm/", {"realm": "live", "understood": "yes"})
    assert 'class="realm realm-top realm-live"' in text_of(browser.get("/"))


def test_a_forged_post_changes_nothing(house: House) -> None:
    warning = house.issued()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(house.users["officer"])
    assert browser.post(f"/warnings/{warning.pk}/cancel/", {"reason": "forged"}).status_code == 403
    assert Warning.objects.get(pk=warning.pk).ended_at is None


def test_the_chosen_look_is_kept_and_sent_back_only_to_this_house(house: House) -> None:
    browser = house.browser("officer")
    response = browser.post("/theme/", {"theme": "dark", "next": "https://elsewhere.test/"})
    assert response["Location"] == "/"
    assert 'data-theme="dark"' in text_of(browser.get("/"))
    browser.post("/theme/", {"theme": "system", "next": "/"})
    assert "data-theme" not in text_of(browser.get("/"))


def test_the_people_list_is_found_by_name_and_by_unit(house: House) -> None:
    browser = house.browser("officer")
    person = Person.objects.filter(unit__code="otay-mesa").first()
    assert person is not None
    found = text_of(browser.get("/people/", {"search": person.code}))
    assert person.name in found
    of_sector = text_of(browser.get("/people/", {"unit": "san-diego"}))
    assert Person.objects.filter(unit__code="calexico").first().code not in of_sector  # type: ignore[union-attr]


def test_text_from_outside_is_shown_and_never_run(house: House) -> None:
    report = house.report()
    hostile = "<img src=x onerror=alert(1)>"
    Report.objects.filter(pk=report.pk).update(title=hostile, text=hostile + report.text)
    for path in ("/", "/reports/", f"/reports/{report.pk}/"):
        page = text_of(house.browser("analyst").get(path))
        assert hostile not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
