"""Django's name for this room."""

from django.apps import AppConfig


class WarningsConfig(AppConfig):
    """The `warnings` room."""

    name = "vedette.warnings"
