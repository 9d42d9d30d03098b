"""What can be read of a warning under way, and by whom; and setting channels by hand."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.dispatch.house import SECRET, House, answer, mail_of, work
from tests.servers import http, smtp
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm
from vedette.access.policy import Refused
from vedette.access.roles import Role
from vedette.dispatch import drill
from vedette.dispatch.actions import attest, keep_channel, send_test
from vedette.dispatch.levels import Response
from vedette.dispatch.models import Channel, Lease, Recipient
from vedette.dispatch.progress import progress, silent
from vedette.dispatch.queries import Kind, history, recipients_for
from vedette.formats.parts import BadInput
from vedette.ledger.models import Opening

pytestmark = pytest.mark.django_db(transaction=True)


def test_progress_counts_states_levels_and_times_and_is_finished_only_at_the_end(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    smtp_sink.answers[mail_of("dan")] = "550 no"
    for code in ("ann", "ben", "cat", "dan"):
        house.person(code)
    message = house.warn()
    assert not progress(message.warning_id).finished, "the audience is not stored yet"
    work()
    for code, seconds in (("ann", 10), ("ben", 20), ("cat", 30)):
        hands.advance(seconds=seconds)
        answer(message, code, Response.SAFE)
    found = progress(message.warning_id)
    assert found.states == {"safe": 3, "open": 1}
    assert found.channels == {"smtp": {"accepted": 3, "failed": 1}, "webhook": {"accepted": 1}}
    assert (found.first_answer_s, found.p50_answer_s, found.p95_answer_s, found.last_answer_s) == (10, 30, 60, 60)
    assert (found.answered, found.recipients, found.finished) == (3, 4, False)
    assert found.first_sent == message.issued_at
    assert [one.person.code for one in silent(house.officer, message.warning_id).rows] == ["dan"]
    for _ in range(4):
        hands.advance(seconds=301)
        work()
    assert progress(message.warning_id).finished


def test_a_warning_is_finished_only_when_nobody_is_open_and_neither_audience_nor_lease_is_left(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann")
    draft = house.draft()
    assert not progress(draft.warning_id).finished, "it was not issued"
    message = house.warn()
    work()
    answer(message, "ann", Response.SAFE)
    assert (progress(message.warning_id).states, progress(message.warning_id).expanding) == ({"safe": 1}, 0)
    assert not progress(message.warning_id).finished, "a lease is left"
    for _ in range(4):
        hands.advance(seconds=301)
        work()
    assert progress(message.warning_id).finished
    house.update(message.warning)
    found = progress(message.warning_id)
    assert (found.states, found.open_leases, found.expanding, found.finished) == ({"safe": 1}, 0, 1, False)
    for _ in range(5):
        work()
        hands.advance(seconds=301)
    assert progress(message.warning_id).finished
    house.person("ben")
    hands.advance(seconds=2)
    work()
    found = progress(message.warning_id)
    assert (found.states["open"], found.late_joiners, found.finished) == (1, 1, False)
    Lease.objects.filter(message__warning=message.warning_id).update(done_at=clock.now())
    found = progress(message.warning_id)
    assert (found.states["open"], found.open_leases, found.expanding, found.finished) == (1, 0, 0, False)


def test_the_drill_s_lines_say_who_was_notified_when_by_what_and_answered_when(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    smtp_sink.answers[mail_of("ben")] = "550 no"
    for code in ("ann", "ben", "cat"):
        house.person(code)
    message = house.warn(expires=(clock.now() + timedelta(hours=1)).isoformat())
    work()
    hands.advance(seconds=20)
    answer(message, "ann", Response.NEEDS_HELP)
    for _ in range(14):
        hands.advance(seconds=301)
        work()
    answer(message, "cat", Response.SAFE)
    counted = progress(message.warning_id)
    told = {one.code: one for one in drill.lines(recipients_for(house.officer, message.warning), counted.issued_at)}
    ann, ben, cat = told["ann"], told["ben"], told["cat"]
    assert (ann.notified_by, ann.first_notified) == ("smtp", clock.rfc3339(message.issued_at))
    assert (ann.answer, ann.seconds_to_answer, ann.responded) == ("needs_help", 20, "in time")
    assert (ben.notified_by, ben.answer, ben.responded) == ("webhook", "", "no")
    assert (cat.answer, cat.state, cat.responded) == ("safe", "safe", "too late")
    block = drill.block(counted)
    assert (block["answered"], block["answered_late"], block["not_responding"]) == (2, 1, 2)
    assert block["last_answer"] == cat.first_answer == clock.rfc3339(clock.now())
    assert block["finished"]


def test_a_name_that_a_spreadsheet_would_run_stays_text(house: House) -> None:
    person = house.person("ann")
    person.name = '=HYPERLINK("http://evil.example")'
    person.save()
    message = house.warn()
    work()
    (row,) = csv.DictReader(drill.as_csv(drill.lines(recipients_for(house.officer, message.warning), None)))
    assert row["name"].startswith("'=HYPERLINK")


def test_a_history_tells_everything_about_one_person_in_order(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    boss = house.person("boss", house.elsewhere)
    house.supervised_by(house.sector, boss)
    house.person("ann")
    message = house.warn()
    work()
    for _ in range(2):
        hands.advance(seconds=181)
        work()
    hands.advance(seconds=1)
    answer(message, "ann", Response.NEEDS_HELP)
    told = history(Recipient.objects.get(person__code="ann"))
    assert [(one.kind, one.what) for one in told] == [
        (Kind.JOINED, "unit:sector"),
        (Kind.DELIVERY, "accepted"),
        (Kind.DELIVERY, "accepted"),
        (Kind.ESCALATION, "told"),
        (Kind.ANSWER, "needs_help"),
    ]
    assert all(one.ledger_seq is not None for one in told[1:])


def test_who_the_recipients_are_is_for_those_who_may_see_people_of_that_realm(house: House) -> None:
    house.person("ann")
    message = house.warn()
    work()
    assert [one.person.code for one in recipients_for(house.officer, message.warning)] == ["ann"]
    for actor in (
        replace(house.officer, roles=frozenset({Role.ANALYST})),
        replace(house.officer, realm=Realm.LIVE),
    ):
        with pytest.raises(Refused):
            recipients_for(actor, message.warning)


def test_an_administrator_sets_a_channel_and_tries_it_on_themselves(
    house: House, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    from tests.dispatch.house import user

    admin = actor_for(user("admin", Role.ADMINISTRATOR), Realm.EXERCISE)
    settings = {"url": f"{http_gateway.url}/new", "secret": SECRET, "allow_private": True}
    keep_channel(admin, "webhook", settings)
    assert Channel.objects.get(realm="exercise", name="webhook").settings == settings
    assert SECRET not in "".join(Opening.objects.values_list("body", flat=True))
    assert send_test(admin, "webhook", "device:me").outcome == "accepted"
    assert http_gateway.requests[-1].path == "/new"
    assert send_test(admin, "smtp", "me@people.example").outcome == "accepted"
    assert "EXERCISE" in smtp_sink.to("me@people.example")[0].text
    with pytest.raises(BadInput, match="secret"):
        keep_channel(admin, "webhook", {**settings, "secret": "short"})
    with pytest.raises(BadInput, match="port"):
        keep_channel(admin, "smtp", {"host": "mail.example", "port": 0})
    with pytest.raises(BadInput, match="no webhook channel is set for the live realm"):
        send_test(replace(admin, realm=Realm.LIVE), "webhook", "device:me")
    with pytest.raises(Refused):
        keep_channel(house.officer, "webhook", settings)


def test_after_an_update_the_figures_say_how_many_have_answered_that_message_too(house: House) -> None:
    for code in ("ann", "ben", "cat"):
        house.person(code)
    message = house.warn()
    work()
    answer(message, "ann", Response.NEEDS_HELP)
    answer(message, "ann", Response.SAFE)
    answer(message, "ben")
    counted = progress(message.warning_id)
    assert (counted.latest, counted.answered, counted.answered_latest) == (1, 2, 2)
    update = house.update(message.warning)
    work()
    counted = progress(message.warning_id)
    assert (counted.latest, counted.answered, counted.answered_latest) == (2, 2, 0)
    answer(update, "ann", Response.SAFE)
    attest(house.officer, Recipient.objects.get(person__code="ben"), "seen at the post")
    house.all_clear(message.warning)
    work()
    answer(message, "cat", Response.SAFE)
    block = drill.block(progress(message.warning_id))
    assert (block["latest_message"], block["answered"], block["answered_latest"]) == (2, 3, 2), "an end is not counted"
