"""What a phone's story needs done in the house while it runs: a process on the house's database that does what each
line asks for, a JSON list of a function below and what it is given, and answers with a line of JSON."""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from typing import Any

from vedette.cli.session import open_house

open_house()

from vedette import clock  # noqa: E402
from vedette.access.actors import actor_for  # noqa: E402
from vedette.access.handling import Realm  # noqa: E402
from vedette.access.models import User  # noqa: E402
from vedette.access.policy import Actor  # noqa: E402
from vedette.demo import texts  # noqa: E402
from vedette.dispatch.actions import keep_channel  # noqa: E402
from vedette.dispatch.models import Acknowledgement, Delivery, Recipient  # noqa: E402
from vedette.people.models import ContactPoint, Position  # noqa: E402
from vedette.warnings import actions  # noqa: E402
from vedette.warnings.approval import content_hash  # noqa: E402
from vedette.warnings.models import Message, Warning  # noqa: E402

#: Notifications alone, and nobody is told of silence.
PLAN = {"name": "notify", "steps": [{"action": "send", "channel": "webpush", "wait_s": 60}]}


def by(name: str) -> Actor:
    """One of the example's users, acting."""
    return actor_for(User.objects.get(username=name), Realm.EXERCISE)


def push(ca_file: str) -> None:
    """Let the house reach the test's push service."""
    keep_channel(by("admin"), "webpush", {"allow_private": True, "ca_file": ca_file, "timeout_s": 5})


def issue(person: str, seconds: str) -> int:
    """Warn one person for so many seconds, and come back when the engine has taken them in."""
    content = {**texts.alert(clock.now()), "expires": (clock.now() + timedelta(seconds=int(seconds))).isoformat()}
    audience = {"terms": [], "include": [person]}
    warning = _out(actions.draft_warning(by("officer"), actions.Draft.of(content, audience, PLAN)))
    end = time.monotonic() + 60
    while not Recipient.objects.filter(warning=warning).exists():
        assert time.monotonic() < end, "the engine does not expand it"
        time.sleep(0.05)
    return warning


def update(warning: str) -> int:
    """Tell more."""
    last = Message.objects.filter(warning=warning).latest("number")
    content = {**last.content, "headline": "Shooting at patrols is likely now", "change": "Two scouts were seen."}
    draft = actions.Draft.of(content, last.audience, PLAN)
    return _out(actions.draft_update(by("officer"), Warning.objects.get(pk=warning), draft))


def cancel(warning: str) -> int:
    """Call it off."""
    actions.cancel(by("officer"), Warning.objects.get(pk=warning), "It was sent in error.")
    return int(warning)


def answers(warning: str) -> list[dict[str, Any]]:
    """What was answered, in the order in which it was given."""
    said = Acknowledgement.objects.filter(recipient__warning=warning).order_by("answered_at", "pk")
    return [
        {
            "response": one.response,
            "note": one.note,
            "late": one.late,
            "at": one.at.isoformat(),
            "answered_at": one.answered_at and one.answered_at.isoformat(),
        }
        for one in said
    ]


def levels(warning: str) -> list[str]:
    """How far its notifications are known to have come."""
    return list(Delivery.objects.filter(message__warning=warning).order_by("pk").values_list("level", flat=True))


def position(person: str) -> list[float]:
    """Where they last said that they were."""
    found = Position.objects.get(person__code=person)
    return [found.lat, found.lon]


def verified(person: str) -> bool:
    """Whether their phone is known to show notifications."""
    return ContactPoint.objects.filter(person__code=person, channel="webpush", verified_at__isnull=False).exists()


def _out(message: Message) -> int:
    submitted = actions.submit(by("officer"), message, "the example's words stand")
    actions.approve(by("second"), submitted, content_hash(submitted))
    return int(actions.issue(by("second"), Message.objects.get(pk=submitted.pk)).warning_id)


if __name__ == "__main__":
    verbs: tuple[Any, ...] = (push, issue, update, cancel, answers, levels, position, verified)
    does = {verb.__name__: verb for verb in verbs}
    for line in sys.stdin:
        name, *given = json.loads(line)
        print(json.dumps(does[name](*given)), flush=True)
