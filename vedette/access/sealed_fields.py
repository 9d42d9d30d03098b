"""Columns that are sealed where they are stored, and open in memory: whoever reads the records need not know.

A backup holds them as they are stored. What cannot be opened reads as `Unopened` and is kept as it is.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from vedette.access.sealing import CannotOpen, Unopened, is_sealed, seal, unseal

#: The one name in a stored JSON object that is sealed.
_SEALED = "sealed"


class UnopenedSettings(dict[str, Any]):
    """Stands where settings were that cannot be opened: empty, and keeps what is stored."""

    def __init__(self, sealed: str) -> None:
        super().__init__()
        self.sealed = sealed


class SealedText(models.TextField):
    """A text; the empty one stays empty, so that a query can tell whether there is any."""

    @property
    def place(self) -> str:
        """What it is sealed for."""
        return f"{self.model._meta.db_table}.{self.column}"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Opened; what was stored before it was sealed is as it is."""
        if not value or not is_sealed(value):
            return value
        try:
            return unseal(value, self.place)
        except CannotOpen:
            return Unopened(value)

    def get_prep_value(self, value: Any) -> Any:
        """Sealed."""
        if isinstance(value, Unopened):
            return value.sealed
        text = super().get_prep_value(value)
        return text if not text or is_sealed(text) else seal(text, self.place)

    def value_from_object(self, obj: models.Model) -> Any:
        """As it is stored: what is written down elsewhere is no more open than here."""
        return self.get_prep_value(super().value_from_object(obj))


class SealedSettings(models.JSONField):
    """A JSON object that holds secrets, sealed as a whole."""

    @property
    def place(self) -> str:
        """What it is sealed for."""
        return f"{self.model._meta.db_table}.{self.column}"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Opened; what was stored before it was sealed is as it is."""
        stored = super().from_db_value(value, expression, connection)
        text = sealed_text(stored)
        if text is None:
            return stored
        try:
            return json.loads(unseal(text, self.place))
        except CannotOpen:
            return UnopenedSettings(text)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Sealed."""
        return super().get_db_prep_value(self._sealed(value), connection, prepared)

    def value_from_object(self, obj: models.Model) -> Any:
        """As it is stored."""
        return self._sealed(super().value_from_object(obj))

    def _sealed(self, value: Any) -> Any:
        if isinstance(value, UnopenedSettings):
            return {_SEALED: value.sealed}
        if not isinstance(value, dict) or not value or sealed_text(value) is not None:
            return value
        return {_SEALED: seal(json.dumps(value, ensure_ascii=False), self.place)}


def sealed_text(stored: Any) -> str | None:
    """What is sealed in a stored JSON object; None when it is not sealed."""
    text = stored.get(_SEALED) if isinstance(stored, dict) and len(stored) == 1 else None
    return text if isinstance(text, str) and is_sealed(text) else None
