"""Django's name for this room."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """The `access` room."""

    name = "vedette.access"
