"""What gateways call: let in by a signature or a token, read or refused in one clear answer, and recorded once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from typing import Any
from urllib.parse import quote

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client

from tests.dispatch.conftest import hands, house  # noqa: F401  (fixtures)
from tests.dispatch.house import SECRET, House, levels, states, work
from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch.callbacks import kannel_reply_url, kannel_token, signing_secret
from vedette.dispatch.channels.heard import Reply
from vedette.dispatch.models import Channel, Delivery, EarlyReceipt, HeardBefore, Receipt
from vedette.dispatch.receipts import Call
from vedette.dispatch.together import Together
from vedette.ledger.models import Entry
from vedette.warnings.models import Message
from vedette.web.gateways import views
from vedette.web.gateways.bodies import read_kannel
from vedette.web.gateways.signatures import TOLERANCE_S, Signed, keys_of, signed_with

pytestmark = pytest.mark.django_db(transaction=True)

RECEIPTS, REPLIES = "/gateways/exercise/webhook/receipts", "/gateways/exercise/webhook/replies"


@pytest.fixture
def gateway() -> Client:
    """A gateway: no cookies, no CSRF token."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def warned(house: House) -> Message:  # noqa: F811
    """Ann has been sent a message to her device."""
    house.person("ann", None, "webhook")
    message = house.warn(plan={"name": "t", "steps": [{"action": "send", "channel": "webhook", "wait_s": 300}]})
    work()
    return message


def key() -> str:
    return Delivery.objects.get(channel="webhook").idempotency_key


