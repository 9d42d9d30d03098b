"""Vedette's own settings, with a password hasher that costs nothing: the real one is slow by design.

Processes that tests start inherit them, through DJANGO_SETTINGS_MODULE. Nothing else may differ here.
"""

from __future__ import annotations

from vedette.conf.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
