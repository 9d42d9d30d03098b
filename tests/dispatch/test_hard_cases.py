"""What was once got wrong, or nearly: each a story of a crash, a race, a jump of the clock or a strange gateway."""

from __future__ import annotations

import asyncio
import socket
import threading
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import DataError, OperationalError, connection, connections, transaction

from tests.dispatch.house import (
    PLAN,
    SECRET,
    SECTOR,
    answer,
    content_now,
    devices,
    fresh,
    levels,
    mail_of,
    mailboxes,
    states,
    work,
)
from tests.servers import http
from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import engine, expand, in_hand, leases, results
from vedette.dispatch.database import Desk, InThreads
from vedette.dispatch.engine import Engine
from vedette.dispatch.levels import Level
from vedette.dispatch.models import Channel, Delivery, Lease, Recipient
from vedette.dispatch.parcels import Parcels
from vedette.dispatch.proofs import proofs_of
from vedette.dispatch.way import Way
from vedette.dispatch.writer import Writer
from vedette.ledger.check import check_proof
from vedette.ledger.verify import verify
from vedette.people.models import Person
from vedette.warnings import actions, issuing
from vedette.warnings.models import Outbox

pytestmark = pytest.mark.django_db(transaction=True)
pg = pytest.mark.skipif(connection.vendor == "sqlite", reason="a race that SQLite's one writer cannot have")


async def begun(e: Engine) -> None:
    """Let an engine take its first leases, and come back while it sends."""
    await e._configure()
    while await e._expansions.look() or e._expansions.any:
        await asyncio.sleep(0.001)
    await e._in_hand.begin()
    await asyncio.sleep(0.02)


class RawSmtp:
    """Answers RCPT for `bad` with latin-1 bytes."""

    def __init__(self, reply):
        self.reply, self.mails = reply, []
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self.loop, daemon=True).start()

    def loop(self):
        while True:
            try:
                c, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(c,), daemon=True).start()

    def serve(self, c):
        f = c.makefile("rwb")

        def say(line):
            f.write(line + b"\r\n")
            f.flush()

        say(b"220 hi")
        to = ""
        while line := f.readline():
            v = line.strip().upper()
            if v.startswith(b"RCPT"):
                to = line.decode().split("<")[1].split("@")[0]
                say(self.reply if to == "bad" else b"250 OK")
            elif v == b"DATA":
                say(b"354 go")
                while f.readline() != b".\r\n":
                    pass
                self.mails.append(to)
                say(b"250 OK")
            elif v == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 OK")


@pytest.mark.parametrize("reply", [b"550 Empf\xe4nger unbekannt", pytest.param(b"550 no\x00body", marks=pg)])
def test_a_reply_that_no_text_can_hold_is_recorded_and_repeats_nothing(house, hands, reply):
    server = RawSmtp(reply)
    Channel.objects.filter(name="smtp").update(settings={"host": "127.0.0.1", "port": server.port, "tls": "none"})
    for code in ("ann", "bad", "cat"):
        house.person(code)
    m = house.warn()
    for _ in range(6):
        work()
        hands.advance(seconds=5)
    assert sorted(server.mails) == ["ann", "cat"] and levels(m, "bad")


def test_a_channel_that_raises_stops_nobody_else(house, hands, http_gateway):
    Channel.objects.filter(name="smtp").update(settings={"host": "mail..example", "port": 25, "tls": "none"})
    house.person("ann")
    house.warn()
    for _ in range(8):
        work()
        hands.advance(seconds=10)
    assert devices(http_gateway) == ["ann"]


def test_whoever_is_a_recipient_before_the_audience_is_stored_is_stored_and_sent_to_once(house, hands, smtp_sink):
    for code in ("ann", "bob", "cat"):
        house.person(code)
    message = house.warn()
    bob = Person.objects.get(code="bob")
    now = clock.now()
    same = {"realm": message.warning.realm, "warning": message.warning, "joined_by": message, "created_at": now}
    Recipient.objects.create(person=bob, presence="in", reason="unit:a", state="open", state_at=now, **same)
    work()
    stored = Recipient.objects.filter(warning=message.warning)
    assert sorted(stored.values_list("person__code", flat=True)) == ["ann", "bob", "cat"]


