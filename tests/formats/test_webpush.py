"""Web Push sealing and VAPID against the standards' own example, and against code that shares nothing with ours."""

from __future__ import annotations

import json

import jwt
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.pushservice import opened
from vedette.formats.webpush import (
    LONGEST,
    Subscription,
    authorization,
    from_base64url,
    point_of,
    seal,
    signing_key,
    to_base64url,
)

#: RFC 8291, section 5 and appendix A.
AUTH = from_base64url("BTBZMqHH6r4Tts7J_aSIgg")
BROWSER = ec.derive_private_key(
    int.from_bytes(from_base64url("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), ec.SECP256R1()
)
SENDER = ec.derive_private_key(
    int.from_bytes(from_base64url("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big"), ec.SECP256R1()
)
SALT = from_base64url("DGv6ra1nlYgDCS1FRnbzlw")
SEALED = from_base64url(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
MESSAGE = b"When I grow up, I want to be a watermelon"
SUBSCRIPTION = Subscription("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", point_of(BROWSER), AUTH)


def test_the_standards_example_comes_out_byte_for_byte() -> None:
    assert seal(MESSAGE, SUBSCRIPTION, salt=SALT, own_key=SENDER) == SEALED
    assert opened(SEALED, BROWSER, AUTH) == MESSAGE


@given(st.binary(max_size=LONGEST))
def test_whatever_is_sealed_is_opened_by_the_browser_and_by_no_other(message: bytes) -> None:
    sealed = seal(message, SUBSCRIPTION)
    assert opened(sealed, BROWSER, AUTH) == message
    assert len(sealed) == len(message) + 103 <= 4096
    with pytest.raises(InvalidTag):
        opened(sealed, SENDER, AUTH)
    with pytest.raises(InvalidTag):
        opened(sealed, BROWSER, bytes(16))


def test_no_two_messages_are_sealed_alike() -> None:
    first, second = seal(MESSAGE, SUBSCRIPTION), seal(MESSAGE, SUBSCRIPTION)
    assert first[:16] != second[:16] and first[21:86] != second[21:86]


def test_a_message_that_does_not_fit_one_record_is_refused() -> None:
    assert len(seal(bytes(LONGEST), SUBSCRIPTION)) == 4096
    with pytest.raises(ValueError, match="3,993"):
        seal(bytes(LONGEST + 1), SUBSCRIPTION)


def test_the_proof_is_one_that_another_library_believes() -> None:
    key = signing_key(bytes(range(48)))
    scheme, token, public = authorization(key, "https://push.example.net", 2_000_000_000, "mailto:a@b.example").split()
    assert scheme == "vapid" and token.startswith("t=") and token.endswith(",")
    assert public == f"k={to_base64url(point_of(key))}"
    claims = jwt.decode(token[2:-1], key.public_key(), algorithms=["ES256"], audience="https://push.example.net")
    assert claims == {"aud": "https://push.example.net", "exp": 2_000_000_000, "sub": "mailto:a@b.example"}


def test_one_seed_is_one_key_and_another_is_another() -> None:
    assert point_of(signing_key(b"a" * 48)) == point_of(signing_key(b"a" * 48)) != point_of(signing_key(b"b" * 48))
    with pytest.raises(ValueError, match="40 bytes"):
        signing_key(b"short")


def test_a_subscription_is_read_as_browsers_give_it_and_always_written_alike() -> None:
    given = json.loads(SUBSCRIPTION.compact())
    padded = {name: value + "=" * (-len(value) % 4) for name, value in given["keys"].items()}
    wordy = json.dumps({"expirationTime": None, "keys": padded, "endpoint": given["endpoint"]}, indent=1)
    assert Subscription.parse(wordy) == SUBSCRIPTION
    assert Subscription.parse(wordy).compact() == SUBSCRIPTION.compact()
    assert SUBSCRIPTION.origin == "https://push.example.net"


KEYS = json.loads(SUBSCRIPTION.compact())["keys"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "must be"),
        ('"x"', "must be"),
        (json.dumps({"endpoint": "https://x.example/"}), "must be"),
        (json.dumps({"endpoint": 7, "keys": KEYS}), "web address"),
        (json.dumps({"endpoint": "http://x.example/", "keys": KEYS}), "https"),
        (json.dumps({"endpoint": "file:///etc/passwd", "keys": KEYS}), "https"),
        (json.dumps({"endpoint": "https://", "keys": KEYS}), "host"),
        (json.dumps({"endpoint": "https://a:b@x.example/", "keys": KEYS}), "login"),
        (json.dumps({"endpoint": "https://x.example/\r\nHost: y", "keys": KEYS}), "web address"),
        (json.dumps({"endpoint": "https://x.example:99999/", "keys": KEYS}), "[Pp]ort"),
        (json.dumps({"endpoint": "https://x.example/", "keys": KEYS | {"auth": "c2hvcnQ"}}), "16 bytes"),
        (json.dumps({"endpoint": "https://x.example/", "keys": KEYS | {"auth": None}}), "16 bytes"),
        (json.dumps({"endpoint": "https://x.example/", "keys": KEYS | {"auth": 5}}), "base64url"),
        (json.dumps({"endpoint": "https://x.example/", "keys": KEYS | {"p256dh": "ä"}}), "base64url"),
        (json.dumps({"endpoint": "https://x.example/", "keys": KEYS | {"p256dh": "AAAA"}}), "65 bytes"),
        (json.dumps({"endpoint": "https://x.example/", "keys": KEYS | {"p256dh": "B" + "A" * 86}}), "curve"),
    ],
)
def test_what_is_no_subscription_is_refused_with_a_reason(given: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Subscription.parse(given)


@given(
    st.text(max_size=200)
    | st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner)).map(json.dumps)
)
def test_whatever_is_given_for_a_subscription_ends_in_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        Subscription.parse(text)
