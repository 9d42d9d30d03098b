"""Mail that comes back, from a real Postfix and from people, all the way to what it changes."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import DatabaseError, connections

from tests.conftest import require
from tests.dispatch.house import House, devices, levels, states, work
from tests.dispatch.test_bounces import KEY, raw
from tests.servers import http, parts, postfix
from vedette.access.handling import Realm
from vedette.dispatch import lmtp
from vedette.dispatch.inbox import calls_of
from vedette.dispatch.models import Channel, Delivery, Receipt
from vedette.dispatch.receipts import record_calls
from vedette.people.models import ContactPoint
from vedette.warnings.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def mta() -> Iterator[postfix.Postfix]:
    require(parts.Part.POSTFIX)
    if reason := postfix.why_not():
        pytest.skip(reason)
    with postfix.running() as running:
        yield running


def receive(*mails: bytes, realm: Realm | None = None) -> dict[str, int]:
    became = record_calls(calls_of(mails, realm)).became
    return {one.value: count for one, count in became.items() if count}


def written(text: str, answers: str = "", sender: str = "ann@people.example", **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "duty@alerts.example.org", "Re: EXERCISE WARNING"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    if answers:
        mail["In-Reply-To"] = f"<{answers}@alerts.example.org>"
    mail.set_content(f"{text}\n\nOn Thu, duty@alerts.example.org wrote:\n> that you are safe, or that you need help:\n")
    return mail.as_bytes()


@pytest.fixture
def warned(house: House) -> Message:
    house.person("ann"), house.person("ben")
    message = house.warn()
    work()
    return message


def key(code: str = "ann") -> str:
    return Delivery.objects.get(recipient__person__code=code, channel="smtp").idempotency_key


def test_what_postfix_sends_back_is_known_and_the_plan_goes_on_for_whom_it_could_not_reach(
    house: House, mta: postfix.Postfix, http_gateway: http.Gateway
) -> None:
    settings = {"host": mta.host, "port": mta.port, "tls": "none", "dsn": "all", "bounce_to": mta.bounce_to}
    Channel.objects.filter(name="smtp").update(settings=settings)
    for code, domain in (("ann", "people.vedette.test"), ("ben", postfix.BOUNCES), ("cat", postfix.DELAYED)):
        house.person(code)
        ContactPoint.objects.filter(person__code=code, channel="smtp").update(address=f"{code}@{domain}")
    message = house.warn()
    work()
    mta.wait_for_bounces(3)
    assert receive(*mta.raw_bounces) == {"recorded": 3}
    work()
    assert levels(message, "ann") == [(0, "smtp", "delivered")]
    assert levels(message, "ben") == [(0, "smtp", "failed"), (1, "webhook", "accepted")]
    assert levels(message, "cat") == [(0, "smtp", "accepted")]
    assert devices(http_gateway) == ["ben"]
    said = dict(Receipt.objects.values_list("delivery__person__code", "detail"))
    assert said["ben"].startswith("failed 5.1.1 ")
    assert said["cat"].startswith("delayed 4.4.1 ")
    assert receive(*mta.raw_bounces) == {"repeated": 3}


@pytest.mark.parametrize("name", ["exim-failed", "exchange-failed", "sendmail-failed", "exim-older"])
def test_other_mail_servers_bounces_do_the_same(warned: Message, http_gateway: http.Gateway, name: str) -> None:
    assert receive(raw(name, **{KEY: key()})) == {"recorded": 1}
    work()
    assert levels(warned, "ann") == [(0, "smtp", "failed"), (1, "webhook", "accepted")]
    assert devices(http_gateway) == ["ann"]


def test_a_bounce_with_a_key_that_somebody_made_up_changes_nothing(warned: Message) -> None:
    assert receive(raw("postfix-failed")) == {}
    assert receive(raw("postfix-failed"), realm=Realm.EXERCISE) == {"unknown": 1}
    assert levels(warned, "ann") == [(0, "smtp", "accepted")]


def test_a_reply_with_our_key_needs_no_realm_and_one_without_belongs_where_it_is_told_to(warned: Message) -> None:
    assert receive(written("2", key())) == {"answered": 1}
    assert receive(written("3", sender="ben@people.example")) == {}
    assert receive(written("3", sender="ben@people.example"), realm=Realm.LIVE) == {"unknown": 1}
    assert states(warned) == {"ann": "safe", "ben": "open"}
    assert receive(written("3", sender="ben@people.example"), realm=Realm.EXERCISE) == {"answered": 1}
    assert states(warned) == {"ann": "safe", "ben": "needs_help"}


def test_a_mailbox_of_the_other_realm_takes_nothing_of_this_one(warned: Message) -> None:
    assert receive(written("3", key()), raw("exim-failed", **{KEY: key()}), realm=Realm.LIVE) == {"refused": 2}
    assert states(warned)["ann"] == "open"


def test_the_same_mail_handed_in_twice_counts_once(warned: Message) -> None:
    safe, unsafe = (written(text, key(), Message_ID=f"<{text}@people.example>") for text in ("2", "3"))
    assert receive(safe) == {"answered": 1}
    assert receive(unsafe) == {"answered": 1}
    assert receive(safe) == {"repeated": 1}
    assert states(warned)["ann"] == "needs_help"


def test_an_absence_note_is_kept_and_is_no_answer_though_it_speaks_of_help(warned: Message) -> None:
    away = written("I am away. For help call the desk.", key(), Auto_Submitted="auto-replied")
    assert receive(away) == {"noted": 1}
    assert states(warned)["ann"] == "open"
    assert Receipt.objects.get().detail == "automatic reply by smtp, no answer: I am away. For help call the desk."


class Served:
    """The LMTP server, in a thread."""

    def __init__(self, realm: Realm | None) -> None:
        self._loop = asyncio.new_event_loop()
        self._ready: asyncio.Future[int] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, args=(realm,))
        self._begun = threading.Event()
        self.port = 0

    def __enter__(self) -> Served:
        self._thread.start()
        self._begun.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)

    def hand_in(self, *mails: bytes) -> None:
        with smtplib.LMTP("127.0.0.1", self.port) as client:
            for mail in mails:
                client.sendmail("", ["duty@alerts.example.org"], mail.replace(b"\n", b"\r\n"))

    def _run(self, realm: Realm | None) -> None:
        async def work() -> None:
            self._task = asyncio.current_task()
            serving = asyncio.create_task(lmtp.serve("127.0.0.1", 0, realm, self._ready))
            self.port = await self._ready
            self._begun.set()
            try:
                await serving
            except asyncio.CancelledError:
                serving.cancel()
            await asyncio.gather(*(asyncio.to_thread(connections.close_all) for _ in range(8)))

        self._loop.run_until_complete(work())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


def test_a_mail_server_hands_bounces_and_replies_over_by_lmtp(warned: Message) -> None:
    with Served(Realm.EXERCISE) as served:
        bounce, reply = raw("exim-failed", **{KEY: key()}), written("3", sender="ben@people.example")
        served.hand_in(bounce, reply, b"", b"\xff" * 5_000)
        assert levels(warned, "ann") == [(0, "smtp", "failed")]
        assert states(warned)["ben"] == "needs_help"


def test_each_recipient_of_one_mail_gets_an_answer_of_their_own(warned: Message) -> None:
    with Served(None) as served, socket.create_connection(("127.0.0.1", served.port)) as line:
        said = written("2", key()).replace(b"\n", b"\r\n")
        to = b"".join(b"RCPT TO:<%s@alerts.example.org>\r\n" % name for name in (b"duty", b"desk"))
        line.sendall(b"LHLO x\r\nMAIL FROM:<>\r\n" + to + b"DATA\r\n" + said + b"\r\n.\r\nQUIT\r\n")
        answers = line.makefile("rb").read().splitlines()
    assert answers[-3:-1] == [b"250 2.0.0 recorded"] * 2
    assert states(warned)["ann"] == "safe"


def test_a_mail_that_cannot_be_recorded_now_is_asked_for_again(
    warned: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise DatabaseError("away")

    told: Callable[..., Any] = lmtp.Together
    monkeypatch.setattr(lmtp, "Together", lambda: told(away))
    with Served(None) as served:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            served.hand_in(written("3", key()))
        assert refused.value.smtp_code == 451
    monkeypatch.undo()
    with Served(None) as served:
        served.hand_in(written("3", key()))
    assert states(warned)["ann"] == "needs_help"
