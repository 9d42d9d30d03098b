"""Run as a program with an installation's environment: fills it with the example and prints tokens of its users.

`python -m tests.cli.fill [PEOPLE]` prints {"officer": token, "second": token, ...}.
"""

from __future__ import annotations

import json
import os
import sys


def main(people: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "vedette.conf.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from vedette.access.actors import make_token
    from vedette.access.handling import Realm
    from vedette.access.roles import Verb
    from vedette.demo.world import Gateways, load

    call_command("migrate", verbosity=0)
    users = load(people, "a long password", "http://127.0.0.1:9", Gateways(9, "http://127.0.0.1:9/messages", "s" * 48))
    json.dump({name: make_token(user, "test", Realm.EXERCISE, list(Verb)) for name, user in users.items()}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
