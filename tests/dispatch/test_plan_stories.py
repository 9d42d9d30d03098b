"""Plans as they are lived through: at once, again, warden and alternate, quiet hours, and a limit on the routine."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.dispatch.house import (
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
from tests.servers import http, smtp
from vedette import clock
from vedette.dispatch import receipts
from vedette.dispatch.channels.heard import Receipt
from vedette.dispatch.levels import Level
from vedette.dispatch.models import Delivery, Escalation, Hold, Lease, Recipient
from vedette.dispatch.queries import Kind, history
from vedette.ledger.verify import verify
from vedette.people.models import ContactPoint, Organisation, Person, SavedArea
from vedette.warnings.models import Message, Outbox

pytestmark = pytest.mark.django_db(transaction=True)

LA = ZoneInfo("America/Los_Angeles")


def plan(*steps: tuple[Any, ...]) -> dict[str, Any]:
    """Steps as (channel, wait, repeat) to send, or (office, wait) to tell by mail."""
    made: list[dict[str, Any]] = []
    for what, wait_s, *repeat in steps:
        if what in ("supervisor", "warden", "alternate"):
            made.append({"action": "escalate", "channel": "smtp", "wait_s": wait_s, "to": what})
        else:
            made.append({"action": "send", "channel": what, "wait_s": wait_s, "repeat": (repeat or [1])[0]})
    return {"name": "test", "steps": [{k: v for k, v in one.items() if (k, v) != ("to", "supervisor")} for one in made]}


def at(hands: clock.Frozen, local: str) -> None:
    """Move the clock to a time of Los Angeles."""
    hands.advance(seconds=(datetime.fromisoformat(local).replace(tzinfo=LA) - clock.now()).total_seconds())


def quiet(person: Person, begins: int = 22, ends: int = 6) -> None:
    Person.objects.filter(pk=person.pk).update(quiet_from=time(begins), quiet_to=time(ends))


def settled(message: Message) -> bool:
    of = message.warning_id
    return not (
        Outbox.objects.filter(message__warning=of, expanded_at=None).exists()
        or Lease.objects.filter(message__warning=of, done_at=None).exists()
        or Recipient.objects.filter(warning=of, state="open").exists()
    )


def holds(message: Message) -> list[tuple[str, int, str, str]]:
    """Who was held back from the message, at which step, why, and until when in Los Angeles."""
    found = Hold.objects.filter(message=message).order_by("pk").select_related("recipient__person")
    return [(one.recipient.person.code, one.step, one.why, f"{one.until.astimezone(LA):%d %H:%M}") for one in found]


# ---- at once, and again


def test_channels_at_once_go_out_together_and_only_the_last_is_waited_for(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    house.person("ann"), house.person("ben")
    message = house.warn(plan=plan(("smtp", 0), ("webhook", 120), ("smtp", 300)))
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "ben"]
    assert sorted(devices(http_gateway)) == ["ann", "ben"]
    hands.advance(seconds=119)
    work()
    assert len(smtp_sink.mails) == 2
    answer(message, "ann")
    hands.advance(seconds=2)
    work()
    assert mailboxes(smtp_sink)[2:] == ["ben"]
    found = sorted(levels(message, "ben"))
    assert found == [(0, "smtp", "accepted"), (1, "webhook", "accepted"), (2, "smtp", "accepted")]


def test_a_gateway_that_says_later_holds_up_nothing_that_is_done_at_once_with_it(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    smtp_sink.answers[mail_of("ann")] = "451 later"
    house.person("ann")
    message = house.warn(plan=plan(("smtp", 0), ("webhook", 60)))
    work()
    assert devices(http_gateway) == ["ann"]
    assert levels(message, "ann") == [(1, "webhook", "accepted")]
    del smtp_sink.answers[mail_of("ann")]
    hands.advance(seconds=1)
    work()
    assert mailboxes(smtp_sink) == ["ann"]
    hands.advance(seconds=61)
    work()
    assert states(message) == {"ann": "unanswered"}
    assert settled(message)


def test_nobody_is_given_a_final_state_while_something_done_at_once_is_still_put_off(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    house.person("ann", None, "smtp")
    smtp_sink.answers[mail_of("ann")] = "451 later"
    message = house.warn(plan=plan(("smtp", 0), ("webhook", 1)))
    work()
    hands.advance(seconds=2)
    work()
    hands.advance(seconds=2)
    work()
    assert states(message) == {"ann": "open"}
    del smtp_sink.answers[mail_of("ann")]
    for _ in range(3):
        hands.advance(seconds=30)
        work()
    assert mailboxes(smtp_sink) == ["ann"]
    assert states(message) == {"ann": "unanswered"}
    assert settled(message)


def test_a_step_is_repeated_for_the_silent_until_they_answer(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    house.person("ann"), house.person("ben")
    message = house.warn(plan=plan(("webhook", 60, 3), ("smtp", 60)))
    for second in range(3):
        work()
        assert devices(http_gateway).count("ben") == second + 1
        assert devices(http_gateway).count("ann") == min(second + 1, 2)
        if second == 1:
            answer(message, "ann")
        hands.advance(seconds=60)
    work()
    assert mailboxes(smtp_sink) == ["ben"]
    keys = [request.headers["webhook-id"] for request in http_gateway.requests]
    assert len(set(keys)) == len(keys) == 5
    hands.advance(seconds=60)
    work()
    assert states(message) == {"ann": "acknowledged", "ben": "unanswered"}
    assert verify().verified


def test_a_refused_address_is_left_for_the_next_channel_at_once_and_its_repeats_tried_in_their_turn(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    smtp_sink.answers[mail_of("ann")] = "550 no such mailbox"
    house.person("ann"), house.person("dev", None, "webhook")
    message = house.warn(plan=plan(("smtp", 60, 3), ("webhook", 60)))
    work()
    assert sorted(devices(http_gateway)) == ["ann", "dev"]
    assert levels(message, "ann") == [(0, "smtp", "failed"), (3, "webhook", "accepted")]
    del smtp_sink.answers[mail_of("ann")]
    hands.advance(seconds=60)
    work()
    assert levels(message, "ann")[2:] == [(1, "smtp", "accepted")]
    for _ in range(3):
        hands.advance(seconds=60)
        work()
    assert sorted(devices(http_gateway)) == ["ann", "dev"]
    assert levels(message, "dev") == [(0, "smtp", "failed"), (3, "webhook", "accepted")]
    assert settled(message)


def test_whoever_has_an_address_on_none_of_what_goes_out_at_once_need_not_wait_for_it(
    house: House, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    house.person("ann"), house.person("dev", None, "webhook")
    message = house.warn(plan=plan(("sms", 0), ("smtp", 600), ("webhook", 60)))
    work()
    assert mailboxes(smtp_sink) == ["ann"]
    assert devices(http_gateway) == ["dev"]
    assert levels(message, "dev")[-1] == (2, "webhook", "accepted")


def test_a_message_that_ends_a_warning_is_told_once_by_each_channel_however_often_they_were_repeated(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    house.person("ann")
    message = house.warn(plan=plan(("smtp", 0), ("webhook", 60, 3), ("smtp", 60)))
    work()
    house.cancel(message.warning)
    work()
    assert mailboxes(smtp_sink) == ["ann"] * 2
    assert devices(http_gateway) == ["ann"] * 2
    assert states(message) == {"ann": "cancelled"}


# ---- supervisor, warden, alternate


def district(house: House, warden: Person | None, alternate: Person | None = None) -> SavedArea:
    """A larger area around the house's own, with a warden."""
    ring = [[-118.0, 32.0], [-116.0, 32.0], [-116.0, 33.0], [-118.0, 33.0], [-118.0, 32.0]]
    return SavedArea.objects.create(
        realm=house.realm.value,
        code="district",
        name="District",
        geometry={"type": "Polygon", "coordinates": [ring]},
        created_at=clock.now(),
        warden=warden,
        alternate=alternate,
    )


