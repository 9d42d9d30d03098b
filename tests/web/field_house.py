"""One warning that is out, and one person it is for: what the field page's tests share. Always an exercise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.warnings.good import EXPIRES, GOOD
from tests.web.setup_house import organisation, user
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.dispatch.models import Recipient
from vedette.dispatch.tokens import make_token
from vedette.people.models import Person, Unit
from vedette.people.rule import AudienceRule
from vedette.warnings.content import MessageType
from vedette.warnings.models import Message, Warning
from vedette.warnings.plans import ROUTINE

#: When the shared warning is issued; it ends at tests.warnings.good.EXPIRES.
ISSUED = EXPIRES - timedelta(days=2)


def warned(realm: Realm = Realm.EXERCISE, language: str = "en-US", **changes: Any) -> Recipient:
    """A recipient of a warning issued now, with `changes` to its content."""
    organisation()
    author = user("author", Role.DUTY_OFFICER)
    now = clock.now()
    unit = Unit.objects.create(realm=realm.value, handling=Tlp.GREEN, created_at=now, code="east", name="East post")
    person = Person.objects.create(
        realm=realm.value,
        handling=Tlp.AMBER,
        created_at=now,
        code="p-1",
        name="Robin Example",
        unit=unit,
        language=language,
        changed_at=now,
    )
    warning = Warning.objects.create(
        realm=realm.value, handling=Tlp.AMBER, created_at=now, identifier="vedette-x-test", author=author
    )
    message = add_message(warning, MessageType.ALERT, **changes)
    return Recipient.objects.create(
        realm=realm.value,
        warning=warning,
        person=person,
        presence="in",
        reason="unit:east",
        joined_by=message,
        state_at=now,
        created_at=now,
    )


def add_message(warning: Warning, kind: MessageType, **changes: Any) -> Message:
    """A further issued message of a warning."""
    content = GOOD.model_copy(update={"onset": None, **changes})
    number = warning.messages.count() + 1
    message = Message.objects.create(
        warning=warning,
        number=number,
        msg_type=kind.value,
        state=Message.State.ISSUED,
        identifier=warning.identifier if number == 1 else f"{warning.identifier}.{number}",
        content=content.model_dump(mode="json"),
        audience=AudienceRule(include=("p-1",)).model_dump(mode="json"),
        plan=ROUTINE.model_dump(mode="json"),
        author=warning.author,
        created_at=clock.now(),
        issued_at=clock.now(),
    )
    warning.expires_at = content.expires
    if kind in (MessageType.CANCEL, MessageType.ALL_CLEAR):
        warning.ended_at, warning.ended_by = clock.now(), kind.value
    warning.save()
    return message


def address(recipient: Recipient) -> str:
    """The path of the recipient's page."""
    return f"/a/{make_token(recipient.pk, Realm(recipient.realm))}"


def officer(realm: Realm = Realm.EXERCISE) -> Actor:
    """Whoever issued it, acting."""
    return actor_for(User.objects.get(username="author"), realm)
