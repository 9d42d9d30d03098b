"""The verbs of users and their tokens: the only code that changes who may do what.

Each is one transaction that asks the policy and appends to the ledger last. The ledger holds ids, no names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction

from vedette import clock
from vedette.access.actors import make_token
from vedette.access.handling import Realm, Tlp
from vedette.access.models import ApiToken, Compartment, User
from vedette.access.policy import Actor, Reason, Refused, check
from vedette.access.roles import ALLOWED, Role, Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append


def create_user(
    actor: Actor,
    username: str,
    password: str,
    *,
    name: str = "",
    roles: Iterable[Role] = (),
    clearance: Tlp = Tlp.AMBER_STRICT,
    compartments: Iterable[str] = (),
) -> User:
    """A new user with a first password. Raises Refused, and BadInput naming the field."""
    check(actor, Verb.ADMINISTER)
    with transaction.atomic():
        user = _new_user(username, password, name, roles, clearance)
        user.compartments.set(_compartments(compartments))
        _log("user.created", actor.ref, user, actor.realm, **_standing(user))
    return user


def create_first_administrator(username: str, password: str) -> User:
    """The first user of an empty house. Raises Refused as soon as there is any user."""
    with transaction.atomic():
        if User.objects.exists():
            raise Refused(Verb.ADMINISTER, Reason.NO_ROLE)
        user = _new_user(username, password, "", (Role.ADMINISTRATOR,), Tlp.AMBER_STRICT)
        _log("user.created", f"user:{user.pk}", user, Realm.LIVE, **_standing(user))
        # Appending waited for anyone else who was at it: of two at once, the second sees the first here.
        if User.objects.exclude(pk=user.pk).exists():
            raise Refused(Verb.ADMINISTER, Reason.NO_ROLE)
    return user


def set_roles(
    actor: Actor, user: User, roles: Iterable[Role], clearance: Tlp, compartments: Iterable[str] = ()
) -> User:
    """What a user is here for, and how far they see. The last administrator stays one."""
    check(actor, Verb.ADMINISTER)
    with transaction.atomic():
        _lock_administrators()
        user = _locked(user)
        wanted = frozenset(roles)
        if Role.ADMINISTRATOR not in wanted:
            _refuse_last_administrator(user, "roles")
        user.roles = sorted(role.value for role in wanted)
        user.clearance = clearance.value
        user.save()
        user.compartments.set(_compartments(compartments))
        _log("user.changed", actor.ref, user, actor.realm, **_standing(user))
    return user


def set_password(actor: Actor, user: User, password: str) -> User:
    """A new password for somebody who has lost theirs, or whose account is not safe: sessions and tokens end."""
    check(actor, Verb.ADMINISTER)
    with transaction.atomic():
        user = _locked(user)
        _set_password(user, password)
        user.save()
        tokens, sessions = _revoke_tokens(user), end_sessions([user.pk])
        _log("user.password_set", actor.ref, user, actor.realm, tokens=tokens, sessions=sessions)
    return user


def deactivate_user(actor: Actor, user: User) -> User:
    """Put a user out at once: no sign-in, no session, no token. What they did stays theirs."""
    check(actor, Verb.ADMINISTER)
    with transaction.atomic():
        _lock_administrators()
        user = _locked(user)
        _refuse_last_administrator(user, "user")
        user.is_active = False
        user.save()
        tokens, sessions = _revoke_tokens(user), end_sessions([user.pk])
        _log("user.deactivated", actor.ref, user, actor.realm, tokens=tokens, sessions=sessions)
    return user


def reactivate_user(actor: Actor, user: User) -> User:
    """Let a user in again, with their roles as they were; tokens stay revoked."""
    check(actor, Verb.ADMINISTER)
    with transaction.atomic():
        user = _locked(user)
        user.is_active = True
        user.save()
        _log("user.reactivated", actor.ref, user, actor.realm, **_standing(user))
    return user


def issue_token(
    actor: Actor, name: str, scopes: Iterable[Verb], expires_at: datetime | None = None, realm: Realm | None = None
) -> str:
    """A bearer token for the actor's own use; its text is returned once and never stored.

    Raises Refused to a token (a token makes no tokens) and for a scope that the actor's roles do not allow.
    """
    check(actor, Verb.SEE)
    if actor.user_id is None or actor.scopes is not None:
        raise Refused(Verb.SEE, Reason.NO_SCOPE)
    name, wanted = name.strip(), frozenset(scopes)
    if not 1 <= len(name) <= 100:
        raise BadInput("name", "say what the token is for, in 100 characters or less")
    if not wanted:
        raise BadInput("scopes", "choose at least one thing the token may do")
    for scope in sorted(wanted - allowed_scopes(actor)):
        raise Refused(scope, Reason.NO_ROLE, f"scope {scope.value}")
    if expires_at is not None and expires_at <= clock.now():
        raise BadInput("expires_at", "lies in the past")
    with transaction.atomic():
        user = User.objects.get(pk=actor.user_id)
        text = make_token(user, name, realm or actor.realm, wanted, expires_at)
        token = user.tokens.latest("pk")
        append(
            "token.issued",
            actor=actor.ref,
            subject=f"user:{user.pk}",
            realm=token.realm,
            body={"token": token.pk, "scopes": token.scopes, "expires_at": expires_at and clock.rfc3339(expires_at)},
        )
    return text


def revoke_token(actor: Actor, token: ApiToken) -> ApiToken:
    """End a token at once: one's own, or anybody's for an administrator. Doing so twice changes nothing."""
    if token.user_id != actor.user_id:
        check(actor, Verb.ADMINISTER)
    with transaction.atomic():
        token = ApiToken.objects.select_for_update(no_key=True).get(pk=token.pk)
        if token.revoked_at is None:
            token.revoked_at = clock.now()
            token.save()
            append(
                "token.revoked",
                actor=actor.ref,
                subject=f"user:{token.user_id}",
                realm=token.realm,
                body={"token": token.pk},
            )
    return token


def keep_compartment(actor: Actor, code: str, name: str) -> Compartment:
    """A circle of users who need to know of something, by its code."""
    check(actor, Verb.ADMINISTER)
    found = Compartment(code=code.strip(), name=name.strip())
    try:
        found.clean_fields()
    except ValidationError as error:
        field, reasons = next(iter(error.message_dict.items()))
        raise BadInput(field, reasons[0]) from error
    with transaction.atomic():
        kept, _ = Compartment.objects.update_or_create(code=found.code, defaults={"name": found.name})
        append(
            "compartment.kept",
            actor=actor.ref,
            subject=f"compartment:{kept.pk}",
            realm=actor.realm.value,
            body={"compartment": kept.pk},
        )
    return kept


def allowed_scopes(actor: Actor) -> frozenset[Verb]:
    """What the actor's roles allow, and so the most that a token of theirs may."""
    return frozenset().union(*(ALLOWED[role] for role in actor.roles))


