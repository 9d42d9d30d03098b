"""A real Postfix of the tests' own. It discards what it takes, refuses and bounces some, and keeps what it sends back.

with postfix.running() as mta:
    ...                                 # send to mta.host, mta.port; `bounce_to` set to mta.bounce_to
    (bounce,) = mta.wait_for_bounces(1) # an RFC 3464 report, as an EmailMessage
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.servers.certificate import Certificate
from vedette.bench import postfix

why_not = postfix.why_not

#: Answered at RCPT with 550 and with 450.
REFUSED = "refused@people.vedette.test"
BUSY = "busy@people.vedette.test"
#: Any address there is taken, and bounces a moment later.
BOUNCES = "bounces.vedette.test"
#: Any address there is taken and put off, and a report of the delay comes at once (if DELAY was asked for).
DELAYED = "delayed.vedette.test"
_RETURNED = "returned.vedette.test"


class Postfix:
    """A running Postfix; every mail to `bounce_to` is kept."""

    host = "127.0.0.1"
    #: Set as a channel's `bounce_to`: reports to it can be read here.
    bounce_to = f"bounces@{_RETURNED}"

    def __init__(self, running: postfix.Postfix) -> None:
        self._running = running
        self.port = running.port
        self.folder = running.folder

    @property
    def log(self) -> str:
        """What it has logged."""
        return self._running.log

    @property
    def raw_bounces(self) -> tuple[bytes, ...]:
        """The mails to `bounce_to`, as they were delivered, oldest first."""
        box = self.folder / "returned" / "new"
        found = sorted(box.iterdir(), key=lambda path: path.stat().st_mtime_ns) if box.exists() else []
        return tuple(path.read_bytes() for path in found)

    def wait_for_bounces(self, count: int, timeout: float = 30.0) -> tuple[EmailMessage, ...]:
        """The mails to `bounce_to`, as soon as there are `count`; raises TimeoutError with the log's end if never."""
        until = time.monotonic() + timeout
        while len(raw := self.raw_bounces) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"only {len(raw)} bounces within {timeout} s:\n{self.log[-2_000:]}")
            time.sleep(0.02)
        return tuple(message_from_bytes(one, policy=policy.default) for one in raw)


@contextmanager
def running(certificate: Certificate | None = None, **settings: str) -> Iterator[Postfix]:
    """Start one, with STARTTLS if given a certificate, and with further settings of main.cf."""
    with postfix.running(lambda folder: {**_settings(folder), **_tls(certificate), **settings}) as started:
        yield Postfix(started)


def _settings(folder: Path) -> dict[str, str]:
    box = folder / "returned"
    box.mkdir()
    os.chown(box, 65534, 65534)
    return {
        "smtpd_recipient_restrictions": (
            f"check_recipient_access inline:{{ {{ {REFUSED} = 550 5.1.1 no such mailbox }},"
            f" {{ {BUSY} = 450 4.2.1 mailbox busy }} }}"
        ),
        # Nobody listens on port 9; and nobody but us has a mailbox, which comes out only when one is looked for.
        "transport_maps": f"inline:{{ {{ {DELAYED} = smtp:[127.0.0.1]:9 }} }}",
        "smtpd_reject_unlisted_recipient": "no",
        "virtual_mailbox_domains": f"{BOUNCES}, {_RETURNED}",
        "virtual_mailbox_base": str(folder),
        "virtual_mailbox_maps": f"inline:{{ {{ {Postfix.bounce_to} = returned/ }} }}",
        "virtual_uid_maps": "static:65534",
        "virtual_gid_maps": "static:65534",
        "delay_warning_time": "1s",
        "minimal_backoff_time": "1s",
        "queue_run_delay": "1s",
    }


def _tls(certificate: Certificate | None) -> dict[str, str]:
    if certificate is None:
        return {}
    return {
        "smtpd_tls_cert_file": str(certificate.certificate),
        "smtpd_tls_key_file": str(certificate.key),
        "smtpd_tls_security_level": "may",
    }
