"""Django's name for this room."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The `ledger` room."""

    name = "vedette.ledger"
