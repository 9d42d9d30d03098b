"""An installation in another process's database, which has its tables: set up by one command, reported on by another.

python -m tests.system.setting prepare PEOPLE SMTP_PORT GATEWAY_URL
python -m tests.system.setting expand
python -m tests.system.setting report
python -m tests.system.setting finished SECONDS
python -m tests.system.setting all-clear
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from types import SimpleNamespace
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vedette.conf.settings")
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from tests.dispatch.house import House, house, user  # noqa: E402
from vedette import clock  # noqa: E402
from vedette.access.actors import actor_for  # noqa: E402
from vedette.access.handling import Realm  # noqa: E402
from vedette.access.models import User  # noqa: E402
from vedette.access.roles import Role  # noqa: E402
from vedette.dispatch.expand import step  # noqa: E402
from vedette.dispatch.models import Acknowledgement, Delivery, Escalation, Lease, Recipient  # noqa: E402
from vedette.dispatch.tokens import make_token  # noqa: E402
from vedette.ledger.verify import verify  # noqa: E402
from vedette.people.models import ContactPoint, Person, SavedArea, Unit  # noqa: E402
from vedette.warnings.models import Outbox, Warning  # noqa: E402

#: Mail, then the device, then the supervisor, a second between them.
QUICK = {
    "name": "quick",
    "steps": [
        {"action": "send", "channel": "smtp", "wait_s": 1},
        {"action": "send", "channel": "webhook", "wait_s": 1},
        {"action": "escalate", "channel": "smtp", "wait_s": 1},
    ],
}


def prepare(people: int, smtp_port: int, gateway_url: str, plan: dict[str, Any] = QUICK) -> None:
    """Store people, and issue a warning to all of them."""
    found = house(Realm.EXERCISE, SimpleNamespace(port=smtp_port), SimpleNamespace(url=gateway_url))  # type: ignore[arg-type]
    boss = found.person("boss", found.elsewhere)
    found.supervised_by(found.sector, boss)
    store(found, people)
    user("analyst", Role.ANALYST)
    found.warn(plan=plan)


def store(found: House, people: int) -> None:
    """Many people of the post, with mail and a device each."""
    now = clock.now()
    Person.objects.bulk_create(
        Person(
            realm=found.realm.value,
            code=f"r{number}",
            name=f"Rider {number}",
            unit=found.post,
            created_at=now,
            changed_at=now,
        )
        for number in range(people)
    )
    points = []
    for pk, code in Person.objects.filter(code__startswith="r").values_list("pk", "code"):
        points.append(ContactPoint(person_id=pk, channel="smtp", address=f"{code}@people.example", rank=0))
        points.append(ContactPoint(person_id=pk, channel="webhook", address=f"device:{code}", rank=1))
    ContactPoint.objects.bulk_create(points, batch_size=5_000)


def expand() -> None:
    """Store the recipients of what is issued, and send nothing."""
    for outbox in Outbox.objects.filter(expanded_at=None).values_list("pk", flat=True):
        while not step(outbox, clock.now()):
            pass


def all_clear() -> None:
    """End the warning."""
    officer, second = (actor_for(User.objects.get(username=name), Realm.EXERCISE) for name in ("officer", "second"))
    found = House(
        Realm.EXERCISE,
        officer,
        second,
        Unit.objects.get(code="sector"),
        Unit.objects.get(code="post"),
        Unit.objects.get(code="elsewhere"),
        SavedArea.objects.get(code="fence"),
    )
    found.all_clear(Warning.objects.get())


def tokens() -> dict[str, str]:
    """Everybody's token."""
    return {code: make_token(pk, Realm.EXERCISE) for pk, code in Recipient.objects.values_list("pk", "person__code")}


def answered() -> dict[str, Any]:
    """What everybody answered, and whether the ledger holds."""
    said: dict[str, list[str]] = {}
    for code, response in Acknowledgement.objects.order_by("pk").values_list("recipient__person__code", "response"):
        said.setdefault(code, []).append(response)
    return {"said": said, "verified": verify().verified}


def session(username: str) -> str:
    """A session of a user who has just logged in."""
    found = User.objects.get(username=username)
    store = SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(found.pk), found.get_session_auth_hash()
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store.save()
    return str(store.session_key)


def report() -> dict[str, Any]:
    """How it stands."""
    warned = Delivery.objects.filter(purpose="warn")
    return {
        "recipients": Recipient.objects.count(),
        "states": dict(Counter(Recipient.objects.values_list("state", flat=True))),
        "accepted": warned.filter(level="accepted").count(),
        "never_tried": Recipient.objects.exclude(pk__in=warned.values("recipient")).count(),
        "unsealed": Delivery.objects.filter(ledger_seq=None).count(),
        "escalated": Escalation.objects.count(),
        "open_work": _open_work(),
        "verified": verify().verified,
    }


def finished(seconds: float) -> dict[str, Any]:
    """How it stands when nothing is left to do. One process asks, again and again: many would starve the engine."""
    deadline = time.monotonic() + seconds
    while _open_work() or Recipient.objects.filter(state="open").exists():
        assert time.monotonic() < deadline, f"not done: {report()}"
        time.sleep(0.1)
    return report()


def _open_work() -> int:
    return Lease.objects.filter(done_at=None).count() + Outbox.objects.filter(expanded_at=None).count()


if __name__ == "__main__":
    command, *given = sys.argv[1:]
    if command == "prepare":
        prepare(int(given[0]), int(given[1]), given[2])
    elif command == "all-clear":
        all_clear()
    elif command == "expand":
        expand()
    tells = {
        "tokens": tokens,
        "expand": tokens,
        "answered": answered,
        "session": lambda: session(*given),
        "finished": lambda: finished(float(given[0])),
    }
    print(json.dumps(tells.get(command, report)()))
