"""Answering on the field page: recorded before it is confirmed, said plainly, and open to another answer."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.web.field_house import ISSUED, add_message, address, warned
from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch.levels import Response
from vedette.dispatch.models import Acknowledgement
from vedette.dispatch.tokens import make_token
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.warnings.content import MessageType
from vedette.web.field.answer import LONGEST_NOTE, read_answer
from vedette.web.field.views import answered_page
from vedette.web.hosts import Hosts

SAFE = {"recorded": True, "result": "recorded", "response": "safe", "state": "safe"}


@pytest.fixture
def now():
    """The clock, stopped when the shared warning is issued."""
    with clock.frozen(ISSUED) as frozen:
        yield frozen


@pytest.fixture
def phone() -> Client:
    """A browser without cookies that checks CSRF, as phones are."""
    return Client(enforce_csrf_checks=True)


def said(phone: Client, where: str, form: dict[str, str]) -> HttpResponse:
    """Press a button: the form as a browser sends it."""
    return phone.post(where, urlencode(form), content_type="application/x-www-form-urlencoded")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("response", "words"), [("acknowledged", "I have read it"), ("safe", "I am safe"), ("needs_help", "I need help")]
)
def test_each_answer_is_stored_and_shown_as_the_one_that_holds(now, phone: Client, response: str, words: str) -> None:
    recipient = warned()
    page = said(phone, address(recipient), {"response": response, "note": "At the <gate>"})
    assert page.status_code == 200
    text = page.content.decode()
    assert f"Recorded: {words}" in text
    assert "At the &lt;gate&gt;" in text
    assert f'value="{response}" aria-pressed="true"' in text
    assert text.count("<button") == 3
    recipient.refresh_from_db()
    assert recipient.state == response
    assert Acknowledgement.objects.get().note == "At the <gate>"
    assert Entry.objects.latest("seq").kind == "dispatch.answered"


@pytest.mark.django_db
def test_repeating_an_answer_changes_nothing(now, phone: Client) -> None:
    recipient = warned()
    first = said(phone, address(recipient), {"response": "safe"}).content
    entries = Entry.objects.count()
    now.advance(minutes=5)
    again = said(phone, address(recipient), {"response": "safe"})
    assert again.status_code == 200
    assert b"Recorded: I am safe" in first and b"Recorded: I am safe" in again.content
    assert (Acknowledgement.objects.count(), Entry.objects.count()) == (1, entries)


@pytest.mark.django_db
def test_a_note_sent_with_the_same_answer_again_is_kept_and_shown(now, phone: Client) -> None:
    recipient = warned()
    said(phone, address(recipient), {"response": "needs_help"})
    now.advance(minutes=5)
    again = said(phone, address(recipient), {"response": "needs_help", "note": "Water at the door"})
    assert "Recorded: I need help" in again.content.decode() and "“Water at the door”" in again.content.decode()
    assert Acknowledgement.objects.get(note="Water at the door").response == "needs_help"


@pytest.mark.django_db
def test_another_answer_is_possible_and_i_have_read_it_never_hides_a_call_for_help(now, phone: Client) -> None:
    recipient = warned()
    for response in ("safe", "needs_help", "acknowledged"):
        now.advance(minutes=1)
        text = said(phone, address(recipient), {"response": response}).content.decode()
    assert "Recorded: I need help" in text
    assert "duty room" in text.split("Recorded: I need help")[1].split("</div>")[0]
    recipient.refresh_from_db()
    assert recipient.state == "needs_help"
    now.advance(minutes=1)
    assert "Recorded: I am safe" in said(phone, address(recipient), {"response": "safe"}).content.decode()


@pytest.mark.django_db
def test_an_answer_after_the_end_is_taken_as_late(now, phone: Client) -> None:
    recipient = warned()
    now.advance(days=5)
    text = said(phone, address(recipient), {"response": "safe"}).content.decode()
    assert "EXPIRED" in text and "Recorded: I am safe" in text
    assert Acknowledgement.objects.get().late


@pytest.mark.django_db
def test_after_an_update_the_earlier_answer_is_shown_as_such(now, phone: Client) -> None:
    recipient = warned()
    said(phone, address(recipient), {"response": "acknowledged"})
    add_message(recipient.warning, MessageType.UPDATE, change="The area is larger.")
    text = phone.get(address(recipient)).content.decode()
    assert "answered an earlier message" in text and "aria-pressed" not in text
    assert (
        "answered an earlier message"
        not in said(phone, address(recipient), {"response": "acknowledged"}).content.decode()
    )


@pytest.mark.django_db
@pytest.mark.parametrize("given", [{}, {"response": "maybe"}, {"note": "hello"}])
def test_what_is_no_answer_is_refused_with_the_page_still_usable(now, phone: Client, given: dict[str, str]) -> None:
    recipient = warned()
    page = said(phone, address(recipient), given)
    assert page.status_code == 400
    assert b"Not recorded" in page.content and page.content.count(b"<button") == 3
    assert not Acknowledgement.objects.exists()


@pytest.mark.django_db
def test_json_gets_json(now, phone: Client) -> None:
    recipient = warned()
    answer = phone.post(address(recipient), '{"response": "safe", "note": "ok"}', content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, SAFE)
    again = phone.post(address(recipient), '{"response": "safe"}', content_type="application/json")
    assert again.json() == {**SAFE, "recorded": False, "result": "repeated"}
    refused = phone.post(address(recipient), '{"response": 7}', content_type="application/json")
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert refused.json()["field"] == "response"


@pytest.mark.django_db
def test_an_answer_with_times_that_no_clock_can_mean_is_recorded_without_them(now, phone: Client) -> None:
    recipient = warned()
    told = {"response": "safe", "answered_at": "0001-01-01T00:00:00+14:00", "sent_at": "9999-12-31T23:59:59-12:00"}
    answer = phone.post(address(recipient), json.dumps(told), content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, SAFE)
    stored = Acknowledgement.objects.get()
    assert (stored.answered_at, stored.told_at) == (None, None)


@pytest.mark.django_db
def test_an_answer_to_a_forged_address_stores_nothing(now, phone: Client) -> None:
    recipient = warned()
    for token in (make_token(recipient.pk, Realm.LIVE), make_token(recipient.pk + 7, Realm.EXERCISE), "x" * 24):
        for data in ({"response": "safe"}, {"response": "none"}):
            assert said(phone, f"/a/{token}", data).status_code == 404
    assert not Acknowledgement.objects.exists()


@pytest.mark.django_db
def test_the_page_after_an_answer_is_made_without_a_request(now, phone: Client) -> None:
    recipient = warned()
    by_view = said(phone, address(recipient), {"response": "safe"}).content
    assert answered_page(address(recipient).removeprefix("/a/"), "safe") == by_view
    assert b"There is no such page" in answered_page("nonsense", "safe")


@given(st.sampled_from(Response), st.text())
def test_any_note_is_taken_and_cut_never_refused(response: Response, note: str) -> None:
    said, kept, *_ = read_answer(json.dumps({"response": response, "note": note}).encode(), "application/json")
    assert said is response
    assert len(kept) <= LONGEST_NOTE
    kept.encode()
    assert all(letter >= " " or letter == "\n" for letter in kept)


@given(st.binary(max_size=400), st.sampled_from(["application/json", "application/x-www-form-urlencoded", "", None]))
def test_any_bytes_are_an_answer_that_they_spell_or_are_refused(body: bytes, kind: str | None) -> None:
    try:
        said, *_ = read_answer(body, kind)
    except BadInput:
        return
    assert said.value.encode() in body


@pytest.mark.django_db
def test_no_log_line_holds_an_address_that_is_a_key(now, phone: Client, caplog: pytest.LogCaptureFixture) -> None:
    recipient = warned()
    assert said(phone, address(recipient), {"response": "none"}).status_code == 400
    assert phone.get(address(recipient) + "x").status_code == 404
    assert address(recipient) not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_front_answers_under_the_public_address_with_the_same_page(now, settings) -> None:
    from vedette.conf.asgi import Front

    recipient, sent = warned(), []
    settings.ALLOWED_HOSTS = Hosts(["localhost"])

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"response=safe&note=here"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def press(host: bytes) -> None:
        front = Front()
        headers = [(b"host", host), (b"content-type", b"application/x-www-form-urlencoded")]
        scope = {"type": "http", "method": "POST", "path": address(recipient), "headers": headers}
        await front(scope, receive, send)
        lifespan = iter([{"type": "lifespan.shutdown"}])

        async def ending() -> dict[str, object]:
            return next(lifespan)

        await front({"type": "lifespan"}, ending, send)

    asyncio.run(press(b"warn.vedette.example"))
    assert sent[0]["status"] == 200
    assert dict(sent[0]["headers"])[b"content-security-policy"].startswith(b"default-src 'none'; style-src 'self'")
    assert sent[1]["body"] == answered_page(address(recipient).removeprefix("/a/"), "safe")
    sent.clear()
    asyncio.run(press(b"evil.example"))
    assert sent[0]["status"] == 400


@pytest.mark.django_db(transaction=True)
def test_at_the_front_an_impossible_time_costs_nobody_their_answer(now, settings) -> None:
    from vedette.conf.asgi import Front

    recipient = warned()
    settings.ALLOWED_HOSTS = Hosts(["localhost"])
    bodies = [
        {"response": "safe", "answered_at": "0001-01-02T00:00:00Z", "sent_at": "9999-12-30T00:00:00Z"},
        {"response": "needs_help"},
    ]

    async def press(front: Front, body: dict[str, str]) -> int:
        sent: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": json.dumps(body).encode()}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        headers = [(b"host", b"warn.vedette.example"), (b"content-type", b"application/json")]
        await front({"type": "http", "method": "POST", "path": address(recipient), "headers": headers}, receive, send)
        return int(str(sent[0]["status"]))

    async def both() -> list[int]:
        front = Front()
        statuses = await asyncio.gather(*(press(front, body) for body in bodies))
        lifespan = iter([{"type": "lifespan.shutdown"}])

        async def ending() -> dict[str, object]:
            return next(lifespan)

        async def ended(_: dict[str, object]) -> None:
            pass

        await front({"type": "lifespan"}, ending, ended)
        return statuses

    assert asyncio.run(both()) == [200, 200]
    assert set(Acknowledgement.objects.values_list("response", flat=True)) == {"safe", "needs_help"}


@pytest.mark.django_db(transaction=True)
def test_at_the_front_a_note_of_full_length_is_taken_in_any_script(now, settings) -> None:
    from vedette.conf.asgi import Front

    recipient, sent = warned(), []
    settings.ALLOWED_HOSTS = Hosts(["localhost"])
    form = urlencode({"response": "needs_help", "note": "क" * LONGEST_NOTE}).encode()

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": form}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def ending() -> dict[str, object]:
        return {"type": "lifespan.shutdown"}

    async def press() -> None:
        front = Front()
        headers = [(b"host", b"warn.vedette.example"), (b"content-type", b"application/x-www-form-urlencoded")]
        await front({"type": "http", "method": "POST", "path": address(recipient), "headers": headers}, receive, send)
        await front({"type": "lifespan"}, ending, send)

    asyncio.run(press())
    assert sent[0]["status"] == 200
    assert Acknowledgement.objects.get().note == "क" * LONGEST_NOTE
