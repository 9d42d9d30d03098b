"""Which host names the house answers to: those the operator gives, and the one in the organisation's public address."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.core.exceptions import AppRegistryNotReady
from django.db import DatabaseError, connection

#: How long the public address is remembered before it is read again, in seconds.
REMEMBERED_S = 5.0


class Hosts(list[str]):
    """The names given, and after them the public address's; Django's ALLOWED_HOSTS must be a list."""

    _public = ""
    _read_at = float("-inf")

    def __iter__(self) -> Iterator[str]:
        yield from super().__iter__()
        self._refresh()
        if self._public:
            yield self._public

    def _refresh(self) -> None:
        """Read again when it is time. An event loop may not read: it lets a thread, and waits the first time only."""
        never, now = self._read_at == float("-inf"), time.monotonic()
        if now - self._read_at <= REMEMBERED_S:
            return
        self._read_at = now
        if not _in_event_loop():
            self._public = public_host()
            return
        reader = threading.Thread(target=self._read_and_close, daemon=True)
        reader.start()
        if never:
            reader.join()

    def _read_and_close(self) -> None:
        try:
            self._public = public_host()
        finally:
            connection.close()


def public_host() -> str:
    """The host name in the organisation's public address; empty while there is none, or no database yet."""
    try:
        from vedette.people.models import Organisation

        address = Organisation.objects.values_list("public_address", flat=True).first() or ""
    except (AppRegistryNotReady, DatabaseError, RuntimeError):  # RuntimeError: a test that may not touch the database
        return ""
    host = urlsplit(address).hostname or ""
    return f"[{host}]" if ":" in host else host


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
