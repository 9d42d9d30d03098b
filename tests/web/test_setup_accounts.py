"""Signing in and what protects it: allauth's pages in the house's look, under the house's CSP."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time

import pytest
from django.core.cache import cache
from django.test import Client

from tests.web.setup_house import PASSWORD, organisation, signed_in_by_password, user
from vedette.access.roles import Role
from vedette.ledger.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_earlier_attempts() -> None:
    """Attempts at signing in are counted over tests; each begins with none."""
    cache.clear()


@pytest.fixture
def hers() -> Client:
    """A signed-in analyst's browser."""
    organisation()
    client = signed_in_by_password(user("anna", Role.ANALYST))
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def assert_strict(answer) -> str:
    """The page, checked to hold under `script-src 'self'`: no inline script, style or handler."""
    page = answer.content.decode()
    assert answer.status_code == 200, page
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    for tag in re.findall(r"<script\b[^>]*>", page):
        assert "src=" in tag or 'type="application/json"' in tag, tag
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=", page)
    return page


def test_the_sign_in_page_offers_password_and_passkey_and_no_sign_up() -> None:
    user("anna", Role.ANALYST)
    page = assert_strict(Client().get("/accounts/login/"))
    assert 'id="passkey_login"' in page
    assert 'autocomplete="current-password"' in page
    assert "sign up" not in page.lower()


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/email/"])
def test_nobody_signs_up_or_gets_a_password_by_mail(path: str) -> None:
    user("anna", Role.ANALYST)
    for answer in (Client().get(path), Client().post(path, {"email": "a@vedette.example", "username": "eve"})):
        assert answer.status_code == 404
        assert "Ask your administrator" in answer.content.decode()


def test_a_wrong_password_says_so_and_keeps_out() -> None:
    user("anna", Role.ANALYST)
    answer = Client().post("/accounts/login/", {"login": "anna", "password": "wrong"})
    assert "not correct" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("/accounts/2fa/", "Authenticator App"),
        ("/accounts/2fa/totp/activate/", "data:image/svg+xml"),
        ("/accounts/2fa/webauthn/", "You have no key yet"),
        ("/accounts/2fa/webauthn/add/", 'id="mfa_webauthn_add"'),
        ("/accounts/password/change/", "Current Password"),
        ("/accounts/logout/", "Sign Out"),
        ("/accounts/reauthenticate/", "Confirm"),
    ],
)
def test_the_pages_of_ones_own_account_are_drawn_under_the_strict_csp(hers: Client, path: str, holds: str) -> None:
    page = assert_strict(hers.get(path))
    assert holds in page
    assert "setup.css" in page


def code_for(secret: str) -> str:
    """What an authenticator app would show now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def test_an_authenticator_app_is_added_and_then_asked_for_at_sign_in(
    hers: Client, django_capture_on_commit_callbacks
) -> None:
    page = assert_strict(hers.get("/accounts/2fa/totp/activate/"))
    secret = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)
    assert secret is not None
    with django_capture_on_commit_callbacks(execute=True):
        assert hers.post("/accounts/2fa/totp/activate/", {"code": code_for(secret[1])}).status_code == 302
    assert Entry.objects.filter(kind="user.second_factor_changed").exists()
    fresh = Client()
    answer = fresh.post("/accounts/login/", {"login": "anna", "password": PASSWORD}, follow=True)
    assert answer.request["PATH_INFO"] == "/accounts/2fa/authenticate/"
    assert "Use a security key" in assert_strict(answer)
    assert fresh.get("/settings/tokens/").status_code == 302


def test_adding_a_factor_asks_for_the_password_again() -> None:
    organisation()
    fresh = signed_in_by_password(user("anna", Role.ANALYST))
    for path in ("/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"):
        assert fresh.get(path)["Location"].startswith("/accounts/reauthenticate/")


def test_a_changed_password_is_in_the_ledger_without_a_name(hers: Client) -> None:
    given = {
        "oldpassword": PASSWORD,
        "password1": "brand new unrelated words",
        "password2": "brand new unrelated words",
    }
    assert hers.post("/accounts/password/change/", given).status_code == 302
    assert Entry.objects.latest("seq").kind == "user.password_changed"
