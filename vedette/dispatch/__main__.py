"""The engine as a process of its own: `python -m vedette.dispatch [--tied]`; `vedette serve` starts it so.

With --tied it ends when its standard input is closed: whoever started it is gone.
"""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vedette.conf.settings")
django.setup()

from vedette.dispatch.engine import run  # noqa: E402  (needs Django set up)

if __name__ == "__main__":
    run(until_closed=sys.stdin.fileno() if "--tied" in sys.argv[1:] else None)
