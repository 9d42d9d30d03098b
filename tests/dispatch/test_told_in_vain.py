"""A notice of silence that reaches nobody: the next in line is told at once, and nobody is told twice."""

from __future__ import annotations

import pytest

from tests.dispatch.house import House, answer, devices, mail_of, mailboxes, states, work
from tests.dispatch.test_plan_stories import plan, settled
from tests.servers import http, smtp
from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import leases, receipts
from vedette.dispatch.channels.heard import Receipt
from vedette.dispatch.levels import Level
from vedette.dispatch.models import Delivery, Escalation, Lease, Recipient
from vedette.dispatch.progress import progress
from vedette.dispatch.queries import Kind, history
from vedette.dispatch.receipts import Became
from vedette.dispatch.results import Attempt, Done, Part, commit
from vedette.dispatch.told import Told
from vedette.ledger.verify import verify
from vedette.people.models import Person, SavedArea
from vedette.warnings.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

#: A minute to answer; then who is responsible, by mail, with an hour for each.
ALL = plan(("smtp", 60), ("supervisor", 3600), ("warden", 3600), ("alternate", 3600))


@pytest.fixture
def offices(house: House) -> dict[str, Person]:
    """Ann is silent; the boss of her post, the chief of the sector, the warden and the alternate have only mail."""
    people = {code: house.person(code, house.elsewhere, "smtp") for code in ("boss", "chief", "wanda", "alto")}
    house.supervised_by(house.post, people["boss"])
    house.supervised_by(house.sector, people["chief"])
    SavedArea.objects.filter(pk=house.area.pk).update(warden=people["wanda"], alternate=people["alto"])
    house.person("ann", None, "smtp")
    return people


def told(message: Message, code: str = "ann") -> list[tuple[str, str | None, bool]]:
    """Of one person: in which office who was told, and whether in vain; in order."""
    found = Escalation.objects.filter(message=message, recipient__person__code=code).order_by("pk")
    return list(found.values_list("office", "told__code", "in_vain"))


def bounced(code: str, level: Level = Level.FAILED, channel: str = "smtp") -> None:
    """The last notice to somebody bounces."""
    notice = Delivery.objects.filter(purpose="escalate", person__code=code, channel=channel).latest("pk")
    receipt = Receipt(level=level, key=notice.idempotency_key, detail=f"{level} later")
    assert +receipts.record(Realm.EXERCISE, channel, [receipt]).became == {Became.RECORDED: 1}


def silent(house: House, hands: clock.Frozen, **given: object) -> Message:
    """Issued, and a minute later nobody has answered."""
    message = house.warn(**{"plan": ALL, **given})
    work()
    hands.advance(seconds=60)
    work()
    return message


def test_of_a_bounced_notice_the_next_in_line_is_told_at_once_and_again_until_somebody_is(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, offices: dict[str, Person]
) -> None:
    message = silent(house, hands)
    assert told(message) == [("supervisor", "boss", False)]
    assert progress(message.warning_id).escalated == 1
    hands.advance(seconds=5)
    for failing, then in (("boss", "chief"), ("chief", "wanda"), ("wanda", "alto")):
        bounced(failing)
        assert progress(message.warning_id).escalated == 0
        work()
        assert len(smtp_sink.to(mail_of(then))) == 1
    assert told(message) == [
        ("supervisor", "boss", True),
        ("supervisor", "chief", True),
        ("warden", "wanda", True),
        ("alternate", "alto", False),
    ]
    assert "supervisor of unit post could not be reached" in Escalation.objects.get(told=offices["chief"]).why
    assert progress(message.warning_id).escalated == 1
    for _ in range(3):
        hands.advance(hours=1)
        work()
    assert [mailboxes(smtp_sink).count(code) for code in ("boss", "chief", "wanda", "alto")] == [1, 1, 1, 1]
    assert settled(message) and states(message) == {"ann": "unanswered"}
    ann = Recipient.objects.get(warning=message.warning_id, person__code="ann")
    assert [line.what for line in history(ann) if line.kind is Kind.ESCALATION] == ["in vain"] * 3 + ["told"]
    assert verify().verified


def test_of_a_notice_that_no_gateway_takes_the_next_in_line_is_told_at_once(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, offices: dict[str, Person]
) -> None:
    for code in ("boss", "chief"):
        smtp_sink.answers[mail_of(code)] = "550 5.1.1 no such mailbox"
    message = silent(house, hands)
    assert told(message) == [("supervisor", "boss", True), ("supervisor", "chief", True), ("warden", "wanda", False)]
    assert len(smtp_sink.to(mail_of("wanda"))) == 1
    hands.advance(hours=1)
    work()
    assert len(smtp_sink.to(mail_of("wanda"))) == 1  # their own step tells them nothing new