ALL = plan(("smtp", 60), ("supervisor", 60), ("warden", 60), ("alternate", 60))


def told(message: Message) -> list[tuple[str, str | None, str]]:
    """Office, who was told and why, in order."""
    found = Escalation.objects.filter(message=message).order_by("step", "pk")
    return list(found.values_list("office", "told__code", "why"))


def test_supervisor_then_warden_then_alternate_are_told_each_by_one_notice(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    boss, wanda, alto = (house.person(code, house.elsewhere) for code in ("boss", "wanda", "alto"))
    house.supervised_by(house.sector, boss)
    SavedArea.objects.filter(pk=house.area.pk).update(warden=wanda, alternate=alto)
    house.person("ann"), house.person("ben")
    message = house.warn(plan=ALL)
    for _ in range(4):
        work()
        hands.advance(seconds=60)
    work()
    assert [len(smtp_sink.to(mail_of(code))) for code in ("boss", "wanda", "alto")] == [1, 1, 1]
    (notice,) = smtp_sink.to(mail_of("wanda"))
    assert "2 people of your area have not answered" in notice.text
    assert "Ann Example" in notice.text and "Ben Example" in notice.text
    assert str(notice.message["Subject"]).startswith("EXERCISE") and notice.text.strip().endswith("EXERCISE")
    assert set(told(message)) == {
        ("supervisor", "boss", "supervisor of unit sector"),
        ("warden", "wanda", "warden of area fence"),
        ("alternate", "alto", "alternate of area fence"),
    }
    assert states(message) == {"ann": "unanswered", "ben": "unanswered"}
    assert settled(message)
    assert verify().verified


def test_an_answer_stops_what_is_told_of_that_person_alone(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    wanda = house.person("wanda", house.elsewhere)
    SavedArea.objects.filter(pk=house.area.pk).update(warden=wanda)
    house.person("ann"), house.person("ben")
    message = house.warn(plan=plan(("smtp", 60), ("warden", 60)))
    work()
    answer(message, "ann")
    hands.advance(seconds=60)
    work()
    (notice,) = smtp_sink.to(mail_of("wanda"))
    assert "Ben Example" in notice.text and "Ann Example" not in notice.text


def test_a_warden_who_is_silent_too_or_has_no_address_is_passed_over_and_the_history_says_so(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    wanda, mute, far = (
        house.person("wanda"),
        house.person("mute", house.elsewhere),
        house.person("far", house.elsewhere),
    )
    ContactPoint.objects.filter(person=mute).delete()
    SavedArea.objects.filter(pk=house.area.pk).update(warden=wanda, alternate=mute)
    district(house, far, far)
    house.person("ann")
    message = house.warn(plan=plan(("smtp", 60), ("warden", 60), ("alternate", 60)))
    for _ in range(3):
        work()
        hands.advance(seconds=60)
    assert len(smtp_sink.to(mail_of("far"))) == 2
    ann = Recipient.objects.get(warning=message.warning_id, person__code="ann")
    said = [line.detail for line in history(ann) if line.kind is Kind.ESCALATION]
    assert said == [
        "warden of area district; the warden of area fence has not answered either",
        "alternate of area district; the alternate of area fence has no address on any channel of the plan",
    ]


def test_the_post_somebody_is_on_duty_at_says_whose_warden_is_told(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    far, wanda = house.person("far", house.elsewhere), house.person("wanda", house.elsewhere)
    district(house, far)
    SavedArea.objects.filter(pk=house.area.pk).update(warden=wanda)
    house.on_shift(house.person("duty", house.elsewhere), clock.now() - timedelta(hours=1))
    house.person("away", house.elsewhere)
    message = house.warn(
        plan=plan(("smtp", 60), ("warden", 60)), audience={"include": ["duty", "away"]}, severity="Severe"
    )
    work()
    hands.advance(seconds=60)
    work()
    by_person = dict(Escalation.objects.values_list("recipient__person__code", "told__code"))
    assert by_person == {"duty": "wanda", "away": "wanda"}
    assert {why for _, _, why in told(message)} == {"warden of area fence"}


def test_that_nobody_could_be_told_is_written_down_with_the_reason(house: House, hands: clock.Frozen) -> None:
    house.person("ann")
    message = house.warn(plan=plan(("smtp", 60), ("warden", 60)))
    work()
    hands.advance(seconds=60)
    work()
    assert told(message) == [("warden", None, "no warden can be told: none is set")]
    assert not Delivery.objects.filter(purpose="escalate").exists()
    assert verify().verified


# ---- quiet hours

ROUTINE = plan(("smtp", 600), ("webhook", 600))


def test_quiet_hours_hold_back_what_is_routine_until_they_are_over_and_stop_nobody_else(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    at(hands, "2025-12-04T23:00")
    boss = house.person("boss", house.elsewhere)
    house.supervised_by(house.sector, boss)
    quiet(house.person("ann")), house.person("ben")
    message = house.warn(plan=plan(("smtp", 600), ("supervisor", 600)), severity="Minor")
    work()
    assert mailboxes(smtp_sink) == ["ben"]
    assert holds(message) == [("ann", 0, "quiet hours", "05 06:00")]
    for _ in range(3):
        hands.advance(seconds=601)
        work()
    assert states(message) == {"ann": "open", "ben": "unanswered"}
    assert "Ann Example" not in smtp_sink.to(mail_of("boss"))[0].text
    at(hands, "2025-12-05T05:59")
    work()
    assert "ann" not in mailboxes(smtp_sink)
    at(hands, "2025-12-05T06:00")
    work()
    assert mailboxes(smtp_sink).count("ann") == 1
    hands.advance(seconds=601)
    work()
    assert "Ann Example" in smtp_sink.to(mail_of("boss"))[1].text
    hands.advance(seconds=601)
    work()
    assert states(message) == {"ann": "unanswered", "ben": "unanswered"}
    assert settled(message)
    ann = Recipient.objects.get(person__code="ann")
    (line,) = [line for line in history(ann) if line.kind is Kind.HOLD]
    assert line.detail == "quiet hours, until 2025-12-05T14:00:00.000000+00:00"
    assert verify().verified


def test_quiet_hours_never_hold_back_danger_to_life(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    at(hands, "2025-12-04T23:00")
    Organisation.objects.update(routine_cap=1)
    quiet(house.person("ann"))
    for _ in range(3):
        house.warn(plan=ROUTINE, severity="Severe")
    work()
    hands.advance(seconds=601)
    work()
    assert mailboxes(smtp_sink) == ["ann"] * 3
    assert devices(http_gateway) == ["ann"] * 3
    assert not Hold.objects.exists()


def test_a_follow_up_that_falls_into_the_night_waits_for_the_morning(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    at(hands, "2025-12-04T21:55")
    quiet(house.person("ann")), house.person("ben")
    message = house.warn(plan=ROUTINE, severity="Minor")
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "ben"]
    at(hands, "2025-12-04T22:06")
    work()
    assert devices(http_gateway) == ["ben"]
    assert holds(message) == [("ann", 1, "quiet hours", "05 06:00")]
    at(hands, "2025-12-05T06:00")
    work()
    assert devices(http_gateway) == ["ben", "ann"]
    hands.advance(seconds=601)
    work()
    assert settled(message)


def test_an_answer_in_the_night_ends_what_was_held_back(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    at(hands, "2025-12-04T21:55")
    quiet(house.person("ann"))
    message = house.warn(plan=ROUTINE, severity="Minor")
    work()
    at(hands, "2025-12-04T22:06")
    work()
    answer(message, "ann")
    at(hands, "2025-12-05T06:00")
    work()
    assert not http_gateway.requests
    assert states(message) == {"ann": "acknowledged"}


def test_what_does_not_stand_any_more_in_the_morning_is_not_sent_nor_is_its_cancel(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    at(hands, "2025-12-04T23:00")
    quiet(house.person("ann")), house.person("ben")
    message = house.warn(plan=ROUTINE, severity="Minor")
    work()
    house.cancel(message.warning)
    work()
    at(hands, "2025-12-05T06:30")
    work()
    assert mailboxes(smtp_sink) == ["ben", "ben"]
    assert states(message) == {"ann": "cancelled", "ben": "cancelled"}
    assert settled(message)


def test_a_cancel_disturbs_whoever_was_sent_the_warning_before_the_night(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    at(hands, "2025-12-04T21:55")
    quiet(house.person("ann"))
    message = house.warn(plan=ROUTINE, severity="Minor")
    work()
    at(hands, "2025-12-04T22:06")
    work()
    assert holds(message) == [("ann", 1, "quiet hours", "05 06:00")]
    house.cancel(message.warning)
    work()
    assert mailboxes(smtp_sink) == ["ann", "ann"]


def test_an_update_reaches_in_the_night_whoever_had_the_alert_and_nobody_who_had_not(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    at(hands, "2025-12-04T21:30")
    quiet(house.person("ann")), quiet(house.person("ben"), 21)
    message = house.warn(plan=ROUTINE, severity="Minor")
    work()
    at(hands, "2025-12-04T23:00")
    update = house.update(message.warning, plan=ROUTINE, severity="Minor")
    work()
    hands.advance(seconds=601)
    work()
    assert mailboxes(smtp_sink) == ["ann", "ann"]
    assert devices(http_gateway) == ["ann"]
    assert [code for code, *_ in holds(update)] == ["ben"]
    at(hands, "2025-12-05T06:00")
    work()
    assert mailboxes(smtp_sink) == ["ann", "ann", "ben"]
    assert levels(message, "ben") == []
    assert levels(update, "ben") == [(0, "smtp", "accepted")]
    for _ in range(3):
        hands.advance(seconds=601)
        work()
    assert settled(message)


def test_an_update_that_becomes_a_danger_to_life_wakes_everybody(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    at(hands, "2025-12-04T23:00")
    quiet(house.person("ann"))
    message = house.warn(plan=ROUTINE, severity="Minor")
    work()
    house.update(message.warning, plan=ROUTINE, severity="Extreme")
    work()
    assert mailboxes(smtp_sink) == ["ann"]
    house.cancel(message.warning)
    work()
    assert mailboxes(smtp_sink) == ["ann", "ann"]


def test_what_expires_in_the_night_was_never_sent_and_the_history_says_why(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    at(hands, "2025-12-04T23:00")
    quiet(house.person("ann"))
    expires = clock.now() + timedelta(hours=3)
    message = house.warn(plan=ROUTINE, severity="Minor", expires=expires.isoformat())
    for local in ("2025-12-04T23:01", "2025-12-05T02:01", "2025-12-05T07:00"):
        at(hands, local)
        work()
    assert not smtp_sink.mails
    assert states(message) == {"ann": "failed"}
    assert settled(message)
    ann = Recipient.objects.get(person__code="ann")
    assert [line.kind for line in history(ann)] == [Kind.JOINED, Kind.HOLD]


def test_everyone_is_held_until_their_own_morning_by_their_own_clock(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    at(hands, "2025-12-04T23:00")
    quiet(house.person("ann")), quiet(house.person("eve"), 22, 7)
    ned = house.person("ned")
    quiet(ned)
    Person.objects.filter(pk=ned.pk).update(zone="America/New_York")
    message = house.warn(plan=ROUTINE, severity="Minor")
    work()
    for hour, awake in ((3, ["ned"]), (6, ["ned", "ann"]), (7, ["ned", "ann", "eve"])):
        at(hands, f"2025-12-05T{hour:02}:00")
        work()
        assert mailboxes(smtp_sink) == awake
        work()
    for _ in range(3):
        hands.advance(seconds=601)
        work()
    assert sorted(devices(http_gateway)) == ["ann", "eve", "ned"]
    assert settled(message)


def test_a_bounce_of_what_was_held_back_and_sent_after_all_goes_on_at_once(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    at(hands, "2025-12-04T23:00")
    quiet(house.person("ann"))
    message = house.warn(plan=ROUTINE, severity="Minor")
    work()
    at(hands, "2025-12-05T06:00")
    work()
    key = Delivery.objects.get(message=message, recipient__person__code="ann").idempotency_key
    receipts.record(house.realm, "smtp", [Receipt(level=Level.FAILED, key=key)])
    work()
    assert devices(http_gateway) == ["ann"]
    for _ in range(3):
        hands.advance(seconds=601)
        work()
    assert devices(http_gateway) == ["ann"]
    assert settled(message)


# ---- the cap on routine messages


@pytest.mark.parametrize("together", [True, False])
def test_the_sixth_routine_message_of_a_day_is_held_back(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway, together: bool
) -> None:
    Organisation.objects.update(routine_cap=5)
    house.person("ann")
    sent = []
    for _ in range(6):
        sent.append(house.warn(plan=ROUTINE, severity="Minor"))
        if not together:
            hands.advance(minutes=1)
            work()
    work()
    assert mailboxes(smtp_sink) == ["ann"] * 5
    ((code, step, why, _),) = holds(sent[5])
    assert (code, step, why) == ("ann", 0, "as many routine messages as a day may bring")
    hands.advance(seconds=601)
    work()
    assert devices(http_gateway) == ["ann"] * 5
    hands.advance(hours=24)
    work()
    assert mailboxes(smtp_sink) == ["ann"] * 6
    hands.advance(seconds=601), work(), hands.advance(seconds=601), work()
    assert all(settled(one) for one in sent)


def test_the_cap_counts_no_danger_to_life_and_stops_no_update_of_what_was_sent(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    Organisation.objects.update(routine_cap=1)
    house.person("ann")
    house.warn(plan=ROUTINE, severity="Extreme")
    first = house.warn(plan=ROUTINE, severity="Minor")
    work()
    assert mailboxes(smtp_sink) == ["ann"] * 2
    house.update(first.warning, plan=ROUTINE, severity="Minor")
    work()
    assert mailboxes(smtp_sink) == ["ann"] * 3
    second = house.warn(plan=ROUTINE, severity="Minor")
    work()
    assert mailboxes(smtp_sink) == ["ann"] * 3
    assert [code for code, *_ in holds(second)] == ["ann"]
    house.all_clear(first.warning)
    work()
    assert mailboxes(smtp_sink) == ["ann"] * 4


def test_one_who_joins_late_in_the_night_is_held_back_too(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    at(hands, "2025-12-04T23:00")
    late = house.person("late", house.elsewhere)
    quiet(late), house.person("ben")
    message = house.warn(plan=ROUTINE, severity="Minor")
    work()
    hands.advance(seconds=30)
    Person.objects.filter(pk=late.pk).update(unit=house.post, changed_at=clock.now())
    work()
    assert [code for code, *_ in holds(message)] == ["late"]
    at(hands, "2025-12-05T06:00")
    work()
    assert mailboxes(smtp_sink) == ["ben", "late"]
    assert fresh(message.warning).ended_at is None
