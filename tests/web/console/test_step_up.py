"""Step-up login: whoever approves proves who they are, unless they did so a moment ago."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache

from tests.web.browser import Browser
from tests.web.console.house import House, text_of
from tests.web.console.test_composing import live_message
from tests.web.test_setup_accounts import code_for
from vedette.access.handling import Realm
from vedette.access.models import ApiToken, User
from vedette.clock import Frozen
from vedette.people.models import Organisation
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Approval, Message, Warning

PASSWORD = "exercise-please-2025"


@pytest.fixture(autouse=True)
def _no_earlier_attempts() -> None:
    """Proofs are counted over tests; each begins with none."""
    cache.clear()


def decide(browser: Browser, message: Message, **given: str) -> Any:
    sent = {"do": "approve", "content_hash": content_hash(message), **given}
    return browser.post(f"/warnings/{message.warning_id}/messages/{message.number}/decide/", sent)


def test_who_has_just_signed_in_approves_without_more(house: House, stopped_clock: Frozen) -> None:
    message, browser = house.submitted(), house.browser("second")
    stopped_clock.advance(minutes=4)
    assert decide(browser, message)["Location"] == f"/warnings/{message.warning_id}/messages/1/"
    assert Approval.objects.get().approver == house.users["second"]


def test_an_old_login_is_proved_first_and_then_the_approval_goes_through_by_itself(
    house: House, stopped_clock: Frozen
) -> None:
    message, browser = house.submitted(), house.browser("second")
    stopped_clock.advance(minutes=6)
    asked = decide(browser, message, reason="read twice")["Location"]
    assert asked.startswith("/accounts/reauthenticate/?next=")
    assert not Approval.objects.exists()
    assert "Is it you, Otto Second?" in text_of(browser.get(asked))
    wrong = browser.post(asked, {"password": "not mine"})
    assert wrong.status_code == 200 and not Approval.objects.exists()
    through = browser.post(asked, {"password": PASSWORD})
    assert through["Location"] == f"/warnings/{message.warning_id}/messages/1/"
    assert (Approval.objects.get().approver, Approval.objects.get().reason) == (house.users["second"], "read twice")
    assert "Approved. It can be issued now." in text_of(browser.get(through["Location"]))


def test_what_changed_while_the_proof_was_asked_for_is_not_approved(house: House, stopped_clock: Frozen) -> None:
    message, browser = house.submitted(), house.browser("second")
    stopped_clock.advance(minutes=6)
    asked = decide(browser, message)["Location"]
    actions.revise(house.actor("officer"), message, content={**message.content, "event": "shots at boats"})
    actions.submit(house.actor("officer"), message, "stands")
    assert "has changed since you looked at it" in text_of(browser.post(asked, {"password": PASSWORD}))
    assert not Approval.objects.exists()


def test_a_proof_whose_form_was_lost_leads_back_to_the_message(house: House) -> None:
    message, browser = house.submitted(), house.browser("second")
    path = f"/warnings/{message.warning_id}/messages/1/"
    given = {"password": PASSWORD, "next": f"{path}decide/"}
    assert browser.post("/accounts/reauthenticate/", given)["Location"] == f"{path}decide/"
    assert browser.get(f"{path}decide/")["Location"] == path


def test_whoever_has_a_second_factor_proves_it_and_not_the_password(house: House, stopped_clock: Frozen) -> None:
    secret = generate_totp_secret()
    TOTP.activate(house.users["second"], secret)
    message, browser = house.submitted(), house.browser("second")
    stopped_clock.advance(minutes=6)
    asked = decide(browser, message)["Location"]
    assert asked.startswith("/accounts/2fa/reauthenticate/")
    by_password = asked.replace("/accounts/2fa/reauthenticate/", "/accounts/reauthenticate/")
    assert browser.post(by_password, {"password": PASSWORD})["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert not Approval.objects.exists()
    browser.post(asked, {"code": code_for(secret)})
    assert Approval.objects.get().approver == house.users["second"]


def test_break_glass_asks_for_a_proof_too(house: House, stopped_clock: Frozen) -> None:
    message, browser = house.submitted(), house.browser("officer")
    stopped_clock.advance(minutes=6)
    asked = decide(browser, message, do="break-glass", reason="nobody answers")["Location"]
    assert asked.startswith("/accounts/reauthenticate/") and not Approval.objects.exists()
    browser.post(asked, {"password": PASSWORD})
    assert Approval.objects.get().break_glass


def test_an_exercise_is_issued_without_a_proof_and_an_error_called_off_without_one(
    house: House, stopped_clock: Frozen
) -> None:
    message, browser = house.approved(), house.browser("second")
    stopped_clock.advance(minutes=30)
    browser.post(f"/warnings/{message.warning_id}/messages/1/issue/")
    assert Message.objects.get().state == "issued"
    browser.post(f"/warnings/{message.warning_id}/cancel/", {"reason": "wrong sector"})
    assert Warning.objects.get().ended_by == "Cancel"


def test_issuing_live_asks_for_the_word_and_for_a_proof(house: House, stopped_clock: Frozen) -> None:
    author, second = house.actor("officer", Realm.LIVE), house.actor("second", Realm.LIVE)
    Organisation.objects.update(public_address="https://warnings.example")
    message = actions.submit(author, live_message(author), "stands")
    actions.approve(second, message, content_hash(message))
    browser, path = house.browser("second", Realm.LIVE), f"/warnings/{message.warning_id}/messages/1/issue/"
    stopped_clock.advance(minutes=6)
    assert browser.post(path, {"word": ""}).status_code == 422
    asked = browser.post(path, {"word": "LIVE"})["Location"]
    assert asked.startswith("/accounts/reauthenticate/")
    assert not Message.objects.filter(state="issued").exists()
    browser.post(asked, {"password": PASSWORD})
    assert Message.objects.get(pk=message.pk).state == "issued"


def test_an_old_login_makes_no_token_that_could_approve_without_a_proof(house: House, stopped_clock: Frozen) -> None:
    browser, given = house.browser("second"), {"name": "mine", "days": "365", "scopes": ["see", "approve"]}
    stopped_clock.advance(minutes=6)
    asked = browser.post("/settings/tokens/", given)["Location"]
    assert asked.startswith("/accounts/reauthenticate/") and not ApiToken.objects.exists()
    assert '<code class="token">' in text_of(browser.post(asked, {"password": PASSWORD}))
    assert ApiToken.objects.get().user == house.users["second"]


def test_an_old_login_lets_nobody_in_and_gives_no_role_without_a_proof(house: House, stopped_clock: Frozen) -> None:
    browser, analyst = house.browser("admin"), house.users["analyst"]
    User.objects.filter(pk=analyst.pk).update(is_active=False)
    path, standing = f"/settings/users/{analyst.pk}/", {"roles": ["duty_officer"], "clearance": "TLP:RED"}
    stopped_clock.advance(minutes=6)
    for place, given in ((path, standing), (f"{path}reactivate/", {})):
        assert browser.post(place, given)["Location"].startswith("/accounts/reauthenticate/")
    unchanged = User.objects.get(pk=analyst.pk)
    assert (unchanged.roles, unchanged.is_active) == (analyst.roles, False)
    asked = browser.post(f"{path}reactivate/", {})["Location"]
    assert browser.post(asked, {"password": PASSWORD})["Location"] == path
    assert User.objects.get(pk=analyst.pk).is_active
    assert browser.get(f"{path}reactivate/")["Location"] == browser.get(f"{path}password/")["Location"] == path


def test_a_first_password_is_not_kept_while_a_proof_is_asked_for(house: House, stopped_clock: Frozen) -> None:
    browser, secret = house.browser("admin"), "six-walls-and-a-kettle"
    given = {"username": "mallory", "password": secret, "roles": ["duty_officer"], "clearance": "TLP:RED"}
    stopped_clock.advance(minutes=6)
    for path in ("/settings/users/new/", f"/settings/users/{house.users['officer'].pk}/password/"):
        asked = browser.post(path, given)["Location"]
        assert asked.startswith("/accounts/reauthenticate/")
        assert secret not in str(dict(browser.session.items()))
    assert house.users["officer"].password == User.objects.get(username=house.users["officer"].username).password
    asked = browser.post("/settings/users/new/", given)["Location"]
    again = browser.post(asked, {"password": PASSWORD})
    assert again.status_code == 422 and 'value="mallory"' in text_of(again)
    browser.post("/settings/users/new/", given)
    assert User.objects.get(username="mallory").check_password(secret)
