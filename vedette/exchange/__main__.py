"""The asker as a process of its own: `python -m vedette.exchange [--tied]`; `vedette serve` starts it so.

It looks at the feeds that are due, and beside that listens for positions. With --tied it ends when its standard input
is closed: whoever started it is gone.
"""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vedette.conf.settings")
django.setup()

from vedette.exchange.intake.asker import run  # noqa: E402  (needs Django set up)
from vedette.exchange.listening.run import beside  # noqa: E402

if __name__ == "__main__":
    with beside():
        run(until_closed=sys.stdin.fileno() if "--tied" in sys.argv[1:] else None)
