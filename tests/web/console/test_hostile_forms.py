"""Forms that no browser would send, and slips of the hand: told at the field, with nothing stored."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.web.console.house import House, text_of
from tests.web.console.test_composing import form
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Approval, Message

RULES = [
    '{"terms": [1]}',
    '{"terms": {"a": 1}}',
    '{"include": 5}',
    '{"maybe_cap": "abc"}',
    '{"include": ["ex-00001"], "maybe_cap": NaN}',
    '{"terms": [{"link": []}]}',
    '{"terms": [{"link": "unit", "units": 5}]}',
    '{"terms": [{"link": "shift", "duties": [{}]}]}',
    '{"include": ["\\u0000"]}',
    '{"include": ["\\ud800"]}',
    '{"terms": [{"link": "unit", "units": ["\\u0000"]}]}',
    "5",
    "[" * 100_000,
]

SLIPS = [
    ("audience.maybe_cap", "nan", "audience"),
    ("audience.maybe_cap", "inf", "audience"),
    ("audience.include", "\0", "audience"),
    ("audience.units", "\0", "audience"),
    ("audience.duties", "\0", "audience"),
    ("expires", "0001-01-01T00:00", "expires"),
    ("expires", "9999-12-31T23:59", "expires"),
    ("onset", "9999-12-31T23:59", "onset"),
    ("language", "\0", "language"),
    ("handling", "TLP:X", "handling"),
]

ADDRESSES = ["/warnings/new/", "/warnings/new/?template=wildfire"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule[:50])
def test_a_rule_that_is_none_is_told_and_stays_as_it_was_typed(house: House, rule: str, address: str) -> None:
    response = house.browser("officer").post(address, form(**{"audience.rule": rule}))
    assert response.status_code == 422
    page = text_of(response)
    assert 'href="#id-audience"' in page
    typed = page.split('name="audience.rule"')[1].split("</textarea>")[0]
    assert rule[:20].replace('"', "&quot;") in typed
    assert not Message.objects.exists()


@pytest.mark.parametrize(("name", "value", "field"), SLIPS)
def test_a_value_that_cannot_be_is_told_at_its_field(house: House, name: str, value: str, field: str) -> None:
    response = house.browser("officer").post("/warnings/new/", form(**{name: value}))
    assert response.status_code == 422
    assert f'href="#id-{field}"' in text_of(response)
    assert not Message.objects.exists()


@pytest.mark.parametrize("sent", [{"audience.rule": rule} for rule in RULES] + [{one[0]: one[1]} for one in SLIPS])
def test_the_panels_beside_the_form_stand_whatever_the_form_says(house: House, sent: dict[str, str]) -> None:
    assert house.browser("officer").post("/warnings/check/", form(**sent)).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "approve", "content_hash": "é"},
        {"do": "approve", "reason": "\0"},
        {"do": "break-glass", "reason": "\0"},
        {"do": "return", "reason": "\0"},
        {"do": "return", "reason": "x" * 9_000},
    ],
)
def test_a_decision_that_cannot_be_kept_decides_nothing(house: House, sent: dict[str, str]) -> None:
    message = house.submitted()
    address = reverse("console:decide", args=[message.warning_id, message.number])
    response = house.browser("second").post(address, {"content_hash": content_hash(message)} | sent)
    assert response.status_code == 422
    assert not Approval.objects.exists()
    message.refresh_from_db()
    assert message.state == "submitted"


def test_an_override_that_cannot_be_kept_submits_nothing(house: House) -> None:
    message = house.draft()
    address = reverse("console:decide", args=[message.warning_id, message.number])
    assert house.browser("officer").post(address, {"do": "submit", "override": "\0"}).status_code == 422
    message.refresh_from_db()
    assert message.state == "draft"
