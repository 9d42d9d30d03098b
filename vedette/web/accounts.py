"""Accounts are made by administrators: nobody signs up, or gets a lost password back, by themselves."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.models import AnonymousUser
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.ledger.log import append


class ClosedDoor(DefaultAccountAdapter):
    """allauth's behaviour with the sign-up door closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """How somebody proves again who they are: by their second factor if they have one, else by their password."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [one for one in methods if one["id"] != "reauthenticate"] or methods


def ask(request: HttpRequest, **kwargs: str) -> HttpResponse:
    """What stands where allauth would send a mail: whom to ask instead."""
    return render(request, "account/ask.html", status=404)


@receiver(password_changed, dispatch_uid="ledger-password")
def _password_changed(user: User, **kwargs: Any) -> None:
    _log("user.password_changed", user)


@receiver([authenticator_added, authenticator_removed, authenticator_reset], dispatch_uid="ledger-factor")
def _factor_changed(user: User, authenticator: Any, **kwargs: Any) -> None:
    """A passkey, an authenticator app or recovery codes came or went; their kind is kept, not their names."""
    _log("user.second_factor_changed", user, factor=str(authenticator.type))


def _log(kind: str, user: User, **more: str) -> None:
    append(
        kind, actor=f"user:{user.pk}", subject=f"user:{user.pk}", realm=Realm.LIVE.value, body={"user": user.pk, **more}
    )
