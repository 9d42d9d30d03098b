"""Run as a program with an installation's environment: sends what was issued to the gateway at URL, one person answers.

`python -m tests.cli.send URL` prints {"person": code of whoever answered, "sent": number of deliveries}.
"""

from __future__ import annotations

import json
import os
import sys


def main(url: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from vedette.access.handling import Realm
    from vedette.dispatch.acknowledge import Answer, record
    from vedette.dispatch.engine import run_until_idle
    from vedette.dispatch.levels import Response
    from vedette.dispatch.models import Channel, Delivery, Recipient
    from vedette.dispatch.tokens import RecipientRef

    Channel.objects.filter(name="smtp").update(enabled=False)
    webhook = Channel.objects.get(name="webhook")
    webhook.settings = {**webhook.settings, "url": url}
    webhook.save()
    run_until_idle()
    answering = Recipient.objects.select_related("person").order_by("pk")[3]
    record([Answer(recipient=RecipientRef(answering.pk, Realm.EXERCISE), response=Response.SAFE)])
    json.dump({"person": answering.person.code, "sent": Delivery.objects.filter(level="accepted").count()}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