def test_whoever_has_another_way_is_told_by_that_before_the_next_in_line_is(
    house: House, hands: clock.Frozen, http_gateway: http.Gateway, smtp_sink: smtp.Sink
) -> None:
    boss, chief = house.person("boss", house.elsewhere), house.person("chief", house.elsewhere, "smtp")
    house.supervised_by(house.post, boss)
    house.supervised_by(house.sector, chief)
    house.person("ann", None, "smtp")
    message = silent(house, hands, plan=plan(("smtp", 60), ("supervisor", 3600), ("webhook", 60)))
    bounced("boss")
    work()
    assert devices(http_gateway) == ["boss"] and not smtp_sink.to(mail_of("chief"))
    assert told(message) == [("supervisor", "boss", True), ("supervisor", "boss", False)]
    bounced("boss", Level.EXPIRED, "webhook")
    work()
    assert len(smtp_sink.to(mail_of("chief"))) == 1


def test_a_notice_that_was_said_to_have_failed_and_arrived_after_all_counts(
    house: House, hands: clock.Frozen, offices: dict[str, Person]
) -> None:
    message = silent(house, hands)
    bounced("boss")
    bounced("boss", Level.DELIVERED)
    work()
    assert told(message) == [("supervisor", "boss", False)]


def test_when_nobody_is_left_to_tell_it_is_said_and_left_there(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, offices: dict[str, Person]
) -> None:
    for code in offices:
        smtp_sink.answers[mail_of(code)] = "550 5.1.1 no such mailbox"
    message = silent(house, hands)
    assert [code for _, code, _ in told(message)] == ["boss", "chief", "wanda", "alto", None]
    nobody = Escalation.objects.get(told=None)
    assert nobody.why.startswith("no alternate can be told; the alternate of area fence could not be reached")
    assert not Lease.objects.filter(aside=True, done_at=None).exists()


def test_of_whoever_has_answered_since_nobody_else_is_told(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, offices: dict[str, Person]
) -> None:
    house.person("ben", None, "smtp")
    message = silent(house, hands)
    answer(message, "ann")
    bounced("boss")
    work()
    (notice,) = smtp_sink.to(mail_of("chief"))
    assert "Ben Example" in notice.text and "Ann Example" not in notice.text
    assert told(message) == [("supervisor", "boss", True)]


def test_a_bounce_that_comes_after_the_plan_has_ended_still_tells_the_next(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, offices: dict[str, Person]
) -> None:
    message = silent(house, hands, plan=plan(("smtp", 60), ("supervisor", 60)))
    hands.advance(seconds=60)
    work()
    assert states(message) == {"ann": "unanswered"}
    bounced("boss")
    work()
    assert len(smtp_sink.to(mail_of("chief"))) == 1
    house.cancel(message.warning)
    bounced("chief")
    work()
    assert len(mailboxes(smtp_sink)) == 4  # ann twice with the cancel, boss, chief


def test_a_notice_that_was_taken_is_not_sent_again_by_whoever_goes_on_after_a_crash(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, offices: dict[str, Person]
) -> None:
    message = silent(house, hands)
    Escalation.objects.all().delete()  # as if the engine had ended between the two
    Lease.objects.filter(message=message, step=1).update(done_at=None, held_until=None)
    work()
    assert told(message) == [("supervisor", "boss", False)]
    assert len(smtp_sink.to(mail_of("boss"))) == 1


def test_a_bounce_that_is_quicker_than_what_is_written_of_the_lease_loses_nobody(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, offices: dict[str, Person]
) -> None:
    message = house.warn(plan=ALL)
    work()
    hands.advance(seconds=60)
    (held,) = leases.take("one", clock.now(), None, 9)
    boss, ann = offices["boss"], Recipient.objects.get(person__code="ann")
    point = boss.contact_points.get().pk
    taken = Attempt(None, boss.pk, point, "smtp", 1, Level.ACCEPTED, 1, "", clock.now(), held.told_of)
    commit([Part(held, [taken])], clock.now())
    bounced("boss")
    commit([Part(held, told=[Told(ann.pk, boss.pk, "supervisor", "", 1)], end=Done())], clock.now())
    work()
    assert told(message) == [("supervisor", "boss", True), ("supervisor", "chief", False)]
    assert len(smtp_sink.to(mail_of("chief"))) == 1


def test_what_goes_on_aside_is_not_worked_on_beside_the_plans_own_lease_of_its_range(
    house: House, hands: clock.Frozen, offices: dict[str, Person]
) -> None:
    message = house.warn(plan=plan(("smtp", 60), ("webhook", 60), ("supervisor", 60)))
    work()
    first = Delivery.objects.get(recipient__person__code="ann")
    hands.advance(seconds=60)
    (own,) = leases.take("one", clock.now(), None, 9)
    receipts.record(house.realm, "smtp", [Receipt(level=Level.FAILED, key=first.idempotency_key)])
    assert leases.take("other", clock.now(), None, 9) == []
    leases.end(own, clock.now())
    (aside,) = leases.take("other", clock.now(), None, 9)
    assert (aside.aside, aside.message) == (True, message.pk)
