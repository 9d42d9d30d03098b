"""Accounts are made by administrators: nobody signs up by themselves."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedDoor(DefaultAccountAdapter):
    """allauth's behaviour with the sign-up door closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
