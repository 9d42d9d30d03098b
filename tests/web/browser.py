"""A browser whose forms were opened just now: it sends the realm of the page along, as every form does."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client


class Browser(Client):
    """Django's client; a form says in which realm it was opened unless the test says otherwise."""

    def post(self, path: str, data: Any = None, *args: Any, **extra: Any) -> Any:  # type: ignore[override]
        if settings.SESSION_COOKIE_NAME in self.cookies and (data is None or isinstance(data, dict)):
            data = {"in_realm": self.session.get("realm", "exercise"), **(data or {})}
        return super().post(path, data, *args, **extra)
