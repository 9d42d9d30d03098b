"""Django's name for this room."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The `exchange` room."""

    name = "vedette.exchange"
