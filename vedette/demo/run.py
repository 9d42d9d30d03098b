"""Running the whole case: gateways, server, people, and the steps in their order, with a result to check.

Headless it waits for the end and counts; otherwise it plays up to the warning in force and leaves the house open.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, Min

from vedette import clock
from vedette.demo import case
from vedette.demo.gateways import Daybook, MailGateway, Parcel, WebhookGateway
from vedette.demo.server import Server
from vedette.demo.simulated import SimulatedPeople, dead_mailboxes
from vedette.demo.world import ZONE, Gateways, load
from vedette.dispatch.levels import State
from vedette.dispatch.models import Delivery, Escalation, Lease, Recipient
from vedette.ledger.verify import verify
from vedette.people.models import ContactPoint, Person
from vedette.warnings.models import Message, Outbox, Warning


class TookTooLong(Exception):
    """Something that should have happened did not, within the time the example gives it."""


@dataclass
class House:
    """Everything that is running for the example. Close it to stop it all."""

    data: Path
    port: int
    people: int
    #: Seconds between the steps of the plan, and how slowly people answer.
    wait_s: float
    delay_s: float
    engine_kills: int = 0
    password: str = field(default_factory=lambda: f"exercise-{secrets.token_hex(4)}")
    kills_done: int = 0

    def open(self, say: Callable[[str], None]) -> None:
        """Start gateways, people and server, and load the example organisation."""
        self.crowd = SimulatedPeople(self.delay_s)
        self.book = Daybook(self._arrived, dead_mailboxes([f"ex-{n:05d}" for n in range(1, self.people + 1)]))
        self.mail, self.webhook = MailGateway(self.book), WebhookGateway(self.book)
        for part in (self.crowd, self.mail, self.webhook):
            part.start()
        say(f"Loading {self.people:,} generated people")
        gateways = Gateways(self.mail.port, self.webhook.url, secrets.token_hex(24))
        self.cast = case.Cast.of(load(self.people, self.password, f"http://127.0.0.1:{self.port}", gateways))
        say("Starting the server and its engine")
        self.server = Server(self.port, self.data)
        self.server.wait_until_up()

    def close(self) -> None:
        """Stop all of it."""
        for name in ("server", "crowd", "mail", "webhook"):
            if hasattr(self, name):
                getattr(self, name).stop()

    def kill_engine_at(self, counts: list[int]) -> None:
        """Kill the engine when so many messages have come out of it."""
        self._kill_at = counts

    _kill_at: list[int] = field(default_factory=list)

    def _arrived(self, parcel: Parcel) -> None:
        if self._kill_at and len(self.book.keys) >= self._kill_at[0] and self.server.kill_engine():
            self._kill_at.pop(0)
            self.kills_done += 1
        self.crowd.get(parcel)


def play(house: House, say: Callable[[str], None]) -> Message:
    """From the report to the warning in force."""
    now = clock.now()
    today = now.astimezone(ZoneInfo(ZONE)).date()
    say("A memo comes in and is read")
    report = case.take_in(house.cast, "memo", today)
    case.take_in(house.cast, "news", today)
    claims = case.grade(house.cast, report)
    say("The analyst judges the threat; the officer determines to warn")
    threat = case.judge(house.cast, report, claims, now)
    say("The officer drafts the warning; a second officer approves and issues it")
    return case.send(house.cast, case.draft(house.cast, threat, report, house.wait_s))


def play_on(house: House, alert: Message, say: Callable[[str], None]) -> None:
    """The rest: people answer, others come later, an update, the all-clear, and the outcome."""
    warning = alert.warning
    _until(lambda: _sent(alert) > 0, "the first message to go out")
    expected = Recipient.objects.filter(warning=warning).count()
    if house.engine_kills:
        steps = house.engine_kills + 1
        house.kill_engine_at([expected * step // steps for step in range(1, steps)])
    _until(lambda: _plan_step_done(alert, 1), "the fallback to go out", house)
    say("Somebody is called in for a shift; somebody drives into the area")
    late = _come_later(house, warning)
    _until(
        lambda: Recipient.objects.filter(warning=warning, person__in=late).count() == len(late), "those who came later"
    )
    _until(lambda: _settled(warning), "everyone to have answered or been followed up", house)
    say("An update goes out")
    update = case.send_update(house.cast, Warning.objects.get(pk=warning.pk), alert)
    _until(lambda: _settled(warning) and _sent(update) > 0, "the update to reach everyone", house)
    say("The all-clear goes out")
    clear = case.send_all_clear(house.cast, Warning.objects.get(pk=warning.pk))
    _until(lambda: _settled(warning) and _sent(clear) > 0, "the all-clear to reach everyone", house)
    if warning.threat is not None:
        case.close(house.cast, warning.threat)


def result(house: House, alert: Message) -> dict[str, Any]:
    """What came of it, as the contract's JSON."""
    warning = alert.warning
    recipients = Recipient.objects.filter(warning=warning)
    states = Counter(recipients.values_list("state", flat=True))
    lost = states.pop(State.OPEN.value, 0)
    sent = Delivery.objects.filter(message=alert, purpose="warn", level__in=_REACHED).aggregate(Min("at"), Max("at"))
    first, last = sent["at__min"], sent["at__max"]
    verdict = verify()
    allowed = set(
        ContactPoint.objects.filter(person__received__warning=warning).values_list("address", flat=True)
    ) | set(ContactPoint.objects.filter(person__in=Escalation.objects.values("told")).values_list("address", flat=True))
    return {
        "people": house.people,
        "recipients": recipients.count(),
        "states": dict(sorted(states.items())),
        "escalated": Escalation.objects.filter(recipient__warning=warning, told__isnull=False, in_vain=False)
        .values("recipient")
        .distinct()
        .count(),
        "late_joiners": recipients.filter(late=True).count(),
        "lost": lost,
        "duplicates": house.book.repeats,
        "unkeyed_duplicates": house.book.unkeyed,
        "outsiders_reached": len(house.book.addresses - allowed),
        "issue_to_first_s": round((first - alert.issued_at).total_seconds(), 3) if first and alert.issued_at else None,
        "issue_to_last_s": round((last - alert.issued_at).total_seconds(), 3) if last and alert.issued_at else None,
        "engine_kills": house.kills_done,
        "ledger": {"entries": verdict.entries, "verified": verdict.verified},
        "warning": {"identifier": warning.identifier, "headline": alert.content["headline"]},
    }


