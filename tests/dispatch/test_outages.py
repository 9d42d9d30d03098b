"""Gateways in every kind of trouble: in the end everybody is in one final state, and no repeat is under another key."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.dispatch.house import SECRET, House, devices, states, work
from tests.servers import http
from vedette import clock
from vedette.dispatch.models import Channel, Delivery

pytestmark = pytest.mark.django_db(transaction=True)

PLAN = {"name": "device", "steps": [{"action": "send", "channel": "webhook", "wait_s": 60}]}
RIDERS = [f"r{number}" for number in range(12)]


def set_webhook(gateway: http.Gateway, rank: int = 0, port: int | None = None) -> None:
    url = f"{gateway.url}/send" if port is None else f"http://127.0.0.1:{port}/send"
    settings = {"url": url, "secret": SECRET, "allow_private": True, "connections": 4, "timeout_s": 0.2}
    Channel.objects.update_or_create(
        realm="exercise", name="webhook", rank=rank, defaults={"settings": settings, "enabled": True}
    )


def keys(gateway: http.Gateway) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for request in gateway.requests:
        found[request.json["to"]].add(request.headers["idempotency-key"])
    return found


@pytest.mark.parametrize("mode", [mode for mode in http.Mode if mode is not http.Mode.OK])
def test_a_gateway_in_trouble_costs_time_and_nobody(
    mode: http.Mode, house: House, hands: clock.Frozen, http_gateway: http.Gateway
) -> None:
    set_webhook(http_gateway)
    for code in RIDERS:
        house.person(code, None, "webhook")
    http_gateway.mode = mode
    message = house.warn(plan=PLAN)
    for _ in range(2):
        work()
        hands.advance(seconds=2)
    http_gateway.mode = http.Mode.OK
    for _ in range(8):
        hands.advance(seconds=30)
        work()
    assert states(message) == dict.fromkeys(RIDERS, "unanswered")
    accepted = [one.json["to"] for one in http_gateway.requests if one.answered is http.Mode.OK]
    assert sorted(accepted) == sorted(f"device:{code}" for code in RIDERS)
    assert all(len(of_one) == 1 for of_one in keys(http_gateway).values())


def test_a_gateway_that_stays_silent_holds_up_few_and_the_rest_goes_by_the_second_provider(
    house: House, hands: clock.Frozen, http_gateway: http.Gateway
) -> None:
    set_webhook(http_gateway, rank=0, port=1)  # nobody listens there
    set_webhook(http_gateway, rank=1)
    for code in RIDERS:
        house.person(code, None, "webhook")
    house.warn(plan=PLAN)
    work()
    assert sorted(devices(http_gateway)) == sorted(RIDERS)
    assert Delivery.objects.filter(level="accepted").count() == len(RIDERS)


def test_a_second_address_on_the_same_channel_is_tried_when_the_first_is_refused(
    house: House, hands: clock.Frozen, http_gateway: http.Gateway
) -> None:
    set_webhook(http_gateway)
    ann = house.person("ann", None, "webhook")
    ann.contact_points.update(address="http://elsewhere.example/ann")
    ann.contact_points.create(channel="webhook", address="device:ann-2", rank=1)
    message = house.warn(plan=PLAN)
    work()
    assert [request.json["to"] for request in http_gateway.requests] == ["device:ann-2"]
    assert [(one.step, one.level) for one in Delivery.objects.filter(message=message).order_by("pk")] == [
        (0, "failed"),
        (0, "accepted"),
    ]