def test_an_old_messages_last_step_does_not_close_whom_an_update_reopened(house, hands, smtp_sink, http_gateway):
    house.person("ann")
    m = house.warn(plan={"name": "t", "steps": [{"action": "send", "channel": "smtp", "wait_s": 60}]})
    work()
    hands.advance(seconds=61)
    (held,) = leases.take("dead", clock.now(), None, 4)  # the closing step, begun by a worker that dies
    assert held.step == 1
    house.update(m.warning)
    hands.advance(seconds=5)
    work()
    hands.advance(seconds=121)
    work()
    assert devices(http_gateway) == ["ann"], "the update is followed up"


def test_a_clock_that_jumps_does_not_make_the_engine_take_its_own_lease_again(house, hands, smtp_sink):
    for n in range(60):
        house.person(f"p{n}")
    house.warn()

    async def go():
        e = Engine()
        await begun(e)
        hands.advance(seconds=5)  # the clock is stepped, or the machine was asleep
        await e._in_hand.begin()
        await e.run_until_idle()
        await e.close()

    asyncio.run(go())
    boxes = mailboxes(smtp_sink)
    assert len(boxes) == len(set(boxes))


def test_an_urgent_warning_that_cannot_be_hurried_goes_out_without_a_pause(
    house, hands, smtp_sink, http_gateway, monkeypatch
):
    for n in range(60):
        house.person(f"p{n}")
    house.warn(urgency="Expected", severity="Moderate")

    def fails(*given):
        raise OperationalError("database is locked")

    async def go():
        e = Engine()
        await begun(e)
        monkeypatch.setattr(in_hand, "store_and_take", fails)
        urgent = await sync_to_async(house.warn)(urgency="Immediate", severity="Extreme")
        await e.run_until_idle()
        await e.close()
        return urgent

    urgent = asyncio.run(go())
    assert Delivery.objects.filter(message=urgent, level="accepted").count() == 60


def test_an_answer_on_the_alerts_page_does_not_count_for_an_update_never_seen(house, hands, smtp_sink):
    house.person("ann")
    m = house.warn()
    work()
    house.update(m.warning)  # issued; engine has not got to it
    answer(m, "ann")  # ann taps the button on the page of the alert
    work()
    for _ in range(6):
        hands.advance(seconds=301)
        work()
    assert len(smtp_sink.to(mail_of("ann"))) == 2


def test_who_joins_behind_a_crashed_expansion_is_warned(house, hands, smtp_sink, monkeypatch):
    mover = house.person("mover", house.elsewhere)
    house.person("ann")
    house.person("ben")
    monkeypatch.setattr(expand, "CHUNK", 1)
    house.warn()
    e = expand.Expander(Outbox.objects.get().pk, clock.now())
    e.step(clock.now())  # ann stored; then kill -9
    hands.advance(seconds=10)
    Person.objects.filter(pk=mover.pk).update(unit=house.post, changed_at=clock.now())
    hands.advance(seconds=30)  # the engine comes back
    for _ in range(5):
        work()
        hands.advance(seconds=1)
    assert "mover" in mailboxes(smtp_sink)


def test_an_import_that_commits_late_is_seen_within_a_minute(house, hands, smtp_sink):
    house.person("ann")
    mover = house.person("mover", house.elsewhere)
    house.warn()

    async def go():
        e = Engine()
        await e.run_until_idle()
        hands.advance(seconds=60)
        stamp = clock.now()
        hands.advance(seconds=15)
        await e.run_until_idle()  # looks while the import is not committed

        def commit():
            Person.objects.filter(pk=mover.pk).update(unit=house.post, changed_at=stamp)

        await e.database.run(Desk.KEEPER, commit)
        for _ in range(7):
            hands.advance(seconds=10)
            await e.run_until_idle()
        await e.close()

    asyncio.run(go())
    assert "mover" in mailboxes(smtp_sink)


@pg
def test_issuing_an_update_does_not_undo_a_cancel_meanwhile(house, hands, smtp_sink, monkeypatch):
    house.person("ann")
    m = house.warn()
    work()
    content = content_now(change="Larger.")
    u = house.approved(actions.draft_update(house.officer, fresh(m.warning), actions.Draft.of(content, SECTOR, PLAN)))
    real = issuing.refuse_overtaken

    def between(message):
        real(message)
        if threading.current_thread() is not threading.main_thread():
            return

        def other():
            house.cancel(m.warning)
            connections.close_all()

        beside.append(threading.Thread(target=other))
        beside[0].start()
        beside[0].join(0.5)  # it has to wait for the issue, which holds the warning

    beside: list[threading.Thread] = []
    monkeypatch.setattr(issuing, "refuse_overtaken", between)
    try:
        actions.issue(house.second, u)
    finally:
        monkeypatch.undo()
    beside[0].join(20)
    assert not beside[0].is_alive()
    for _ in range(5):
        work()
        hands.advance(seconds=60)
    w = fresh(m.warning)
    assert w.ended_by == "Cancel"


