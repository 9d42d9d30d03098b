"""A form acts in the realm in which its page was opened, and nowhere else."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.web.console.house import House, text_of
from vedette.access.handling import Realm
from vedette.dispatch.models import Channel
from vedette.reports.models import Report

FORM = {"title": "A note", "source": "sector-intel", "text": "Two men were seen.", "handling": "TLP:AMBER"}
SWITCH = {"realm": "live", "understood": "yes"}


def test_a_form_opened_before_the_realm_was_changed_does_nothing(house: House) -> None:
    browser = house.browser("analyst")
    browser.post("/realm/", SWITCH)
    before = Report.objects.count()
    answer = browser.post("/reports/", {**FORM, "in_realm": "exercise"})
    assert answer.status_code == 409
    assert "You changed realm since this page was opened" in text_of(answer)
    assert Report.objects.count() == before
    assert browser.post("/reports/", {**FORM, "in_realm": "live"}).status_code == 302
    assert Report.objects.get(realm="live").title == "A note"


def test_a_form_that_does_not_name_its_realm_does_nothing(house: House) -> None:
    browser = Client()
    browser.force_login(house.users["analyst"])
    assert browser.post("/reports/", FORM).status_code == 409
    assert not Report.objects.exists()


def test_a_gateways_form_opened_in_the_exercise_does_not_change_the_live_gateway(house: House) -> None:
    browser = house.browser("admin")
    browser.post("/realm/", SWITCH)
    given = {"url": "http://exercise.vedette.example/", "secret": "c2VjcmV0" * 6, "enabled": "yes"}
    assert browser.post("/settings/channels/webhook/", {**given, "in_realm": "exercise"}).status_code == 409
    stored = Channel.objects.filter(realm="live", name="webhook").values_list("settings", flat=True)
    assert "exercise.vedette.example" not in str(list(stored))


@pytest.mark.parametrize("realm", list(Realm))
@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("analyst", "/reports/"),
        ("officer", "/warnings/new/"),
        ("analyst", "/threats/new/"),
        ("overseer", "/ledger/"),
        ("admin", "/settings/channels/"),
        ("admin", "/settings/organisation/"),
        ("admin", "/settings/users/new/"),
    ],
)
def test_every_form_that_acts_says_in_which_realm_its_page_stands(
    house: House, who: str, path: str, realm: Realm
) -> None:
    page = text_of(house.browser(who, realm).get(path))
    main = page[page.index("<main") :]
    forms = re.findall(r'<form[^>]*method="post".*?</form>', main, re.DOTALL)
    assert forms
    for form in forms:
        assert "csrfmiddlewaretoken" in form
        assert f'name="in_realm" value="{realm.value}"' in form


def test_a_sealed_form_passes_djangos_own_check(house: House) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(house.users["analyst"])
    page = text_of(browser.get("/reports/"))
    main = page[page.index("<main") :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', main))
    assert browser.post("/reports/", {**FORM, **hidden}).status_code == 302
