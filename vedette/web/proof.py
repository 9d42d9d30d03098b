"""Step-up login: before somebody approves, they prove again who they are, unless they did so a moment ago.

A browser left open must not approve a warning, nor make a token or a user that could. A proof is as strong as the
login: whoever has a second factor gives it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from vedette import clock
from vedette.access.models import User

_PROVED_AT = "proved_at"


def ask_for_proof(request: HttpRequest, unkept: str = "") -> None:
    """Let a request pass whose user proved lately who they are; otherwise they do so now, and it goes on after that.

    What was posted is kept meanwhile, in the session, but for the field `unkept`, which is asked for again: sessions
    are stored. Raises ReauthenticationRequired, which allauth's middleware turns into its page.
    """
    if proved_lately(request):
        return
    if unkept in request.POST:
        kept = request.POST.copy()
        del kept[unkept]
        request.POST = kept  # type: ignore[assignment]  # What allauth keeps.
    raise ReauthenticationRequired


def proved_lately(request: HttpRequest) -> bool:
    """Whether the session's user proved who they are within `settings.PROOF_HOLDS`."""
    at = request.session.get(_PROVED_AT)
    if not isinstance(at, str):
        return False
    return timedelta(0) <= clock.now() - datetime.fromisoformat(at) < settings.PROOF_HOLDS


@receiver(user_logged_in, dispatch_uid="proof-of-login")
def _logged_in(request: HttpRequest, **kwargs: Any) -> None:
    """A login is a proof; one that asks for a second factor is complete only with it."""
    _keep(request)


@receiver(authentication_step_completed, dispatch_uid="proof-again")
def _proved_again(request: HttpRequest, user: User, method: str, reauthenticated: bool = False, **kwargs: Any) -> None:
    if reauthenticated and (method == "mfa" or not is_mfa_enabled(user)):
        _keep(request)


def _keep(request: HttpRequest) -> None:
    request.session[_PROVED_AT] = clock.now().isoformat()
