"""Django's name for this room."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The `web` room."""

    name = "vedette.web"

    def ready(self) -> None:
        """Hear of logins from the first one on."""
        from vedette.web import proof  # noqa: F401