def test_a_channel_saved_while_it_sends_loses_nobody(house, hands, http_gateway):
    for n in range(20):
        house.person(f"p{n}", None, "webhook")
    Channel.objects.filter(name="webhook").update(
        settings={"url": f"{http_gateway.url}/send", "secret": SECRET, "allow_private": True, "connections": 1}
    )
    house.warn(plan={"name": "t", "steps": [{"action": "send", "channel": "webhook", "wait_s": 60}]})

    async def go():
        e = Engine()
        await begun(e)
        while len(http_gateway.requests) < 5:
            await asyncio.sleep(0.001)
        await e.database.run(
            Desk.KEEPER,
            lambda: Channel.objects.filter(name="webhook").update(
                settings={"url": f"{http_gateway.url}/send", "secret": SECRET, "allow_private": True, "connections": 2}
            ),
        )
        await e.run_until_idle()
        hands.advance(seconds=5)
        await e.run_until_idle()
        await e.close()

    asyncio.run(go())
    got = devices(http_gateway)
    assert len(got) == len(set(got)) == 20


def test_a_cancel_outlasts_an_outage(house, hands, smtp_sink):
    house.person("ann", None, "smtp")
    m = house.warn()
    work()
    Channel.objects.filter(name="smtp").update(settings={"host": "127.0.0.1", "port": 1, "tls": "none"})
    house.cancel(m.warning)
    for _ in range(30):
        work()
        hands.advance(seconds=2)
    Channel.objects.filter(name="smtp").update(settings={"host": "127.0.0.1", "port": smtp_sink.port, "tls": "none"})
    for _ in range(30):
        work()
        hands.advance(seconds=60)
    assert len(smtp_sink.to(mail_of("ann"))) == 2


def test_results_that_are_stored_already_are_neither_stored_nor_sealed_twice(house, hands, smtp_sink):
    house.person("ann"), house.person("ben")
    m = house.warn()
    work()
    hands.advance(seconds=121)
    (held,) = leases.take("w", clock.now(), None, 9)
    ann, ben = Recipient.objects.order_by("pk")

    def came(recipient):
        return results.Attempt(
            recipient.pk, recipient.person_id, None, "webhook", 1, Level.ACCEPTED, 1, "", clock.now()
        )

    results.commit([results.Part(held, [came(ann)])], clock.now())
    results.commit([results.Part(held, [came(ann), came(ben)])], clock.now())
    assert [levels(m, code).count((1, "webhook", "accepted")) for code in ("ann", "ben")] == [1, 1]
    assert verify().verified
    for person in ("ann", "ben"):
        told = proofs_of(house.officer, m.warning.identifier, person)
        for proof in told["proofs"]:
            check_proof(proof)


def test_a_lease_that_was_lost_writes_nothing(house, hands, smtp_sink):
    house.person("ann")
    m = house.warn()
    work()
    hands.advance(seconds=121)
    (held,) = leases.take("one", clock.now(), None, 9)
    hands.advance(seconds=5)
    leases.take("two", clock.now(), None, 9)
    ann = Recipient.objects.get()
    one = results.Attempt(ann.pk, ann.person_id, None, "webhook", 1, Level.ACCEPTED, 1, "", clock.now())
    assert results.commit([results.Part(held, [one], end=results.Done())], clock.now()) == {held.id}
    assert levels(m, "ann") == [(0, "smtp", "accepted")]
    assert Lease.objects.get(pk=held.id).done_at is None


def test_a_stray_lease_does_not_hold_up_a_cancel(house, hands, smtp_sink):
    house.person("ann")
    m = house.warn(plan={"name": "t", "steps": [{"action": "send", "channel": "smtp", "wait_s": 86400}]})
    work()
    (lease,) = Lease.objects.filter(done_at=None)
    house.cancel(m.warning)
    work()
    # what a batch of results writes when its standing was read just before the cancel was committed
    Lease.objects.filter(pk=lease.pk).update(done_at=None, due_at=clock.now() + timedelta(days=1), worker="")
    Recipient.objects.update(state="open")
    for _ in range(10):
        hands.advance(seconds=60)
        work()
    hands.advance(days=1)
    work()
    assert states(m) == {"ann": "cancelled"}


