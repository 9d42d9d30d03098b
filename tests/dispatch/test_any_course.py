"""Whatever happens in whatever order: everybody ends in one final state, and only the audience is sent anything."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db.models import Min
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dispatch.house import House, answer, fresh, mail_of, mailboxes, states, work
from tests.servers import http, smtp
from vedette import clock
from vedette.dispatch.levels import ANSWERED, Response, State
from vedette.dispatch.models import Acknowledgement, Delivery, Lease, Recipient
from vedette.dispatch.progress import answers_over_time, progress
from vedette.ledger.verify import verify
from vedette.people.models import Person
from vedette.warnings.models import Message, Outbox

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = ("ann", "ben", "cat")
happenings = st.one_of(
    st.just(("work",)),
    st.tuples(st.just("wait"), st.sampled_from([1, 60, 121, 181, 301, 5_000])),
    st.tuples(st.just("answer"), st.sampled_from(PEOPLE), st.sampled_from(Response)),
    st.tuples(st.just("gateway"), st.sampled_from([http.Mode.OK, http.Mode.REFUSE, http.Mode.BUSY])),
    st.tuples(st.just("mailbox"), st.sampled_from(PEOPLE), st.sampled_from(["550 no", "451 later", ""])),
    st.just(("update",)),
    st.just(("cancel",)),
    st.just(("all-clear",)),
    st.tuples(st.just("move"), st.sampled_from(PEOPLE), st.booleans()),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(course=st.lists(happenings, max_size=8))
def test_any_course_of_events_ends_with_everybody_in_one_final_state(
    house: House,
    hands: clock.Frozen,
    smtp_sink: smtp.Sink,
    http_gateway: http.Gateway,
    course: list[tuple],
) -> None:
    for code in PEOPLE:
        if code not in house.people:
            house.person(code)
    if "out" not in house.people:
        house.person("out", house.elsewhere)
    Person.objects.filter(code__in=PEOPLE).update(unit=house.post)
    http_gateway.mode = http.Mode.OK
    smtp_sink.answers.clear()
    alert = house.warn()
    spoken: set[str] = set()
    for what, *given_with in course:
        happen(what, given_with, house, hands, alert, smtp_sink, http_gateway, spoken)
    for _ in range(6):
        work()
        hands.advance(seconds=400)
    hands.advance(days=3)
    for _ in range(3):
        work()
        hands.advance(seconds=60)
    warning = fresh(alert.warning)
    found = states(alert)
    assert warning.ended_at is not None
    assert not Lease.objects.filter(message__warning=warning, done_at=None).exists()
    assert not Outbox.objects.filter(message__warning=warning, expanded_at=None).exists()
    assert State.OPEN not in found.values()
    assert all((state in ANSWERED) == (code in spoken) for code, state in found.items())
    assert "out" not in mailboxes(smtp_sink)
    assert_told_of_the_end(warning.pk)
    assert_counts_hold(warning.pk)
    assert verify().verified


def happen(
    what: str,
    with_: list,
    house: House,
    hands: clock.Frozen,
    alert: Message,
    mail: smtp.Sink,
    gateway: http.Gateway,
    spoken: set[str],
) -> None:
    over = fresh(alert.warning)
    in_force = over.ended_at is None and over.expires_at is not None and over.expires_at > clock.now()
    if what == "work":
        work()
    elif what == "wait":
        hands.advance(seconds=with_[0])
    elif what == "answer":
        if Recipient.objects.filter(warning=over, person__code=with_[0]).exists():
            answer(alert, *with_)
            spoken.add(with_[0])
    elif what == "gateway":
        gateway.mode = with_[0]
    elif what == "mailbox":
        mail.answers[mail_of(with_[0])] = with_[1]
        if not with_[1]:
            del mail.answers[mail_of(with_[0])]
    elif what == "move":
        unit = house.post if with_[1] else house.elsewhere
        Person.objects.filter(code=with_[0]).update(unit=unit, changed_at=clock.now())
    elif in_force and Person.objects.filter(unit=house.post).exists():
        {"update": house.update, "cancel": house.cancel, "all-clear": house.all_clear}[what](over)


def assert_counts_hold(warning: int) -> None:
    """What is counted as it is written is what is there."""
    shown = progress(warning)
    assert shown.states == Counter(Recipient.objects.filter(warning=warning).values_list("state", flat=True))
    firsts = sorted(
        Acknowledgement.objects.filter(recipient__warning=warning)
        .values("recipient")
        .annotate(first=Min("at"))
        .values_list("first", flat=True)
    )
    assert [shown.first_answer, shown.last_answer] == ([firsts[0], firsts[-1]] if firsts else [None, None])
    assert [so_far for _, so_far in answers_over_time(warning)][-1:] == ([len(firsts)] if firsts else [])
    assert shown.finished


def assert_told_of_the_end(warning: int) -> None:
    """Whoever a gateway took the warning for was tried with its cancel or all-clear, if there was one."""
    ending = Message.objects.filter(warning=warning, msg_type__in=["Cancel", "AllClear"], state="issued").first()
    if ending is None:
        return
    reached = Delivery.objects.filter(message__warning=warning, level="accepted", purpose="warn").exclude(
        message=ending
    )
    told = Delivery.objects.filter(message=ending, purpose="warn", attempts__gt=0)
    assert set(reached.values_list("recipient_id", flat=True)) <= set(told.values_list("recipient_id", flat=True))
