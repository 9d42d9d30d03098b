"""Run as a program on an installation that has its tables: fills it with the example and prints its users' tokens.

`python -m tests.cli.fill [PEOPLE]` prints {"officer": token, "second": token, ...}.
"""

from __future__ import annotations

import json
import os
import sys


def main(people: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from vedette.access.actors import make_token
    from vedette.access.handling import Realm
    from vedette.access.roles import Verb
    from vedette.demo.world import Gateways, load

    users = load(people, "a long password", "http://127.0.0.1:9", Gateways(9, "http://127.0.0.1:9/messages", "s" * 48))
    json.dump({name: make_token(user, "test", Realm.EXERCISE, list(Verb)) for name, user in users.items()}, sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
