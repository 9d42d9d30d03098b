"""A small example house for the console's tests: its people, logins, a report and messages in each state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpResponse

from tests.web.browser import Browser
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.policy import Actor
from vedette.demo import texts, world
from vedette.dispatch import tally
from vedette.dispatch.levels import Level, State
from vedette.dispatch.models import Acknowledgement, Delivery, Recipient
from vedette.reports.actions import receive
from vedette.reports.models import Report
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Message, Outbox, Warning
from vedette.warnings.reach import reach_of

PEOPLE = 60
#: The example's rule; where a test's clock stands outside the roster, nobody is on shift, and that is meant.
AUDIENCE = {**texts.AUDIENCE, "answers": [{"finding": "unstaffed-shift", "reason": "the roster ends before"}]}


class House:
    """The example organisation, and steps through a warning's life that tests begin from."""

    def __init__(self) -> None:
        gateways = world.Gateways(2525, "http://127.0.0.1:9/", "secret")
        self.users: dict[str, User] = world.load(PEOPLE, "exercise-please-2025", "http://127.0.0.1:8000", gateways)

    def actor(self, name: str, realm: Realm = Realm.EXERCISE) -> Actor:
        """One of the example's users, acting."""
        return actor_for(self.users[name], realm)

    def browser(self, name: str, realm: Realm = Realm.EXERCISE) -> Browser:
        """A browser in which that user is signed in."""
        client = Browser(raise_request_exception=True)
        client.force_login(self.users[name])
        if realm is not Realm.EXERCISE:
            session = client.session
            session["realm"] = realm.value
            session.save()
        return client

    def report(self, name: str = "memo", handling: Tlp = Tlp.AMBER) -> Report:
        """One of the example's reports, taken in."""
        today = clock.now().date()
        return receive(
            self.actor("analyst"),
            original=texts.report_text(name, today).encode(),
            media_type="text/plain",
            source="sector-intelligence",
            published=today,
            handling=handling,
        )

    def draft(self, author: str = "officer", report: Report | None = None, **changed: Any) -> Message:
        """The example's warning as a draft."""
        content = {**texts.alert(clock.now()), **changed}
        return actions.draft_warning(
            self.actor(author), actions.Draft.of(content, AUDIENCE, texts.plan(60)), report=report
        )

    def submitted(self, **changed: Any) -> Message:
        """As `draft`, and submitted by its author."""
        return actions.submit(self.actor("officer"), self.draft(**changed), "the example's words stand")

    def approved(self) -> Message:
        """As `submitted`, and approved by a second officer."""
        message = self.submitted()
        actions.approve(self.actor("second"), message, content_hash(message))
        return Message.objects.get(pk=message.pk)

    def issued(self) -> Warning:
        """As `approved`, and issued, with its recipients stored as the engine stores them."""
        message = actions.issue(self.actor("second"), self.approved())
        now = clock.now()
        Recipient.objects.bulk_create(
            Recipient(
                realm=message.warning.realm,
                warning=message.warning,
                person_id=found.person_id,
                presence=found.presence,
                reason=found.reason,
                joined_by=message,
                state_at=now,
                created_at=now,
            )
            for found in reach_of(message, now)
        )
        tally.join(message.warning_id, Recipient.objects.filter(warning=message.warning).count())
        Outbox.objects.filter(message=message).update(expanded_at=now)
        return Warning.objects.get(pk=message.warning_id)


def sent(recipient: Recipient, channel: str = "smtp", level: str = "accepted") -> Delivery:
    """One delivery to a recipient, ten seconds after the issue."""
    message = recipient.joined_by
    assert message.issued_at is not None
    tally.count([(message.pk, channel, Level(level), message.issued_at + timedelta(seconds=10))])
    return Delivery.objects.create(
        message=message,
        recipient=recipient,
        person_id=recipient.person_id,
        purpose=Delivery.Purpose.WARN,
        channel=channel,
        step=0,
        result=level,
        level=level,
        attempts=1,
        at=message.issued_at + timedelta(seconds=10),
    )


def answered(recipient: Recipient, state: State) -> None:
    """What the recipient answered, half a minute after the issue."""
    message = recipient.joined_by
    assert message.issued_at is not None
    at = message.issued_at + timedelta(seconds=30)
    with transaction.atomic():
        Acknowledgement.objects.create(recipient=recipient, message=message, response=state.value, at=at)
        tally.answer([(message.warning_id, False)], at)
        tally.change({(message.warning_id, State(recipient.state), state): 1})
        Recipient.objects.filter(pk=recipient.pk).update(state=state.value)


def text_of(response: HttpResponse) -> str:
    """The page's HTML."""
    return response.content.decode()
