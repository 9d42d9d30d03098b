"""Callback addresses: one token for each realm and channel, which nobody can make up."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django.fixtures import Settings

from vedette.access.handling import Realm
from vedette.dispatch.callbacks import is_kannel_token, kannel_receipt_url, kannel_reply_url, kannel_token

HERE = "https://warn.example.org/"


def test_each_realm_and_channel_has_a_token_of_its_own() -> None:
    tokens = {kannel_token(realm, channel) for realm in Realm for channel in ("sms", "sms-2")}
    assert len(tokens) == 4
    assert is_kannel_token(Realm.LIVE, "sms", kannel_token(Realm.LIVE, "sms"))
    assert not is_kannel_token(Realm.LIVE, "sms", kannel_token(Realm.EXERCISE, "sms"))


@pytest.mark.parametrize("given", ["", "x", "é" * 24, "\ud800", "A" * 10_000])
def test_a_guessed_token_is_none(given: str) -> None:
    assert not is_kannel_token(Realm.LIVE, "sms", given)


def test_another_installations_token_is_none(settings: Settings) -> None:
    theirs = kannel_token(Realm.LIVE, "sms")
    settings.MASTER_SECRET = b"another installation's own secret"
    assert not is_kannel_token(Realm.LIVE, "sms", theirs)


def test_kannel_is_told_to_give_back_our_key_and_to_say_who_wrote_what() -> None:
    receipt = urlsplit(kannel_receipt_url(HERE, Realm.EXERCISE, "sms", "aKey-_0"))
    assert receipt.path == f"/gateways/exercise/sms/kannel/{kannel_token(Realm.EXERCISE, 'sms')}"
    assert receipt.query == "key=aKey-_0&state=%d&said=%A"
    reply = urlsplit(kannel_reply_url(HERE, Realm.EXERCISE, "sms"))
    assert reply.path == receipt.path
    assert parse_qs(reply.query) == {"from": ["%q"], "text": ["%b"], "charset": ["%C"], "id": ["%I"]}
