"""An organisation that has issued warnings, for the feeds."""

from __future__ import annotations

from typing import Any

from tests.warnings.good import GOOD
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.people.models import Organisation, Person, Unit
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Message, Warning

AUDIENCE = {
    "terms": [{"link": "unit", "units": ["sector"]}],
    "answers": [{"finding": "everybody", "reason": "the house is so small"}],
}


class House:
    """An organisation that has issued warnings."""

    def __init__(self) -> None:
        Organisation.objects.create(
            name="Example Border Service",
            sender="warn@vedette.example",
            mail_from="warn@vedette.example",
            public_address="https://warn.example",
        )
        self.users = {
            name: User.objects.create(username=name, roles=[Role.DUTY_OFFICER], clearance=Tlp.RED)
            for name in ("officer", "second")
        }
        for realm in Realm:
            unit = Unit.objects.create(
                realm=realm.value, handling=Tlp.GREEN, created_at=clock.now(), code="sector", name="Sector"
            )
            Person.objects.create(
                realm=realm.value, code="p1", name="Ada", unit=unit, created_at=clock.now(), changed_at=clock.now()
            )

    def actor(self, name: str, realm: Realm) -> Actor:
        return actor_for(self.users[name], realm)

    def issue(
        self, handling: Tlp = Tlp.CLEAR, realm: Realm = Realm.LIVE, need_to_know: str | None = None, **more: Any
    ) -> Message:
        content = GOOD.model_copy(update={"handling": handling, **more}).model_dump(mode="json")
        draft = actions.Draft.of(content, AUDIENCE)
        officer = self.actor("officer", realm)
        message = self.send(actions.draft_warning(officer, draft))
        Warning.objects.filter(pk=message.warning_id).update(need_to_know=need_to_know)
        return message

    def update(self, warning: Warning, **changes: Any) -> Message:
        last = warning.messages.order_by("number").last()
        assert last is not None
        draft = actions.Draft.of({**last.content, "change": "New: more.", **changes}, last.audience, last.plan)
        return self.send(actions.draft_update(self.actor("officer", Realm(warning.realm)), warning, draft))

    def send(self, message: Message) -> Message:
        realm = Realm(message.warning.realm)
        message = actions.submit(self.actor("officer", realm), message, "a test")
        actions.approve(self.actor("second", realm), message, content_hash(message))
        return actions.issue(self.actor("second", realm), message)
