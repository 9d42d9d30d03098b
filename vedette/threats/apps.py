"""Django's name for this room."""

from django.apps import AppConfig


class ThreatsConfig(AppConfig):
    """The `threats` room."""

    name = "vedette.threats"