def test_whoever_has_left_gets_no_update(house, hands, smtp_sink, http_gateway):
    from vedette.people.leaving import end_places

    ann = house.person("ann")
    house.person("ben")
    m = house.warn()
    work()
    end_places([ann.pk])
    house.update(m.warning)
    work()
    hands.advance(seconds=121)
    work()
    assert len(smtp_sink.to(mail_of("ann"))) == 1 and "ann" not in devices(http_gateway)


def test_a_failed_look_at_the_database_repeats_nothing(house, hands, http_gateway, monkeypatch):
    """One failed look at the database while messages are on their way."""
    for n in range(40):
        house.person(f"p{n}", None, "webhook")
    Channel.objects.filter(name="webhook").update(
        settings={"url": f"{http_gateway.url}/send", "secret": SECRET, "allow_private": True, "connections": 1}
    )
    house.warn(plan={"name": "t", "steps": [{"action": "send", "channel": "webhook", "wait_s": 60}]})
    real, once = in_hand.load_fresh, []

    def fails(held):
        if http_gateway.requests and not once:
            once.append(1)
            raise OperationalError("the server closed the connection")
        return real(held)

    monkeypatch.setattr(in_hand, "load_fresh", fails)
    monkeypatch.setattr(engine, "FRESH_S", 0.02)
    for _ in range(4):
        work()
        hands.advance(seconds=5)
    got = devices(http_gateway)
    assert len(got) == len(set(got)) == 40


def test_a_cancel_goes_by_every_channel_the_warning_went_by(house, hands, smtp_sink, http_gateway):
    house.person("ann")
    m = house.warn()
    work()
    hands.advance(seconds=121)
    work()
    house.cancel(m.warning)
    work()
    assert devices(http_gateway) == ["ann", "ann"]


def test_a_fallback_reached_early_has_attempts_of_its_own(house, hands, http_gateway):
    Channel.objects.filter(name="smtp").update(settings={"host": "127.0.0.1", "port": 1, "tls": "none"})
    house.person("ann")
    m = house.warn()
    for _ in range(4):
        work()
        hands.advance(seconds=10)
    http_gateway.mode = http.Mode.BUSY
    work()
    http_gateway.mode = http.Mode.OK
    for _ in range(20):
        hands.advance(seconds=60)
        work()
    assert states(m)["ann"] != "failed"


def test_no_supervisor_is_told_after_a_cancel(house, hands, smtp_sink, monkeypatch):
    boss = house.person("boss", house.elsewhere)
    house.supervised_by(house.sector, boss)
    house.person("ann")
    m = house.warn()
    work()
    hands.advance(seconds=121)
    work()
    hands.advance(seconds=181)
    real = in_hand.plan_notices

    def plan(*a):
        p = real(*a)
        house.cancel(m.warning)
        return p

    monkeypatch.setattr(in_hand, "plan_notices", plan)
    work()
    assert not smtp_sink.to(mail_of("boss"))


def test_one_who_cannot_be_written_to_keeps_nobody_from_being_warned(
    house, hands, smtp_sink, http_gateway, monkeypatch
):
    for code in ("ann", "bad", "cat"):
        house.person(code)
    m = house.warn()
    real = Parcels.warning

    def written(self, member, key, address):
        if member.name.startswith("Bad") and "@" in address:
            raise ValueError("no letter can be written to them")
        return real(self, member, key, address)

    monkeypatch.setattr(Parcels, "warning", written)
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "cat"]
    for _ in range(8):
        hands.advance(seconds=60)
        work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "cat"], "they are sent it once"
    assert "bad" in devices(http_gateway), "the next channel takes over"
    assert (1, "webhook", "accepted") in levels(m, "bad")


