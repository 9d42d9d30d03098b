"""Django's name for this room."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """The `dispatch` room."""

    name = "vedette.dispatch"
