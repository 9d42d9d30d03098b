"""A small organisation for stories: a sector of two units, riders with mail and device, and who may warn them."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.servers import http, smtp
from tests.warnings.good import FENCE_LINE, GOOD
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.dispatch import acknowledge, engine
from vedette.dispatch.acknowledge import Answer
from vedette.dispatch.levels import Response
from vedette.dispatch.models import Channel, Delivery, Recipient
from vedette.dispatch.tokens import RecipientRef
from vedette.people.models import ContactPoint, Organisation, Person, SavedArea, Shift, Unit
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Message, Warning

SECRET = base64.b64encode(b"a secret of thirty-two bytes. ok").decode()
#: Mail, then the device after 120 s, then the supervisor after 180 s more, and 300 s to answer to that.
PLAN: dict[str, Any] = {
    "name": "test",
    "steps": [
        {"action": "send", "channel": "smtp", "wait_s": 120},
        {"action": "send", "channel": "webhook", "wait_s": 180},
        {"action": "escalate", "channel": "smtp", "wait_s": 300},
    ],
}
SECTOR: dict[str, Any] = {"terms": [{"link": "unit", "units": ["sector"]}]}
#: So few people that a rule often reaches them all, or finds nobody on shift: that is meant.
MEANT = [{"finding": finding, "reason": "it is meant"} for finding in ("everybody", "unstaffed-shift")]
#: Well inside the warned area, and far from it.
INSIDE, OUTSIDE = (32.57, -116.95), (33.5, -115.0)


def user(name: str, *roles: Role) -> User:
    """A login cleared for everything."""
    return User.objects.create_user(
        username=name, password="correct horse battery", roles=[role.value for role in roles], clearance="TLP:RED"
    )


def meant(audience: object) -> object:
    """A rule whose author answers for what is odd about it in so small a house."""
    return {"answers": MEANT, **audience} if isinstance(audience, dict) else audience


@dataclass
class House:
    """Stored: officers, units, people, and channels to the sinks."""

    realm: Realm
    officer: Actor
    second: Actor
    sector: Unit
    post: Unit
    elsewhere: Unit
    area: SavedArea
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, code: str, unit: Unit | None = None, *channels: str) -> Person:
        """Somebody of the sector's post, with mail and a device unless said otherwise."""
        now = clock.now()
        person = Person.objects.create(
            realm=self.realm.value,
            code=code,
            name=f"{code.title()} Example",
            unit=unit or self.post,
            created_at=now,
            changed_at=now,
            position_consent=True,
        )
        addresses = {"smtp": mail_of(code), "webhook": f"device:{code}"}
        ContactPoint.objects.bulk_create(
            ContactPoint(person=person, channel=name, address=addresses[name], rank=rank)
            for rank, name in enumerate(channels or ("smtp", "webhook"))
        )
        self.people[code] = person
        return person

    def draft(self, *, audience: object = SECTOR, plan: object = PLAN, **changes: Any) -> Message:
        """A warning, approved by the second officer and not yet issued."""
        content = content_now(**changes)
        message = actions.draft_warning(self.officer, actions.Draft.of(content, meant(audience), plan))
        return self.approved(message)

    def approved(self, message: Message) -> Message:
        message = actions.submit(self.officer, message, "a test's wording")
        actions.approve(self.second, message, content_hash(message))
        return Message.objects.get(pk=message.pk)

    def warn(self, **given: Any) -> Message:
        """A warning, issued; the engine has not worked yet."""
        return actions.issue(self.second, self.draft(**given))

    def update(self, warning: Warning, *, audience: object = SECTOR, plan: object = PLAN, **changes: Any) -> Message:
        """An update, issued."""
        content = content_now(change="The area is larger.", **changes)
        message = actions.draft_update(self.officer, fresh(warning), actions.Draft.of(content, meant(audience), plan))
        return actions.issue(self.second, self.approved(message))

    def cancel(self, warning: Warning) -> Message:
        return actions.cancel(self.officer, fresh(warning), "The report was false.")

    def all_clear(self, warning: Warning) -> Message:
        message = actions.draft_all_clear(self.officer, fresh(warning), "The men were detained.")
        return actions.issue(self.second, self.approved(message))

    def supervised_by(self, unit: Unit, supervisor: Person) -> None:
        Unit.objects.filter(pk=unit.pk).update(supervisor=supervisor)

    def on_shift(self, person: Person, starts: datetime, hours: float = 8) -> Shift:
        """A shift at a post inside the warned area."""
        return Shift.objects.create(
            person=person,
            starts=starts,
            ends=starts + timedelta(hours=hours),
            post=self.area,
            changed_at=clock.now(),
        )


