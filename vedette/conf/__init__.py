"""The wiring: Django settings, secrets, URL root and the ASGI front."""
