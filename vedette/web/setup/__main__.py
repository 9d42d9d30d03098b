"""The set-up page's work at a terminal, for machines that are reached through a container or over ssh alone.

python -m vedette.web.setup
"""

from __future__ import annotations

import os
import sys
from getpass import getpass

import django

FIELDS = (
    ("name", "Organisation's name"),
    ("sender", "Sender in CAP messages, such as warnings@agency.example"),
    ("mail_from", "Mail from"),
    ("public_address", "Public address, such as https://warn.agency.example"),
    ("zone", "Time zone, such as America/Los_Angeles"),
)


def main() -> int:
    """Ask, and make the first administrator and the organisation. 0 made, 1 there is a user already, 2 bad input."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vedette.conf.settings")
    django.setup()
    from vedette.access.models import User
    from vedette.formats.parts import BadInput
    from vedette.web.setup.first_run import set_up

    if User.objects.exists():
        print("There is a user already: an administrator makes more of them under Settings.", file=sys.stderr)
        return 1
    username = _ask("User name of the first administrator")
    password = getpass("Password: ") if sys.stdin.isatty() else _ask("Password")
    try:
        set_up(username, password, {field: _ask(words) for field, words in FIELDS})
    except BadInput as error:
        print(f"{error.field}: {error.reason}", file=sys.stderr)
        return 2
    print("Set up. Sign in at the public address.")
    return 0


def _ask(words: str) -> str:
    print(f"{words}: ", end="", flush=True)
    return sys.stdin.readline().rstrip("\n")


if __name__ == "__main__":
    sys.exit(main())