def fresh(warning: Warning) -> Warning:
    return Warning.objects.get(pk=warning.pk)


def content_now(**changes: Any) -> dict[str, Any]:
    now = clock.now()
    content = GOOD.model_dump(mode="json")
    content |= {"onset": None, "expires": (now + timedelta(days=2)).isoformat(), "severity": "Severe"}
    return content | changes


def house(realm: Realm, mail: smtp.Sink, gateway: http.Gateway, prefix: str = "") -> House:
    """Store it all; the channels lead to the sinks."""
    now = clock.now()
    if not Organisation.objects.exists():
        Organisation.objects.create(
            name="Example Border Service",
            sender="alerts.example.org",
            mail_from="duty@alerts.example.org",
            public_address="http://127.0.0.1:8000",
            zone="America/Los_Angeles",
        )
    common = {"realm": realm.value, "created_at": now}
    area = SavedArea.objects.create(code="fence", name="Fence line", geometry=FENCE_LINE, **common)
    sector = Unit.objects.create(code="sector", name="Sector", **common)
    post = Unit.objects.create(code="post", name="Post", parent=sector, area=area, **common)
    elsewhere = Unit.objects.create(code="elsewhere", name="Elsewhere", **common)
    channels(realm, mail.port, gateway.url)
    return House(
        realm,
        actor_for(user(f"{prefix}officer", Role.DUTY_OFFICER), realm),
        actor_for(user(f"{prefix}second", Role.DUTY_OFFICER), realm),
        sector,
        post,
        elsewhere,
        area,
    )


def channels(realm: Realm, smtp_port: int, gateway_url: str) -> None:
    """The realm's channels."""
    Channel.objects.create(
        realm=realm.value, name="smtp", settings={"host": "127.0.0.1", "port": smtp_port, "tls": "none"}
    )
    Channel.objects.create(
        realm=realm.value,
        name="webhook",
        settings={"url": f"{gateway_url}/send", "secret": SECRET, "allow_private": True},
    )


def mail_of(code: str) -> str:
    return f"{code}@people.example"


def work() -> None:
    """Let the engine do all that is due."""
    engine.run_until_idle()


def answer(message: Message, code: str, response: Response = Response.ACKNOWLEDGED) -> acknowledge.Outcome:
    """What the person says."""
    recipient = Recipient.objects.get(warning=message.warning_id, person__code=code)
    ref = RecipientRef(recipient.pk, Realm(recipient.realm))
    (outcome,) = acknowledge.record([Answer(recipient=ref, response=response)])
    return outcome


def states(message: Message) -> dict[str, str]:
    """Person code -> state."""
    return dict(Recipient.objects.filter(warning=message.warning_id).values_list("person__code", "state"))


def levels(message: Message, code: str) -> list[tuple[int, str, str]]:
    """Step, channel and level of what this message did for one person, in order."""
    found = Delivery.objects.filter(message=message, recipient__person__code=code).order_by("id")
    return list(found.values_list("step", "channel", "level"))


def devices(gateway: http.Gateway) -> list[str]:
    """Codes of the devices that something came to, in order."""
    return [request.json["to"].removeprefix("device:") for request in gateway.requests]


def mailboxes(mail: smtp.Sink) -> list[str]:
    """Codes of the people whom mail came for, in order."""
    return [address.partition("@")[0] for one in mail.mails for address in one.recipients]


def codes(items: Iterable[str]) -> list[str]:
    return sorted(items)
