"""Field page tokens: nobody makes one, and each names its realm."""

from __future__ import annotations

import hmac
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.access.handling import Realm
from vedette.dispatch.tokens import LENGTH, RecipientRef, make_token, read_token

ids = st.integers(0, 2**48 - 1)


@given(ids, st.sampled_from(Realm))
def test_a_token_leads_back_to_its_recipient_and_realm(recipient: int, realm: Realm) -> None:
    token = make_token(recipient, realm)
    assert len(token) == LENGTH
    assert read_token(token) == RecipientRef(recipient, realm)


@given(ids, st.sampled_from(Realm), st.integers(0, LENGTH - 1), st.integers(1, 63))
def test_a_token_with_any_letter_changed_is_none(recipient: int, realm: Realm, place: int, by: int) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = make_token(recipient, realm)
    other = letters[(letters.index(token[place]) + by) % 64]
    assert read_token(token[:place] + other + token[place + 1 :]) is None


@given(st.text(max_size=40))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    assert read_token(text) is None


def test_whatever_is_no_token_costs_the_work_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def counted(name: str, *given: object) -> Any:
        done.append(f"{name} of {[len(one) for one in given if isinstance(one, bytes)]}")
        return getattr(hmac, name)(*given)

    seen = SimpleNamespace(digest=partial(counted, "digest"), compare_digest=partial(counted, "compare_digest"))
    monkeypatch.setattr("vedette.dispatch.tokens.hmac", seen)
    real = {realm: make_token(7, realm) for realm in Realm}
    strangers = {
        "a made-up mac": real[Realm.LIVE][:-1] + ("A" if real[Realm.LIVE][-1] != "A" else "B"),
        "another's number": make_token(8, Realm.LIVE)[:8] + real[Realm.LIVE][8:],
        "nobody's number": make_token(2**48 - 1, Realm.LIVE),
        "too short": real[Realm.LIVE][:-4],
        "too long": real[Realm.LIVE] * 2,
        "no base64": "?" * LENGTH,
        "no ASCII": "é" * LENGTH,
        "nothing": "",
    }
    work = {}
    for name, text in {**real, **strangers}.items():
        done.clear()
        read_token(text)
        work[name] = list(done)
    assert set(map(tuple, work.values())) == {tuple(work[Realm.LIVE])}, work
    assert len(work[Realm.LIVE]) == 2 * len(Realm)


def test_the_tokens_of_two_recipients_share_no_mac() -> None:
    assert len({make_token(number, realm)[8:] for number in range(50) for realm in Realm}) == 100
