"""What becomes of a warning, told as stories: real database, real SMTP and HTTP servers, a clock to move."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.dispatch.house import (
    INSIDE,
    MEANT,
    OUTSIDE,
    PLAN,
    House,
    answer,
    devices,
    fresh,
    levels,
    mail_of,
    mailboxes,
    states,
    work,
)
from tests.dispatch.house import house as build
from tests.servers import http, smtp
from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch.levels import Response
from vedette.dispatch.models import Delivery, Escalation, Expansion, Lease, Recipient
from vedette.ledger.verify import verify
from vedette.people.models import Person
from vedette.people.positions import record_position
from vedette.warnings.models import Outbox

pytestmark = pytest.mark.django_db(transaction=True)


def settled(warning_id: int) -> bool:
    return not (
        Outbox.objects.filter(message__warning=warning_id, expanded_at=None).exists()
        or Lease.objects.filter(message__warning=warning_id, done_at=None).exists()
        or Recipient.objects.filter(warning=warning_id, state="open").exists()
    )


def test_everyone_of_the_audience_gets_a_mail_and_nobody_else_does(
    house: House, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    house.person("ann"), house.person("ben"), house.person("out", house.elsewhere)
    message = house.warn()
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "ben"]
    assert not http_gateway.requests
    assert states(message) == {"ann": "open", "ben": "open"}
    mail = smtp_sink.mails[0]
    assert str(mail.message["Subject"]).startswith("EXERCISE")
    assert "http://127.0.0.1:8000/a/" in mail.text


def test_whoever_stays_silent_is_tried_by_the_next_channel_and_whoever_answered_is_left_in_peace(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    house.person("ann"), house.person("ben"), house.person("cat")
    message = house.warn()
    work()
    answer(message, "ann")
    hands.advance(seconds=119)
    work()
    assert not http_gateway.requests
    hands.advance(seconds=2)
    work()
    assert sorted(devices(http_gateway)) == ["ben", "cat"]
    assert sorted(mailboxes(smtp_sink)) == ["ann", "ben", "cat"]
    assert states(message) == {"ann": "acknowledged", "ben": "open", "cat": "open"}


def test_the_supervisor_is_told_once_of_all_who_are_silent(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    boss = house.person("boss", house.elsewhere)
    house.supervised_by(house.sector, boss)
    house.person("ann"), house.person("ben"), house.person("cat")
    message = house.warn()
    work()
    answer(message, "cat", Response.SAFE)
    for _ in range(2):
        hands.advance(seconds=181)
        work()
    (notice,) = smtp_sink.to(mail_of("boss"))
    assert "Ann Example" in notice.text
    assert "Ben Example" in notice.text
    assert "Cat Example" not in notice.text
    assert str(notice.message["Subject"]).startswith("EXERCISE")
    assert sorted(Escalation.objects.values_list("recipient__person__code", "told__code")) == [
        ("ann", "boss"),
        ("ben", "boss"),
    ]
    hands.advance(seconds=301)
    work()
    assert states(message) == {"ann": "unanswered", "ben": "unanswered", "cat": "safe"}
    assert settled(message.warning_id)
    assert verify().verified


def test_a_silent_supervisors_people_are_told_of_one_further_up(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    chief, boss = house.person("chief", house.elsewhere), house.person("boss")
    house.supervised_by(house.post, boss)
    house.supervised_by(house.sector, chief)
    house.person("ann")
    house.warn()
    work()
    for _ in range(2):
        hands.advance(seconds=181)
        work()
    (notice,) = smtp_sink.to(mail_of("chief"))
    assert "Ann Example" in notice.text
    assert "Boss Example" in notice.text


def test_a_refused_address_falls_through_to_the_next_channel_at_once(
    house: House, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    smtp_sink.answers[mail_of("ann")] = "550 5.1.1 no such mailbox"
    house.person("ann"), house.person("ben"), house.person("cat", house.post, "webhook")
    message = house.warn()
    work()
    assert sorted(devices(http_gateway)) == ["ann", "cat"]
    assert levels(message, "ann") == [(0, "smtp", "failed"), (1, "webhook", "accepted")]
    assert levels(message, "ben") == [(0, "smtp", "accepted")]
    assert levels(message, "cat") == [(0, "smtp", "failed"), (1, "webhook", "accepted")]
    assert Delivery.objects.get(recipient__person__code="cat", step=0).detail == "no smtp address"
    assert "no such mailbox" in Delivery.objects.get(recipient__person__code="ann", step=0).detail


def test_the_fallback_that_was_used_early_is_not_used_again(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    smtp_sink.answers[mail_of("ann")] = "550 5.1.1 no such mailbox"
    house.person("ann")
    house.warn()
    work()
    hands.advance(seconds=121)
    work()
    assert devices(http_gateway) == ["ann"]


def test_somebody_whom_no_channel_reaches_ends_as_failed(
    house: House, hands: clock.Frozen, http_gateway: http.Gateway
) -> None:
    house.person("ann", house.post, "webhook")
    http_gateway.mode = http.Mode.REFUSE
    message = house.warn()
    for _ in range(60):
        work()
        hands.advance(seconds=70)
    assert states(message) == {"ann": "failed"}
    assert settled(message.warning_id)


def test_a_busy_gateway_is_tried_again_with_the_same_key_until_it_takes_the_message(
    house: House, hands: clock.Frozen, http_gateway: http.Gateway
) -> None:
    house.person("ann", house.post, "webhook")
    http_gateway.mode = http.Mode.BUSY
    message = house.warn()
    work()
    assert levels(message, "ann") == [(0, "smtp", "failed")], "there is no mail address"
    hands.advance(seconds=0.4)
    work()
    assert len(http_gateway.requests) == 1, "Retry-After: 1 is kept"
    http_gateway.mode = http.Mode.OK
    hands.advance(seconds=1)
    work()
    assert levels(message, "ann")[-1] == (1, "webhook", "accepted")
    keys = {request.headers["idempotency-key"] for request in http_gateway.requests}
    assert len(http_gateway.requests) == 2
    assert len(keys) == 1
    assert Delivery.objects.get(recipient__person__code="ann", step=1).idempotency_key in keys


def test_a_temporary_refusal_by_the_mail_server_is_later_and_not_failed(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    smtp_sink.answers[mail_of("ann")] = "451 4.7.1 greylisted"
    house.person("ann"), house.person("ben")
    message = house.warn()
    work()
    assert mailboxes(smtp_sink) == ["ben"]
    smtp_sink.answers.clear()
    hands.advance(seconds=1)
    work()
    assert mailboxes(smtp_sink) == ["ben", "ann"]
    assert levels(message, "ann") == [(0, "smtp", "accepted")]


def test_a_mail_server_that_is_down_for_good_is_given_up_for_the_other_channel(
    house: House, hands: clock.Frozen, http_gateway: http.Gateway
) -> None:
    from vedette.dispatch.models import Channel

    Channel.objects.filter(name="smtp").update(settings={"host": "127.0.0.1", "port": 1, "tls": "none"})
    house.person("ann")
    message = house.warn()
    for _ in range(5):
        work()
        hands.advance(seconds=10)
    assert levels(message, "ann") == [(0, "smtp", "failed"), (1, "webhook", "accepted")]
    assert devices(http_gateway) == ["ann"]
    assert Delivery.objects.get(recipient__person__code="ann", step=0).attempts == 5


def test_a_cancel_reaches_everyone_who_was_ever_sent_to_and_nobody_who_was_not(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("ben"), house.person("out", house.elsewhere)
    message = house.warn()
    work()
    answer(message, "ann", Response.SAFE)
    Person.objects.filter(code="ben").update(unit=house.elsewhere)
    house.cancel(message.warning)
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "ann", "ben", "ben"]
    assert "CANCELLED" in str(smtp_sink.to(mail_of("ben"))[1].message["Subject"])
    assert states(message) == {"ann": "safe", "ben": "cancelled"}
    assert settled(message.warning_id)
    hands.advance(hours=1)
    work()
    assert len(smtp_sink.mails) == 4


def test_a_warning_cancelled_before_it_went_out_is_sent_to_nobody(house: House, smtp_sink: smtp.Sink) -> None:
    house.person("ann")
    message = house.warn()
    house.cancel(message.warning)
    work()
    assert not smtp_sink.mails
    assert settled(message.warning_id)


def test_a_cancel_whose_mail_is_refused_goes_by_the_other_channel(
    house: House, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    house.person("ann")
    message = house.warn()
    work()
    smtp_sink.answers[mail_of("ann")] = "550 5.2.2 mailbox full"
    house.cancel(message.warning)
    work()
    assert [request.json["type"] for request in http_gateway.requests] == ["Cancel"]
    assert states(message) == {"ann": "cancelled"}


def test_an_update_supersedes_what_was_planned_and_follows_up_by_its_own_plan(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    house.person("ann"), house.person("ben")
    alert = house.warn()
    work()
    answer(alert, "ann")
    hands.advance(seconds=60)
    update = house.update(alert.warning)
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "ann", "ben", "ben"]
    hands.advance(seconds=61)
    work()
    assert not http_gateway.requests, "the alert's fallback is superseded"
    hands.advance(seconds=60)
    work()
    assert devices(http_gateway) == ["ben"], "the update is followed up with the silent alone"
    for _ in range(4):
        hands.advance(seconds=301)
        work()
    assert states(update) == {"ann": "acknowledged", "ben": "unanswered"}
    assert settled(update.warning_id)


def test_an_update_reaches_people_who_are_new_in_its_audience(house: House, smtp_sink: smtp.Sink) -> None:
    house.person("ann"), house.person("new", house.elsewhere)
    alert = house.warn()
    work()
    update = house.update(alert.warning, audience={"terms": [{"link": "unit", "units": ["sector", "elsewhere"]}]})
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "ann", "new"]
    assert Recipient.objects.get(person__code="new").joined_by_id == update.pk


def test_an_all_clear_ends_it_and_the_silent_stay_unanswered(house: House, smtp_sink: smtp.Sink) -> None:
    house.person("ann"), house.person("ben")
    alert = house.warn()
    work()
    answer(alert, "ann")
    house.all_clear(alert.warning)
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "ann", "ben", "ben"]
    assert states(alert) == {"ann": "acknowledged", "ben": "unanswered"}
    assert settled(alert.warning_id)


def test_nothing_is_sent_after_expiry_and_everyone_has_a_final_state(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    house.person("ann")
    message = house.warn(expires=(clock.now() + timedelta(seconds=90)).isoformat())
    work()
    hands.advance(seconds=200)
    work()
    assert len(smtp_sink.mails) == 1
    assert not http_gateway.requests
    assert states(message) == {"ann": "unanswered"}
    assert fresh(message.warning).ended_by == "Expiry"
    assert settled(message.warning_id)


def test_a_warning_that_expires_while_the_engine_is_down_is_not_sent(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann")
    message = house.warn(expires=(clock.now() + timedelta(seconds=90)).isoformat())
    hands.advance(seconds=100)
    work()
    assert not smtp_sink.mails
    assert Expansion.objects.get(message=message).findings[0]["code"] == "expired"
    assert settled(message.warning_id)


def test_a_late_answer_is_recorded_as_late_and_replaces_silence(house: House, hands: clock.Frozen) -> None:
    house.person("ann")
    message = house.warn(expires=(clock.now() + timedelta(seconds=90)).isoformat())
    work()
    hands.advance(seconds=100)
    work()
    assert answer(message, "ann", Response.SAFE).recorded == "late"
    assert states(message) == {"ann": "safe"}


def test_whose_shift_was_over_before_the_issue_is_not_warned_though_the_danger_began_earlier(
    house: House, smtp_sink: smtp.Sink
) -> None:
    now = clock.now()
    house.on_shift(house.person("gone", house.elsewhere), now - timedelta(hours=9))
    house.on_shift(house.person("there", house.elsewhere), now - timedelta(hours=2))
    house.warn(audience={"terms": [{"link": "shift"}]}, onset=(now - timedelta(hours=6)).isoformat())
    work()
    assert mailboxes(smtp_sink) == ["there"]


def test_somebody_called_in_for_a_shift_in_the_area_is_warned_once(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    house.person("ann"), house.person("called", house.elsewhere)
    house.on_shift(house.people["ann"], clock.now())
    message = house.warn(audience={"terms": [{"link": "shift"}]})
    work()
    assert mailboxes(smtp_sink) == ["ann"]
    hands.advance(seconds=30)
    house.on_shift(house.people["called"], clock.now())
    work()
    work()
    assert mailboxes(smtp_sink) == ["ann", "called"]
    late = Recipient.objects.get(person__code="called")
    assert (late.late, late.joined_by_id, late.reason) == (True, message.pk, "shift:fence")
    hands.advance(seconds=1)
    work()
    assert len(smtp_sink.mails) == 2


def test_somebody_who_drives_into_the_area_is_warned_and_followed_up(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    ann, driver = house.person("ann"), house.person("driver", house.elsewhere)
    for person, (lat, lon) in ((ann, INSIDE), (driver, OUTSIDE)):
        record_position(person, lat, lon, 10, clock.now())
    house.warn(audience={"terms": [{"link": "position"}]})
    work()
    assert mailboxes(smtp_sink) == ["ann"]
    hands.advance(seconds=30)
    record_position(driver, *INSIDE, 10, clock.now())
    work()
    assert mailboxes(smtp_sink) == ["ann", "driver"]
    hands.advance(seconds=121)
    work()
    assert sorted(devices(http_gateway)) == ["ann", "driver"]


def test_an_exercise_never_uses_a_live_channel_nor_the_other_way_round(
    transactional_db: None, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    with smtp.running() as live_sink:
        exercise = build(Realm.EXERCISE, smtp_sink, http_gateway)
        live = build(Realm.LIVE, live_sink, http_gateway, "live-")
        exercise.person("ann")
        live.person("liv")
        exercise.warn(), live.warn()
        work()
        assert mailboxes(smtp_sink) == ["ann"]
        assert mailboxes(live_sink) == ["liv"]
        assert "EXERCISE" not in str(live_sink.mails[0].message["Subject"])


def test_without_a_channel_of_its_own_realm_a_message_fails_rather_than_borrow_one(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    from vedette.dispatch.models import Channel

    house.person("ann")
    Channel.objects.filter(name="smtp").update(realm="live")
    message = house.warn()
    work()
    assert not smtp_sink.mails
    assert levels(message, "ann")[0] == (0, "smtp", "failed")
    assert "exercise" in Delivery.objects.get(recipient__person__code="ann", step=0).detail


def test_the_more_urgent_warning_goes_first(house: House, smtp_sink: smtp.Sink) -> None:
    for number in range(20):
        house.person(f"r{number}")
    house.warn(urgency="Future", severity="Minor", headline="Routine")
    house.warn(urgency="Immediate", severity="Extreme", headline="Urgent", plan=PLAN)
    work()
    first = [str(mail.message["Subject"]) for mail in smtp_sink.mails[:10]]
    assert all("Urgent" in subject for subject in first)


def test_what_is_odd_about_an_audience_widens_nothing_and_is_shown(house: House, smtp_sink: smtp.Sink) -> None:
    house.person("ann")
    answers = [*MEANT, {"finding": "empty-unit", "about": "elsewhere", "reason": "its people come tomorrow"}]
    terms = [{"link": "unit", "units": ["sector", "elsewhere"]}]
    message = house.warn(audience={"terms": terms, "answers": answers})
    house.elsewhere.delete()
    work()
    assert mailboxes(smtp_sink) == ["ann"]
    assert {"unknown-unit": True}.items() <= {
        finding["code"]: finding["blocking"] for finding in Expansion.objects.get(message=message).findings
    }.items()
