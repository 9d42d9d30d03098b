"""Whatever plan, goal, answers, failures, updates, cancels and time that passes: what must hold of every course.

The real engine works on it with a stopped clock, so that whatever leaves the house in one go leaves it at one moment.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Min
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.dispatch.house import MEANT, SECTOR, House, answer, fresh, mail_of, states, work
from tests.servers import http, smtp
from vedette import clock
from vedette.dispatch.decide import ENDINGS
from vedette.dispatch.goal_rows import COUNTED
from vedette.dispatch.goals import FILLED, MISSED
from vedette.dispatch.keys import DeliveryRef, read_key
from vedette.dispatch.levels import ANSWERED, Response, State
from vedette.dispatch.models import Acknowledgement, Delivery, Goal, Hold, Lease, Recipient, Wave
from vedette.dispatch.progress import answers_over_time, progress
from vedette.dispatch.restraint import CAP_WINDOW, quiet_until
from vedette.ledger.verify import verify
from vedette.people.models import Organisation, Person, SavedArea
from vedette.people.quiet import QuietHours
from vedette.warnings.content import MessageType, Office
from vedette.warnings.models import Message, Outbox, Warning
from vedette.warnings.plans import danger_to_life, flat, one_pass

pytestmark = pytest.mark.django_db(transaction=True)

#: Those who may be warned, those whom waves may add, and those who may be told of them; `out` is none of these.
PEOPLE = ("ann", "ben", "cat", "dee")
FURTHER = ("wes", "wyn")
TOLD = ("boss", "wanda", "alto")
CHANNELS = {"ann": ("smtp", "webhook"), "ben": ("smtp",), "cat": ("webhook",), "dee": ("webhook", "smtp")}
CHANNELS |= {"wes": ("smtp", "webhook"), "wyn": ("webhook",)}
ZONE = "America/Los_Angeles"

people = st.sampled_from(PEOPLE)
channels = st.sampled_from(["smtp", "webhook", "sms"])
waits = st.sampled_from([1, 60, 600])
sends = st.fixed_dictionaries(
    {"action": st.just("send"), "channel": channels, "wait_s": waits, "repeat": st.sampled_from([1, 1, 3])}
) | st.fixed_dictionaries({"action": st.just("send"), "channel": channels, "wait_s": st.just(0)})
tells = st.fixed_dictionaries(
    {"action": st.just("escalate"), "channel": st.just("smtp"), "wait_s": waits, "to": st.sampled_from(Office)}
)
plans = st.builds(
    lambda first, rest: {"name": "any", "steps": [first, *rest]}, sends, st.lists(sends | tells, max_size=4)
)
goals = st.none() | st.fixed_dictionaries(
    {
        "answers": st.integers(1, 3),
        "counts": st.sampled_from(["answered", "safe"]),
        "within_minutes": st.sampled_from([1, 10]),
        "waves": st.sampled_from([[], ["wes"], ["wyn", "wes"], ["ann", "wes"]]).map(
            lambda waves: [{"include": [code]} for code in waves]
        ),
        "tell": st.just(["gil"]),
        "call_off": st.booleans(),
    }
)
severities = st.sampled_from(["Severe", "Minor"])


@dataclass(frozen=True)
class Sent:
    """Something that a gateway took from us, and when."""

    channel: str
    to: str
    key: str
    ref: DeliveryRef
    at: datetime
    texts: tuple[str, ...]


class Course(RuleBasedStateMachine):
    """One warning, or several, from issue to end."""

    house: House
    hands: clock.Frozen
    mail: smtp.Sink
    gateway: http.Gateway

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Sent] = []
        self.members = set(PEOPLE)
        self.alerts: list[Message] = []
        self.cap: int | None = None
        self._mails, self._requests = len(self.mail.mails), len(self.gateway.requests)

    # ---- what happens

    @initialize(
        plan=plans, goal=goals, severity=severities, hour=st.integers(0, 23), cap=st.sampled_from([None, None, 1, 2])
    )
    def begin(self, plan: dict[str, Any], goal: Any, severity: str, hour: int, cap: int | None) -> None:
        self.gateway.mode = http.Mode.OK
        self.mail.answers.clear()
        leave_behind()
        house = self.house
        Person.objects.filter(code__in=PEOPLE).update(unit=house.post, quiet_from=None, quiet_to=None)
        Person.objects.filter(code="dee").update(quiet_from=time(22), quiet_to=time(6))
        Organisation.objects.update(routine_cap=cap)
        self.cap = cap
        here = clock.now().astimezone(ZoneInfo(ZONE))
        self.hands.advance(hours=(hour - here.hour) % 24)
        self.issue(plan, goal, severity)

    @rule(plan=plans, goal=goals, severity=severities)
    @precondition(lambda self: len(self.alerts) < 3)
    def issue(self, plan: dict[str, Any], goal: Any, severity: str) -> None:
        if Person.objects.filter(unit=self.house.post).exists():
            self.alerts.append(self.house.warn(plan=plan, severity=severity, audience=audience(goal)))

    @rule()
    def engine_works(self) -> None:
        before = Before.now(self)
        work()
        self._look(before)

    @rule(seconds=st.sampled_from([1, 61, 601, 3_700, 8 * 3_600]))
    def time_passes(self, seconds: int) -> None:
        self.hands.advance(seconds=seconds)

    @rule(code=st.sampled_from(PEOPLE + FURTHER), response=st.sampled_from(Response), number=st.integers(0, 2))
    def somebody_answers(self, code: str, response: Response, number: int) -> None:
        alert = self.alerts[number % len(self.alerts)]
        if Recipient.objects.filter(warning=alert.warning_id, person__code=code).exists():
            answer(alert, code, response)

    @rule(mode=st.sampled_from([http.Mode.OK, http.Mode.REFUSE, http.Mode.BUSY, http.Mode.CUT]))
    def gateway_changes(self, mode: http.Mode) -> None:
        self.gateway.mode = mode

    @rule(code=people, reply=st.sampled_from(["550 no", "451 later", ""]))
    def mailbox_changes(self, code: str, reply: str) -> None:
        self.mail.answers.pop(mail_of(code), None)
        if reply:
            self.mail.answers[mail_of(code)] = reply

    @rule(plan=plans, goal=goals, severity=severities, number=st.integers(0, 2))
    def update(self, plan: dict[str, Any], goal: Any, severity: str, number: int) -> None:
        if self._in_force(number) and Person.objects.filter(unit=self.house.post).exists():
            warning = self.alerts[number % len(self.alerts)].warning
            self.house.update(warning, plan=plan, severity=severity, audience=audience(goal))

    @rule(number=st.integers(0, 2))
    def cancel(self, number: int) -> None:
        if self._in_force(number):
            self.house.cancel(self.alerts[number % len(self.alerts)].warning)

    @rule(number=st.integers(0, 2))
    def all_clear(self, number: int) -> None:
        if self._in_force(number):
            self.house.all_clear(self.alerts[number % len(self.alerts)].warning)

    @rule(code=people, here=st.booleans())
    def somebody_moves(self, code: str, here: bool) -> None:
        unit = self.house.post if here else self.house.elsewhere
        Person.objects.filter(code=code).update(unit=unit, changed_at=clock.now())

    @rule(code=people, begins=st.integers(0, 23), hours=st.integers(1, 23))
    def quiet_hours_change(self, code: str, begins: int, hours: int) -> None:
        ends = time((begins + hours) % 24)
        Person.objects.filter(code=code).update(quiet_from=time(begins), quiet_to=ends)

    def teardown(self) -> None:
        if not self.alerts:
            return
        self.gateway.mode = http.Mode.OK
        self.mail.answers.clear()
        for seconds in (0, 700, 700, 8 * 3_600, 700, 3 * 86_400, 60, 60):
            self.hands.advance(seconds=seconds)
            self.engine_works()
        for alert in self.alerts:
            self._judge_the_end(alert)
        assert verify().verified

    # ---- what must hold

    def _look(self, before: Before) -> None:
        """At what has left the house since the last look."""
        new = self._arrived()
        taken = Counter(one.key for one in [*self.sent, *new])
        assert all(taken[one.key] == 1 for one in new), "a step went twice to an address"
        for one in new:
            message = Message.objects.select_related("warning").get(pk=one.ref.message)
            before.judge(one, message)
            steps = one_pass(message.parsed_plan()) if _kind(message) in ENDINGS else flat(message.parsed_plan())
            if one.ref.step in (MISSED, FILLED):
                judge_notice(one, message)
            elif one.ref.recipient is not None:
                assert steps[one.ref.step].channel == one.channel
                assert one.to in self.members or added_by_wave(one)
                assert before.states.get(one.ref.recipient) != "cancelled" or _kind(message) is not MessageType.ALERT
                self._judge_restraint(one, message, before)
            else:
                assert steps[one.ref.step].action == "escalate"
                assert one.to in TOLD
            assert all(text.startswith("EXERCISE") and text.rstrip().endswith("EXERCISE") for text in one.texts)
        self._judge_cap(new)
        before.judge_waves()
        self.sent += new
        grave = [
            m.pk for m in Message.objects.filter(warning__in=self._warnings()) if danger_to_life(m.parsed_content())
        ]
        assert not Hold.objects.filter(message__in=grave).exists()

    def _judge_restraint(self, one: Sent, message: Message, before: Before) -> None:
        """Nothing routine is begun for somebody who has their quiet hours, but what became of what they were sent."""
        if not before.restrained(one, message):
            return
        person = Person.objects.get(code=one.to)
        if person.quiet_from is not None and person.quiet_to is not None:
            assert quiet_until(one.at, QuietHours(person.quiet_from, person.quiet_to, ZONE)) is None

    def _judge_cap(self, new: list[Sent]) -> None:
        if self.cap is None:
            return
        routine = {
            message.pk: message
            for message in Message.objects.filter(warning__in=self._warnings())
            if not danger_to_life(message.parsed_content())
        }
        for code in PEOPLE:
            mine = [one for one in self.sent if one.to == code and one.ref.message in routine]
            had = {one.ref.message for one in mine if one.ref.recipient is not None}
            first = {
                one.ref.message
                for one in new
                if one.to == code
                and one.ref.message in routine
                and one.ref.message not in had
                and _kind(routine[one.ref.message]) is MessageType.ALERT
            }
            lately = {one.ref.message for one in mine if one.at > clock.now() - CAP_WINDOW} - first
            assert not first or len(first) + len(lately) <= self.cap

    def _judge_the_end(self, alert: Message) -> None:
        """Everybody has one final state, the one that is true of them."""
        warning, found = fresh(alert.warning), states(alert)
        assert warning.ended_at is not None
        assert not Lease.objects.filter(message__warning=warning, done_at=None).exists()
        assert not Outbox.objects.filter(message__warning=warning, expanded_at=None).exists()
        further = Recipient.objects.filter(warning=warning, by_wave__isnull=False)
        assert set(found) <= self.members | set(further.values_list("person__code", flat=True))
        called_off = who_may_be_called_off(warning)
        answered = set(
            Acknowledgement.objects.filter(message__warning=warning).values_list("recipient__person__code", flat=True)
        )
        ours = set(Message.objects.filter(warning=warning).values_list("pk", flat=True))
        reached = {one.to for one in self.sent if one.ref.message in ours and one.ref.recipient is not None}
        for code, state in found.items():
            if code in answered:
                assert State(state) in ANSWERED
            elif warning.ended_by == "Cancel":
                assert state in ("cancelled", "unanswered", "failed")
            elif state == "cancelled":
                assert code in called_off
            else:
                assert state == ("unanswered" if code in reached else "failed")
        assert not Goal.objects.filter(message__warning=warning, closed_at=None).exists()
        self._judge_told_of_the_end(warning.pk)
        self._judge_counts(warning.pk)

    def _judge_told_of_the_end(self, warning: int) -> None:
        """Whoever a gateway took the warning for was tried with its end, and nobody who was only ever held back."""
        kinds = [kind.value for kind in ENDINGS]
        end = Message.objects.filter(warning=warning, msg_type__in=kinds, state="issued").first()
        if end is None:
            return
        warned = Delivery.objects.filter(message__warning=warning, purpose="warn")
        had = set(warned.filter(level="accepted").exclude(message=end).values_list("recipient_id", flat=True))
        told = set(warned.filter(message=end).values_list("recipient_id", flat=True))
        assert had <= told, "not told of the end"
        tried = set(warned.filter(attempts__gt=0).exclude(message=end).values_list("recipient_id", flat=True))
        held = set(Hold.objects.filter(message__warning=warning).values_list("recipient_id", flat=True))
        put_off = Lease.objects.filter(message__warning=warning, attempt__gt=0).exists()
        assert put_off or not (told & held) - tried

    def _judge_counts(self, warning: int) -> None:
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

    # ---- small things

    def _arrived(self) -> list[Sent]:
        mails = self.mail.mails[self._mails :]
        requests = self.gateway.requests[self._requests :]
        self._mails += len(mails)
        self._requests += len(requests)
        found = []
        for mail in mails:
            key = str(mail.message["Message-ID"]).strip("<>").partition("@")[0]
            (to,) = mail.recipients
            found.append(self._sent("smtp", to.partition("@")[0], key, (str(mail.message["Subject"]), mail.text)))
        for request in requests:
            key, body = request.headers["webhook-id"], json.loads(request.body)
            assert request.headers["idempotency-key"] == key
            texts = (body["subject"], body["text"], body["short"])
            one = self._sent("webhook", body["to"].removeprefix("device:"), key, texts)
            if request.answered is http.Mode.OK:
                found.append(one)
        return found

    def _sent(self, channel: str, to: str, key: str, texts: tuple[str, ...]) -> Sent:
        ref = read_key(key)
        assert ref is not None
        whose = Recipient.objects.get(pk=ref.recipient).person if ref.recipient else Person.objects.get(pk=ref.told)
        assert whose.code == to
        assert ref.realm is self.house.realm
        return Sent(channel, to, key, ref, clock.now(), texts)

    def _warnings(self) -> list[int]:
        return [alert.warning_id for alert in self.alerts]

    def _in_force(self, number: int) -> bool:
        warning = fresh(self.alerts[number % len(self.alerts)].warning)
        return warning.ended_at is None and warning.expires_at is not None and warning.expires_at > clock.now()


@dataclass(frozen=True)
class Before:
    """How things stood before the engine worked: nobody answers and nothing is issued while it does."""

    at: datetime
    newest: dict[int, int]
    ended: set[int]
    answered: set[tuple[int, int]]
    states: dict[int, str]
    #: Recipients to whom a gateway took something, with the message.
    had: set[tuple[int, int]]
    waves: set[int]

    @classmethod
    def now(cls, course: Course) -> Before:
        messages = Message.objects.filter(warning__in=course._warnings(), state="issued").order_by("number")
        warnings = [fresh(alert.warning) for alert in course.alerts]
        return cls(
            clock.now(),
            {message.warning_id: message.pk for message in messages},
            {warning.pk for warning in warnings if warning.ended_at is not None},
            set(Acknowledgement.objects.values_list("recipient_id", "message_id")),
            dict(Recipient.objects.filter(warning__in=course._warnings()).values_list("pk", "state")),
            {(one.ref.recipient, one.ref.message) for one in course.sent if one.ref.recipient is not None},
            set(Wave.objects.values_list("pk", flat=True)),
        )

    def judge(self, one: Sent, message: Message) -> None:
        """Nothing is sent after an answer, after a newer message, after the end."""
        kind = _kind(message)
        assert self.newest[message.warning_id] == message.pk, "sent after a newer message"
        assert one.at < message.parsed_content().expires, "sent after its time"
        if kind in ENDINGS:
            return
        assert message.warning_id not in self.ended, "sent after the end"
        who = one.ref.recipient
        if who is not None:
            assert (who, message.pk) not in self.answered, "sent after an answer"
            assert kind is not MessageType.ALERT or State(self.states.get(who, "open")) not in ANSWERED

    def judge_waves(self) -> None:
        """A wave is opened when its time has come and too few have answered, of a message that stands."""
        for wave in Wave.objects.exclude(pk__in=self.waves).select_related("message"):
            message, goal = wave.message, wave.message.audience["goal"]
            mine = Recipient.objects.filter(warning=message.warning_id).values_list("pk", flat=True)
            counted = [state.value for state in COUNTED[goal["counts"]]]
            assert sum(self.states.get(pk) in counted for pk in mine) < goal["answers"]
            assert message.issued_at is not None
            assert self.at >= message.issued_at + timedelta(minutes=goal["within_minutes"])
            assert self.newest[message.warning_id] == message.pk
            assert message.warning_id not in self.ended

    def restrained(self, one: Sent, message: Message) -> bool:
        """Whether quiet hours count for it."""
        if _kind(message) in ENDINGS or danger_to_life(message.parsed_content()):
            return False
        earlier = Message.objects.filter(warning=message.warning_id, number__lt=message.number)
        had = any((one.ref.recipient, pk) in self.had for pk in earlier.values_list("pk", flat=True))
        return _kind(message) is MessageType.ALERT or not had


def audience(goal: Any) -> dict[str, Any]:
    """The sector, with a goal or none; whatever is odd about that is meant."""
    if goal is None:
        return SECTOR
    odd = [
        ("goal-above-group", ""),
        *((code, f"wave-{n}") for code in ("empty-wave", "wave-in-danger") for n in (1, 2)),
    ]
    answers = [{"finding": code, "about": about, "reason": "it is meant"} for code, about in odd]
    return {**SECTOR, "goal": goal, "answers": [*MEANT, *answers]}


def judge_notice(one: Sent, message: Message) -> None:
    """Of a goal that was missed whoever is to be told is; that they are not needed, those who were called off."""
    goal = message.audience["goal"]
    stored = Goal.objects.get(message=message)
    if one.ref.step == MISSED:
        assert one.to in goal["tell"]
        assert stored.wave or stored.missed_at
        return
    assert goal["call_off"]
    assert stored.met_at is not None
    assert one.ref.recipient is not None
    assert one.to in who_may_be_called_off(message.warning)


def added_by_wave(one: Sent) -> bool:
    """Whether a wave made them a recipient."""
    return Recipient.objects.filter(pk=one.ref.recipient, by_wave__isnull=False).exists()


def who_may_be_called_off(warning: Warning) -> set[str]:
    """Where lives are in danger only those whom a wave added; of a message whose goal was met and says so."""
    found: set[str] = set()
    everybody = Recipient.objects.filter(warning=warning)
    for goal in Goal.objects.filter(message__warning=warning, met_at__isnull=False).select_related("message"):
        if goal.message.audience["goal"]["call_off"]:
            grave = danger_to_life(goal.message.parsed_content())
            whose = everybody.filter(by_wave__isnull=False) if grave else everybody
            found |= set(whose.values_list("person__code", flat=True))
    return found


def leave_behind() -> None:
    """End whatever a course that failed has left unfinished, so that the next one begins as if it had not been."""
    now = clock.now()
    Lease.objects.filter(done_at=None).update(done_at=now)
    Outbox.objects.filter(expanded_at=None).update(expanded_at=now)
    Warning.objects.filter(ended_at=None).update(ended_at=now, ended_by="Expiry")
    Recipient.objects.filter(state="open").update(state="failed")
    Goal.objects.filter(closed_at=None).update(closed_at=now)


def _kind(message: Message) -> MessageType:
    return MessageType(message.msg_type)


def test_whatever_happens_everybody_ends_in_one_state_and_nothing_is_sent_that_must_not_be(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    for code in PEOPLE:
        house.person(code, house.post, *CHANNELS[code])
    for code in FURTHER:
        house.person(code, house.elsewhere, *CHANNELS[code])
    house.person("gil", house.elsewhere)
    boss, wanda, alto = (house.person(code, house.elsewhere) for code in TOLD)
    house.person("out", house.elsewhere)
    house.supervised_by(house.sector, boss)
    SavedArea.objects.filter(pk=house.area.pk).update(warden=wanda, alternate=alto)

    class Here(Course):
        pass

    Here.house, Here.hands, Here.mail, Here.gateway = house, hands, smtp_sink, http_gateway
    examples = max(settings.default.max_examples // 6, 1) if settings.default else 10
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