def test_results_that_cannot_be_stored_hold_up_no_other_lease(house, hands, smtp_sink, monkeypatch):
    ann, ben = house.person("ann"), house.person("ben")
    m = house.warn()
    work()
    hands.advance(seconds=121)
    leases.write(
        [
            leases.NewLease(
                message=m.pk, realm=house.realm, step=1, channel="", first=f, last=f, priority=0, due_at=clock.now()
            )
            for f in (900001,)
        ]
    )
    one, other = leases.take("w", clock.now(), None, 9)
    recipients = {r.person_id: r.pk for r in Recipient.objects.all()}
    real = results.commit

    def refuses(parts, now):
        if any(one.detail == "poison" for part in parts for one in part.attempts):
            raise DataError("no database takes this")
        return real(parts, now)

    monkeypatch.setattr(results, "commit", refuses)
    ended = []

    async def go():
        database = InThreads()
        writer = Writer(database, lambda lease, lost: ended.append(lease), lambda: None, Way(lambda: None).wait)
        came = (clock.now(), None, "")
        writer.note(
            one, results.Attempt(recipients[ann.pk], ann.pk, None, "webhook", 1, Level.ACCEPTED, 1, "poison", *came)
        )
        writer.end(one, results.Done(), [])
        writer.note(
            other, results.Attempt(recipients[ben.pk], ben.pk, None, "webhook", 1, Level.ACCEPTED, 1, "", *came)
        )
        writer.end(other, results.Done(), [])
        assert await writer.flush()
        assert writer.may_begin
        await database.close()

    asyncio.run(go())
    assert ended == [other.id]
    assert (1, "webhook", "accepted") in levels(m, "ben")
    assert Lease.objects.get(pk=one.id).done_at is None


def test_a_database_that_goes_away_while_each_lease_is_written_by_itself_loses_nothing(
    house, hands, smtp_sink, monkeypatch
):
    ann = house.person("ann")
    m = house.warn()
    work()
    hands.advance(seconds=121)
    (held,) = leases.take("w", clock.now(), None, 9)
    recipient, real = Recipient.objects.get(), results.commit
    came = iter([DataError("not together"), OperationalError("gone"), None, DataError("of itself"), DataError(), None])

    def refuses(parts, now):
        if (error := next(came, None)) is not None:
            raise error
        return real(parts, now)

    monkeypatch.setattr(results, "commit", refuses)
    monkeypatch.setattr("vedette.dispatch.writer.STUCK_S", 0)
    ended = []

    async def go():
        database = InThreads()
        writer = Writer(database, lambda lease, lost: ended.append(lease), lambda: None, Way(lambda: None).wait)
        took = (clock.now(), None, "")
        writer.note(held, results.Attempt(recipient.pk, ann.pk, None, "webhook", 1, Level.ACCEPTED, 1, "", *took))
        assert not await writer.flush() and not writer.may_begin
        assert await writer.flush() and writer.may_begin
        writer.end(held, results.Done(), [])
        assert await writer.flush() and ended == []  # something of this one lease
        while not ended:
            await asyncio.sleep(0)
            await writer.flush()
        await database.close()

    asyncio.run(go())
    assert (1, "webhook", "accepted") in levels(m, "ann")


def test_no_two_workers_take_at_once_what_must_not_be_worked_on_at_once(house, hands, smtp_sink):
    house.person("ann")
    m = house.warn()
    work()
    Lease.objects.filter(message=m, step=1).update(worker="one")  # it was begun, and is to be gone on with
    house.cancel(m.warning)
    for outbox in expand.waiting(house.realm):
        while not expand.step(outbox.pk, clock.now()):
            pass
    taken = []

    def other():
        # One who has enough to do for the device does not look at the warning's lease.
        taken.extend(leases.take("other", clock.now(), None, 9, {(house.realm.value, "webhook"): 0}))
        connections.close_all()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        assert [one.number for one in leases.take("one", clock.now(), None, 9)] == [1]
        thread.start()
        thread.join(0.1)
    thread.join(10)
    assert taken == []  # the cancel waits until the warning is not being sent any more


def test_a_live_warning_goes_before_any_exercise(house, hands, smtp_sink, http_gateway):
    house.person("ann")
    drill = house.warn()
    while not expand.step(Outbox.objects.get().pk, clock.now()):
        pass
    behind = Lease.objects.get().last + 1
    leases.write(
        [
            leases.NewLease(
                message=drill.pk,
                realm=Realm.LIVE,
                step=0,
                channel="",
                first=behind,
                last=behind,
                priority=24,
                due_at=clock.now(),
            )
        ]
    )
    (first,) = leases.take("w", clock.now(), None, 1)
    assert first.realm is Realm.LIVE, "however urgent the exercise says it is"
    full = {("exercise", "smtp"): 0}
    assert leases.take("w", clock.now(), None, 9, full) == []
    assert leases.take("w", clock.now(), None, 9, {("live", "smtp"): 0})[0].realm is Realm.EXERCISE