def signed(body: bytes, name: str = "msg-1", secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    when = str(int(clock.now().timestamp()) if at is None else at)
    mac = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), f"{name}.{when}.".encode() + body, "sha256")
    return {
        "webhook-id": name,
        "webhook-timestamp": when,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def call(gateway: Client, where: str, data: Any, **given: Any) -> HttpResponse:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    headers = given.pop("headers", None) or signed(body, **given)
    return gateway.post(where, body, content_type="application/json", headers=headers)


def told(level: str = "delivered", **given: str) -> dict[str, Any]:
    return {"receipts": [{"level": level, **(given or {"key": key()})}]}


def nothing_changed(message: Message) -> bool:
    return levels(message, "ann") == [(0, "webhook", "accepted")] and states(message) == {"ann": "open"}


def test_a_signed_receipt_is_recorded_before_it_is_answered(gateway: Client, warned: Message) -> None:
    answer = call(gateway, RECEIPTS, told())
    assert (answer.status_code, answer.json()) == (200, {"received": 1})
    assert levels(warned, "ann") == [(0, "webhook", "delivered")]


def test_a_signed_reply_is_an_answer(gateway: Client, warned: Message) -> None:
    answer = call(gateway, REPLIES, {"replies": [{"from": "device:ann", "text": "2"}]})
    assert (answer.status_code, answer.json()) == (200, {"received": 1})
    assert states(warned) == {"ann": "safe"}


def test_the_same_call_again_is_answered_the_same_and_changes_nothing(gateway: Client, warned: Message) -> None:
    first, second = ({"replies": [{"from": "device:ann", "text": text}]} for text in ("2", "3"))
    assert call(gateway, REPLIES, first, name="a").status_code == 200
    assert call(gateway, REPLIES, second, name="b").status_code == 200
    entries = Entry.objects.count()
    assert call(gateway, REPLIES, first, name="a").json() == {"received": 1}
    assert states(warned) == {"ann": "needs_help"}
    assert Entry.objects.count() == entries


def test_what_is_about_nothing_here_is_answered_the_same_and_stores_nothing(gateway: Client, warned: Message) -> None:
    entries = Entry.objects.count()
    for strange in ("nothing", "A" * 40, key()[:-1] + "x"):
        answer = call(gateway, RECEIPTS, told("failed", key=strange), name=strange)
        assert (answer.status_code, answer.json()) == (200, {"received": 1})
    assert nothing_changed(warned)
    assert (Entry.objects.count(), Receipt.objects.count()) == (entries, 0)


def test_a_receipt_of_the_other_realm_is_not_taken(gateway: Client, warned: Message) -> None:
    Channel.objects.create(realm="live", name="webhook", settings={"url": "https://x.example", "secret": SECRET})
    assert call(gateway, "/gateways/live/webhook/receipts", told("failed")).status_code == 200
    assert nothing_changed(warned)


@pytest.mark.parametrize(
    "where",
    [
        RECEIPTS,
        "/gateways/live/webhook/receipts",
        "/gateways/exercise/none/receipts",
        "/gateways/nowhere/webhook/receipts",
    ],
)
def test_forged_stale_and_unknown_get_the_same_answer_and_leave_no_trace(
    gateway: Client, warned: Message, where: str, capfd: pytest.CaptureFixture[str]
) -> None:
    body = json.dumps(told("failed")).encode()
    right = signed(body)
    wrong = base64.b64encode(bytes(48)).decode()
    late = int(clock.now().timestamp()) - TOLERANCE_S - 1
    tries = [
        signed(body, secret=wrong),
        signed(body, at=late),
        signed(body, at=late + 2 * TOLERANCE_S + 2),
        signed(body + b" "),
        {**right, "webhook-id": "another"},
        {**right, "webhook-signature": right["webhook-signature"].removeprefix("v1,")},
        {**right, "webhook-signature": "v1, v1a,x v2,y"},
        {**right, "webhook-timestamp": "soon"},
        {**right, "webhook-timestamp": "9" * 400},
        {**right, "webhook-id": ""},
        {},
    ]
    if where != RECEIPTS:
        tries.append(right)
    answers = [call(gateway, where, body, headers=headers or {"x": "y"}) for headers in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer["Content-Type"] for answer in answers} == {"application/problem+json"}
    assert len({answer.content for answer in answers}) == 1
    assert nothing_changed(warned)
    assert not HeardBefore.objects.exists()
    assert "gateways" not in capfd.readouterr().err


def test_each_of_several_secrets_holds_while_they_are_exchanged(gateway: Client, warned: Message) -> None:
    new = base64.b64encode(b"the next secret, thirty bytes.").decode()
    Channel.objects.filter(name="webhook").update(settings={"secret": f"{SECRET} whsec_{new}"})
    assert call(gateway, RECEIPTS, told()).status_code == 200
    assert call(gateway, RECEIPTS, told("displayed"), name="2", secret=new).status_code == 200
    both = signed(b'{"receipts": [{"level": "failed", "reference": "x"}]}', name="3", secret=new)
    both["webhook-signature"] = "v1,AAAA " + both["webhook-signature"]
    assert (
        call(gateway, RECEIPTS, b'{"receipts": [{"level": "failed", "reference": "x"}]}', headers=both).status_code
        == 200
    )


def test_what_one_provider_calls_a_message_is_not_taken_for_what_the_other_calls_so(
    gateway: Client, warned: Message
) -> None:
    second = base64.b64encode(b"of the second provider, thirty").decode()
    Channel.objects.create(realm="exercise", name="webhook", rank=1, settings={"secret": second}, enabled=False)
    Delivery.objects.update(reference="77", provider=1)
    failed = {"receipts": [{"level": "failed", "reference": "77"}]}
    assert call(gateway, RECEIPTS, failed, name="same").status_code == 200
    assert nothing_changed(warned) and EarlyReceipt.objects.get().provider == 0
    said = {"replies": [{"from": "device:ann", "text": "2", "reference": "1"}]}
    assert call(gateway, RECEIPTS, told("delivered", reference="77"), name="same", secret=second).status_code == 200
    assert levels(warned, "ann") == [(0, "webhook", "delivered")]
    assert call(gateway, REPLIES, {"replies": [{**said["replies"][0], "text": "hello"}]}, name="r").status_code == 200
    assert call(gateway, REPLIES, said, name="r", secret=second).status_code == 200
    assert states(warned) == {"ann": "safe"}


def test_a_channel_without_a_secret_of_its_own_has_one_made_for_it(gateway: Client, warned: Message) -> None:
    mine = signing_secret(Realm.EXERCISE, "smtp")
    body = {"receipts": [{"level": "delivered", "reference": "x"}]}
    assert call(gateway, "/gateways/exercise/smtp/receipts", body, secret=mine).status_code == 200
    assert call(gateway, RECEIPTS, told(), secret=signing_secret(Realm.EXERCISE, "webhook")).status_code == 401


@pytest.mark.parametrize(
    ("where", "body", "field"),
    [
        (RECEIPTS, b"", "body"),
        (RECEIPTS, b"[" * 60_000, "body"),
        (RECEIPTS, b"\xff", "body"),
        (RECEIPTS, [], "body"),
        (RECEIPTS, {"receipts": []}, "receipts"),
        (RECEIPTS, {"receipts": [{"level": "delivered"}]}, "receipts.0"),
        (RECEIPTS, {"receipts": [{"level": "delivered", "key": "a", "reference": "b"}]}, "receipts.0"),
        (RECEIPTS, {"receipts": [{"level": "acknowledged", "key": "a"}]}, "receipts.0.level"),
        (RECEIPTS, {"receipts": [{"level": "failed", "key": 5}]}, "receipts.0.key"),
        (RECEIPTS, {"receipts": [{"level": "failed", "key": "a", "odd": 1}]}, "receipts.0.odd"),
        (RECEIPTS, {"receipts": [{"level": "failed", "key": "k"}] * 1_001}, "receipts"),
        (REPLIES, {"replies": [{"text": "1"}]}, "replies.0.from"),
        (REPLIES, {"replies": [{"from": "x", "text": "1" * 2_001}]}, "replies.0.text"),
    ],
)
def test_a_body_that_cannot_stand_gets_one_error_that_names_the_field(
    gateway: Client, warned: Message, where: str, body: Any, field: str
) -> None:
    answer = call(gateway, where, body)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["field"] == field
    assert nothing_changed(warned)


def test_text_that_no_database_holds_is_kept_without_it(gateway: Client, warned: Message) -> None:
    body = {"receipts": [{"level": "delivered", "key": key(), "detail": "a\x00b\x1b[31mc\n"}]}
    assert call(gateway, RECEIPTS, body).status_code == 200
    assert Receipt.objects.get().detail == "a b [31mc"
    said = {"replies": [{"from": "device:\x00", "text": "\x00", "reference": "\x00"}]}
    assert call(gateway, REPLIES, said, name="2").status_code == 200
    half = {"replies": [{"from": "device:ann", "text": "\ud800"}]}
    assert call(gateway, REPLIES, half, name="3").json()["field"] == "replies.0.text"


def test_a_body_beyond_64_kb_is_refused_before_it_is_read(gateway: Client, warned: Message) -> None:
    answer = call(gateway, RECEIPTS, b" " * (64 * 1024 + 1))
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_the_method_that_means_something_is_possible(gateway: Client, warned: Message, method: str) -> None:
    answer = getattr(gateway, method)(RECEIPTS)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    token = kannel_token(Realm.EXERCISE, "webhook")
    assert gateway.post(f"/gateways/exercise/webhook/kannel/{token}").status_code == 405


def test_what_cannot_be_stored_now_is_to_be_sent_again(
    gateway: Client, warned: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(views, "together", Together(away))
    answer = call(gateway, RECEIPTS, told())
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    monkeypatch.undo()
    assert call(gateway, RECEIPTS, told()).status_code == 200
    assert levels(warned, "ann") == [(0, "webhook", "delivered")]


def kannel(gateway: Client, query: str, token: str = "", realm: str = "exercise") -> HttpResponse:
    own = token or kannel_token(Realm.EXERCISE, "webhook")
    return gateway.get(f"/gateways/{realm}/webhook/kannel/{own}?{query}")


@pytest.mark.parametrize(
    ("state", "level"), [("1", "delivered"), ("2", "failed"), ("4", "accepted"), ("8", "accepted"), ("16", "failed")]
)
def test_kannels_delivery_reports_raise_the_level(gateway: Client, warned: Message, state: str, level: str) -> None:
    answer = kannel(gateway, f"key={key()}&state={state}&said=id%3A7+stat%3AX")
    assert (answer.status_code, answer.content) == (200, b"")
    assert levels(warned, "ann") == [(0, "webhook", level)]
    assert Receipt.objects.get().detail == "id:7 stat:X"


def test_what_somebody_wrote_comes_from_kannel_in_its_own_charset(gateway: Client, warned: Message) -> None:
    for name, raw, charset in (
        ("1", b"Estoy a salvo", "UTF-8"),
        ("2", "AYÚDENME".encode("utf-16-be"), "UTF-16BE"),
    ):
        answer = kannel(gateway, f"from=device%3Aann&text={quote(raw)}&charset={charset}&id={name}")
        assert (answer.status_code, answer.content) == (200, b"")
    assert states(warned) == {"ann": "needs_help"}
    assert read_kannel("from=1&text=a%E9&charset=WINDOWS-1252") == Reply(address="1", text="aé")
    assert kannel(gateway, "from=device%3Aann&text=2&charset=GSM&id=1").status_code == 200
    assert states(warned) == {"ann": "needs_help"}, "told twice"


@pytest.mark.parametrize(
    ("query", "field"),
    [("", "from"), ("text=1", "from"), ("key=x", "state"), ("key=x&state=3", "state"), ("key=x&state=%d", "state")],
)
def test_a_kannel_call_that_means_nothing_is_refused_with_the_field(
    gateway: Client, warned: Message, query: str, field: str, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = kannel(gateway, query)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert "kannel" not in capfd.readouterr().err, "the address is a key"


def test_a_guessed_token_and_that_of_another_realm_or_channel_lead_nowhere(
    gateway: Client, warned: Message, capfd: pytest.CaptureFixture[str]
) -> None:
    query = f"key={key()}&state=2"
    answers = [
        kannel(gateway, query, "x" * 24),
        kannel(gateway, query, kannel_token(Realm.LIVE, "webhook")),
        kannel(gateway, query, kannel_token(Realm.EXERCISE, "sms")),
        kannel(gateway, query, realm="live"),
        kannel(gateway, query, realm="nowhere"),
        kannel(gateway, query, "%ff%00"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert nothing_changed(warned)
    assert "kannel" not in capfd.readouterr().err


def test_the_address_that_kannel_is_given_is_the_one_that_is_served(gateway: Client, warned: Message) -> None:
    where = kannel_reply_url("http://127.0.0.1:8000", Realm.EXERCISE, "webhook").removeprefix("http://127.0.0.1:8000")
    for escape, value in (("%q", "device:ann"), ("%b", "help"), ("%C", "GSM"), ("%I", "5")):
        where = where.replace(escape, quote(value))
    assert gateway.get(where).status_code == 200
    assert states(warned) == {"ann": "needs_help"}


def test_an_unreachable_page_for_people_is_not_in_the_way_before_anybody_is_set_up(gateway: Client) -> None:
    assert gateway.post(RECEIPTS, b"{}", content_type="application/json").status_code == 401


def test_secrets_that_are_none_let_nobody_in() -> None:
    now = clock.now()
    when = str(int(now.timestamp()))
    for secrets in ([], keys_of(""), keys_of("whsec_ !!")):
        mac = hmac.digest(b"", f"a.{when}.".encode(), hashlib.sha256)
        assert not signed_with(Signed("a", when, f"v1,{base64.b64encode(mac).decode()}"), b"", secrets, now)


def test_many_calls_at_once_are_written_together_and_a_bad_one_spoils_no_other() -> None:
    begun, written = threading.Event(), []
    first = threading.Event()

    def commit(calls: list[Call]) -> None:
        if not first.is_set():
            first.set()
            begun.wait(10)
        if any(one.id == "bad" for one in calls):
            raise ValueError("bad")
        written.append([one.id for one in calls])

    together = Together(commit)
    failed: list[str] = []

    def one(name: str) -> None:
        try:
            together.record(Call(realm=Realm.EXERCISE, channel="x", heard=(), id=name))
        except ValueError:
            failed.append(name)

    threads = [threading.Thread(target=one, args=(name,)) for name in ("0", "a", "bad", "b", "c")]
    threads[0].start()
    first.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(together._waiting) < 4:
        pass
    begun.set()
    for thread in threads:
        thread.join(10)
    assert failed == ["bad"]
    assert written[0] == ["0"]
    assert sorted(name for batch in written for name in batch) == ["0", "a", "b", "c"]