def end_sessions(users: Collection[int]) -> int:
    """Delete these users' sessions; a session of somebody who is not active opens nothing in any case.

    Part of a larger action, which checks the policy and writes to the ledger.
    """
    if not users:
        return 0
    wanted = {str(pk) for pk in users}
    theirs = [
        session.session_key
        for session in Session.objects.filter(expire_date__gt=clock.now()).iterator()
        if session.get_decoded().get("_auth_user_id") in wanted
    ]
    Session.objects.filter(session_key__in=theirs).delete()
    return len(theirs)


def _new_user(username: str, password: str, name: str, roles: Iterable[Role], clearance: Tlp) -> User:
    username = User.normalize_username(username.strip())
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as error:
        raise BadInput("username", error.messages[0]) from error
    if len(username) > 150:
        raise BadInput("username", "is longer than 150 characters")
    if User.objects.filter(username__iexact=username).exists():
        raise BadInput("username", "is taken; choose another")
    first, _, last = " ".join(name.split()).partition(" ")
    if len(first) > 150 or len(last) > 150:
        raise BadInput("name", "is longer than 150 characters")
    user = User(
        username=username,
        first_name=first,
        last_name=last,
        roles=sorted(role.value for role in frozenset(roles)),
        clearance=clearance.value,
    )
    _set_password(user, password)
    user.save()
    return user


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput("password", " ".join(error.messages)) from error
    user.set_password(password)


def _compartments(codes: Iterable[str]) -> Sequence[Compartment]:
    wanted = frozenset(codes)
    found = list(Compartment.objects.filter(code__in=wanted))
    for missing in sorted(wanted - {one.code for one in found}):
        raise BadInput("compartments", f"there is no compartment {missing!r}")
    return found


def _lock_administrators() -> None:
    """Two who put each other out at once must not both find that the other is left."""
    rights = User.objects.filter(is_active=True).order_by("pk").values_list("pk", "roles")
    keep = [pk for pk, roles in rights if Role.ADMINISTRATOR.value in roles]
    list(User.objects.select_for_update(no_key=True).filter(pk__in=keep).order_by("pk"))


def _refuse_last_administrator(user: User, field: str) -> None:
    others = User.objects.filter(is_active=True).exclude(pk=user.pk)
    if Role.ADMINISTRATOR in user.role_set() and not any(Role.ADMINISTRATOR in other.role_set() for other in others):
        raise BadInput(field, "this is the last administrator; make another one first")


def _revoke_tokens(user: User) -> int:
    return user.tokens.filter(revoked_at=None).update(revoked_at=clock.now())


def _locked(user: User | AnonymousUser) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _standing(user: User) -> dict[str, Any]:
    return {
        "roles": user.roles,
        "clearance": user.clearance,
        "compartments": sorted(user.compartments.values_list("pk", flat=True)),
    }


def _log(kind: str, actor: str, user: User, realm: Realm, **more: Any) -> None:
    append(kind, actor=actor, subject=f"user:{user.pk}", realm=realm.value, body={"user": user.pk, **more})