_REACHED = ("accepted", "delivered", "displayed")


def _come_later(house: House, warning: Warning) -> list[Person]:
    outside = Person.objects.filter(realm=warning.realm).exclude(received__warning=warning).order_by("pk")
    now = clock.now()
    called = outside.filter(unit__code="el-centro").first()
    on_duty = outside.filter(shifts__starts__lte=now, shifts__ends__gt=now)
    driver = on_duty.filter(unit__code="calexico", position_consent=True).first()
    if called is None or driver is None:
        raise TookTooLong("the example has too few people outside the sector; run it with more")
    case.call_in(house.cast, called, now)
    case.drive_in(driver, now)
    return [called, driver]


def _sent(message: Message) -> int:
    return Delivery.objects.filter(message=message, level__in=_REACHED).count()


def _plan_step_done(message: Message, step: int) -> bool:
    leases = Lease.objects.filter(message=message, step=step)
    return leases.exists() and not leases.filter(done_at=None).exists()


def _settled(warning: Warning) -> bool:
    """Whether no recipient is open and nothing is left to send."""
    return not (
        Outbox.objects.filter(message__warning=warning, expanded_at=None).exists()
        or Lease.objects.filter(message__warning=warning, done_at=None).exists()
        or Recipient.objects.filter(warning=warning, state=State.OPEN).exists()
    )


def _until(done: Callable[[], bool], what: str, house: House | None = None, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TookTooLong(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.1)
