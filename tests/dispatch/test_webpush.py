"""Web Push against a push service over TLS that checks who sends and opens what it is sent, as a browser does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.dispatch.house import House, user, work
from tests.servers import certificates, pushservice, smtp
from tests.servers.pushservice import Browser, PushService
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.roles import Role
from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import NAME_HERE, TOKEN_HERE, Letter, Outcome, Parcel, Result
from vedette.dispatch.channels.webpush_key import public_key_b64
from vedette.dispatch.levels import Level
from vedette.dispatch.models import Channel, Delivery, Lease
from vedette.people.actions import add_contact_point

KEY = "5e" * 32


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> certificates.Certificates:
    return certificates.make(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def service(certified: certificates.Certificates) -> Iterator[PushService]:
    with pushservice.running(certified) as running:
        running.now = clock.now
        yield running


@pytest.fixture
def settings(certified: certificates.Certificates) -> dict[str, Any]:
    return {"allow_private": True, "ca_file": str(certified.authority), "timeout_s": 5}


@pytest.fixture
def browser(service: PushService) -> Browser:
    return service.subscribe(public_key_b64())


def letter(kind: str = "Alert", **changes: Any) -> Letter:
    """A letter in the exercise realm, good for four hours from now."""
    told = {"type": kind, "realm": "exercise", "identifier": "w-1.2", "area": {"description": "Zaun Süd"}}
    fields: dict[str, Any] = {
        "subject": "EXERCISE TLP:GREEN WARNUNG: Schüsse am Zaun EXERCISE",
        "text": "EXERCISE\n\nlang\n\nEXERCISE",
        "short": f"EXERCISE Schüsse möglich. Bleib in Deckung 🛡️ „sofort“. https://w.example/a/{TOKEN_HERE} EXERCISE",
        "payload": json.dumps(told | {"person": NAME_HERE}),
        "link": f"https://w.example/a/{TOKEN_HERE}",
        "language": "de",
        "sent": clock.now(),
        "expires": clock.now() + timedelta(hours=4),
        "topic": "warning.1",
        "danger_to_life": True,
    }
    return Letter(**(fields | changes))


def parcel(browser: Browser | str, of: Letter | None = None, key: str = KEY) -> Parcel:
    address = browser if isinstance(browser, str) else browser.subscription
    return Parcel(key=key, address=address, letter=of or letter(), name='Ann "A" Öz', token="t" * 24)


def send(settings: dict[str, Any], *parcels: Parcel) -> list[Result]:
    async def work() -> list[Result]:
        kind = CHANNELS["webpush"]
        channel = kind(kind.parse(settings), "duty@alerts.example.org")
        await channel.open()
        try:
            return list(await asyncio.gather(*(channel.send(one) for one in parcels)))
        finally:
            await channel.close()

    return asyncio.run(work())


def test_a_browser_reads_the_whole_warning_and_what_to_do_with_it(
    settings: dict[str, Any], service: PushService, browser: Browser
) -> None:
    sent = letter()
    (result,) = send(settings, parcel(browser, sent))
    assert result.outcome is Outcome.ACCEPTED and result.reference.startswith(f"{service.url}/m/")
    (got,) = browser.got
    link = f"https://w.example/a/{'t' * 24}"
    assert got.json == {
        "key": KEY,
        "tag": got.headers["topic"],
        "title": "EXERCISE TLP:GREEN WARNUNG: Schüsse am Zaun EXERCISE",
        "body": f"EXERCISE Schüsse möglich. Bleib in Deckung 🛡️ „sofort“. {link} EXERCISE",
        "link": link,
        "expires": clock.rfc3339(sent.expires),
        "identifier": "w-1.2",
        "realm": "exercise",
        "type": "Alert",
        "urgent": True,
        "language": "de",
    }
    assert b"Sch" not in got.body and b"w.example" not in got.body


def test_it_is_kept_as_long_as_the_warning_holds_and_wakes_the_phone_for_danger_to_life(
    settings: dict[str, Any], browser: Browser, stopped_clock: clock.Frozen
) -> None:
    now = clock.now()
    send(settings, parcel(browser, letter(expires=now + timedelta(seconds=90.2))))
    send(settings, parcel(browser, letter(expires=now + timedelta(days=400), danger_to_life=False)))
    (late,) = send(settings, parcel(browser, letter(expires=now)))
    assert [(got.headers["ttl"], got.headers["urgency"]) for got in browser.got] == [
        ("91", "high"),
        (str(28 * 24 * 3600), "normal"),
    ]
    assert late.outcome is Outcome.FAILED and "over" in late.detail


def test_an_update_takes_the_place_of_its_warning_and_nothing_else_does(
    settings: dict[str, Any], browser: Browser
) -> None:
    kinds = ("Alert", "Update", "Cancel", "AllClear", "Escalation", "Test")
    send(settings, *(parcel(browser, letter(kind), key=f"{n:064x}") for n, kind in enumerate(kinds)))
    send(settings, parcel(browser, letter(topic="warning.2")))
    topics = [got.headers.get("topic", "") for got in sorted(browser.got[:6], key=lambda got: got.json["key"])]
    assert len(set(topics[:4])) == 1 and len(topics[0]) == 32
    assert topics[4:] == ["", ""], "a notice to a supervisor must not wipe out the warning on the same phone"
    assert browser.got[6].headers["topic"] not in topics
    tags = [got.json["tag"] for got in browser.got]
    assert len(set(tags)) == 4


def test_a_warning_too_long_for_a_push_is_told_by_headline_place_and_link_and_never_cut(
    settings: dict[str, Any], browser: Browser
) -> None:
    long = letter(short=f"EXERCISE {'Ä' * 2_000} EXERCISE")
    too_long = letter(short="x" * 4_000, subject="y" * 4_000)
    kept, refused = send(settings, parcel(browser, long), parcel(browser, too_long))
    assert kept.outcome is Outcome.ACCEPTED
    assert browser.got[0].json["title"] == "EXERCISE TLP:GREEN WARNUNG: Schüsse am Zaun EXERCISE"
    assert browser.got[0].json["body"] == f"EXERCISE Zaun Süd. https://w.example/a/{'t' * 24} EXERCISE"
    assert refused.outcome is Outcome.FAILED and "too long" in refused.detail
    assert len(browser.got) == 1


def test_one_proof_serves_many_messages_and_is_renewed_before_it_ends(
    settings: dict[str, Any], service: PushService, stopped_clock: clock.Frozen
) -> None:
    browsers = [service.subscribe(public_key_b64()) for _ in range(20)]

    async def work() -> None:
        kind = CHANNELS["webpush"]
        channel = kind(kind.parse(settings), "duty@alerts.example.org")
        await channel.open()
        for hours in (0, 5, 7, 24 * 30, -24 * 60):
            stopped_clock.advance(hours=hours)
            results = await asyncio.gather(*(channel.send(parcel(browser)) for browser in browsers))
            assert {result.outcome for result in results} == {Outcome.ACCEPTED}, service.refused
        await channel.close()

    asyncio.run(work())
    proofs = [{got.headers["authorization"] for got in browser.got} for browser in browsers]
    assert all(proof == proofs[0] for proof in proofs) and len(proofs[0]) == 4
    assert browsers[0].got[0].claims["sub"] == "mailto:duty@alerts.example.org"


def test_a_browser_that_subscribed_to_somebody_elses_key_is_out_of_reach(
    settings: dict[str, Any], service: PushService, browser: Browser
) -> None:
    stranger = service.subscribe(
        "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
    )
    refused, taken = send(settings, parcel(stranger), parcel(browser))
    assert refused.outcome is Outcome.FAILED and "key" in refused.detail
    assert taken.outcome is Outcome.ACCEPTED


def test_a_subscription_that_is_gone_fails_for_good(
    settings: dict[str, Any], service: PushService, browser: Browser
) -> None:
    browser.gone = True
    unknown = browser.subscription.replace("/push/", "/push/not-")
    for result in send(settings, parcel(browser), parcel(unknown)):
        assert result.outcome is Outcome.FAILED and "the subscription is gone" in result.detail


@pytest.mark.parametrize(
    ("status", "headers", "outcome", "retry_after_s"),
    [
        (202, {}, Outcome.ACCEPTED, None),
        (400, {}, Outcome.FAILED, None),
        (401, {}, Outcome.FAILED, None),
        (413, {}, Outcome.FAILED, None),
        (307, {"Location": "https://localhost/elsewhere"}, Outcome.FAILED, None),
        (429, {"Retry-After": "17"}, Outcome.LATER, 17),
        (500, {}, Outcome.LATER, None),
        (503, {"Retry-After": "3"}, Outcome.LATER, 3),
    ],
)
def test_what_the_push_service_says_decides(
    settings: dict[str, Any],
    service: PushService,
    browser: Browser,
    status: int,
    headers: dict[str, str],
    outcome: Outcome,
    retry_after_s: float | None,
) -> None:
    service.answer = (status, headers)
    (result,) = send(settings, parcel(browser))
    assert (result.outcome, result.retry_after_s) == (outcome, retry_after_s)
    assert not result.unreachable


def test_a_push_service_that_keeps_it_for_less_is_noted(
    settings: dict[str, Any], service: PushService, browser: Browser
) -> None:
    service.answer = (201, {"TTL": "60"})
    (result,) = send(settings, parcel(browser))
    assert result == Result(Outcome.ACCEPTED, "the push service keeps it for 60 s only")


def test_no_answer_a_garbled_one_and_no_trust_are_later(
    settings: dict[str, Any], service: PushService, browser: Browser
) -> None:
    service.garbage = True
    (garbled,) = send(settings, parcel(browser))
    service.garbage, service.hang = False, True
    (silent,) = send(settings | {"timeout_s": 0.3}, parcel(browser))
    (untrusted,) = send(settings | {"ca_file": ""}, parcel(browser))
    (absent,) = send(settings, parcel(browser.subscription.replace(service.url, "https://localhost:1")))
    assert {one.outcome for one in (garbled, silent, untrusted, absent)} == {Outcome.LATER}
    assert [one.unreachable for one in (garbled, silent, untrusted, absent)] == [False, True, True, True]
    assert not browser.got


def test_private_addresses_and_what_is_no_subscription_are_refused(
    settings: dict[str, Any], service: PushService, browser: Browser
) -> None:
    private = send(settings | {"allow_private": False}, parcel(browser))
    plain = send({}, parcel(browser.subscription.replace("https:", "http:")))
    none = send(settings, parcel("device:ann"), parcel(browser.subscription.replace("https:", "ftp:")))
    for result in (*private, *plain, *none):
        assert result.outcome is Outcome.FAILED
    assert "private" in private[0].detail and "https" in plain[0].detail and "subscription" in none[0].detail
    assert not browser.got


@pytest.mark.parametrize("given", [{"contact": "duty@alerts.example.org"}, {"url": "https://x.example"}])
def test_settings_that_cannot_stand_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        CHANNELS["webpush"].parse(given)


def test_the_installations_key_is_the_same_every_time() -> None:
    from vedette.dispatch.channels import webpush_key

    before = public_key_b64()
    webpush_key._key.cache_clear()
    assert public_key_b64() == before and len(before) == 87


@pytest.mark.django_db(transaction=True)
def test_a_warning_reaches_a_phone_by_push_from_the_first_to_the_last_word(
    house: House, settings: dict[str, Any], service: PushService
) -> None:
    phone = service.subscribe(public_key_b64())
    Channel.objects.create(realm="exercise", name="webpush", settings=settings)
    ann = house.person("ann", None, "smtp")
    keeper = actor_for(user("keeper", Role.ADMINISTRATOR), house.realm)
    point = add_contact_point(keeper, ann, "webpush", phone.subscription)
    assert len(point.address) < len(phone.subscription)
    plan = {"name": "push", "steps": [{"action": "send", "channel": "webpush", "wait_s": 60}]}
    message = house.warn(plan=plan, headline="Schüsse am Zaun möglich – „Deckung“ 🛡️")
    work()
    (delivery,) = Delivery.objects.filter(message=message)
    assert (delivery.channel, delivery.level) == ("webpush", Level.ACCEPTED.value)
    (got,) = phone.got
    assert "Schüsse am Zaun möglich – „Deckung“ 🛡️" in got.json["title"]
    for shown in (got.json["title"], got.json["body"]):
        assert shown.startswith("EXERCISE ") and shown.endswith(" EXERCISE")
    assert got.json["link"] in got.json["body"] and got.json["identifier"] == message.identifier


PUSHED = {"name": "push", "steps": [{"action": "send", "channel": "webpush", "wait_s": 600}]}
PUSHED_THEN_MAIL = PUSHED | {"steps": [*PUSHED["steps"], {"action": "send", "channel": "smtp", "wait_s": 600}]}


@pytest.fixture
def phones(house: House, settings: dict[str, Any], service: PushService) -> list[Browser]:
    """Three of ann's, who is in the warned unit."""
    Channel.objects.create(realm="exercise", name="webpush", settings=settings)
    keeper = actor_for(user("keeper", Role.ADMINISTRATOR), house.realm)
    ann = house.person("ann", None, "smtp")
    found = [service.subscribe(public_key_b64()) for _ in range(3)]
    for rank, phone in enumerate(found):
        add_contact_point(keeper, ann, "webpush", phone.subscription, rank)
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gone", [0, 2])
def test_every_phone_of_a_person_gets_it_and_one_that_is_gone_holds_up_none(
    house: House, phones: list[Browser], gone: int, smtp_sink: smtp.Sink
) -> None:
    phones[gone].gone = True
    message = house.warn(plan=PUSHED_THEN_MAIL)
    work()
    assert [len(phone.got) for phone in phones] == [int(at != gone) for at in range(3)]
    assert len({got.json["key"] for phone in phones for got in phone.got}) == 2
    told = Delivery.objects.filter(message=message).order_by("contact_point__rank")
    assert [one.level for one in told] == ["failed" if at == gone else "accepted" for at in range(3)]
    assert not smtp_sink.mails  # it got out, so that the next step waits for its time


@pytest.mark.django_db(transaction=True)
def test_the_step_is_taken_up_again_at_the_phones_that_it_has_not_reached(
    house: House, phones: list[Browser], hands: clock.Frozen
) -> None:
    message = house.warn(plan=PUSHED)
    work()
    later = Delivery.objects.filter(message=message).order_by("pk").last()
    assert later is not None
    Lease.objects.filter(message=message, step=0).update(done_at=None, held_until=None)
    later.delete()
    work()
    assert [len(phone.got) for phone in phones] == [1, 1, 2]
    assert Delivery.objects.filter(message=message, level="accepted").count() == 3
