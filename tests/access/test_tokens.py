"""Bearer tokens: of one user, for one realm, for some verbs; and gone when they should be."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.access.cast import make_actor, make_user
from vedette import clock
from vedette.access.actions import set_password
from vedette.access.actors import actor_for, actor_of_token, make_token
from vedette.access.handling import Realm
from vedette.access.models import ApiToken
from vedette.access.roles import Role, Verb
from vedette.clock import Frozen
from vedette.ledger.models import Entry

pytestmark = pytest.mark.django_db


def test_a_token_speaks_for_its_user_in_its_realm_within_its_scopes() -> None:
    user = make_user("officer", Role.DUTY_OFFICER, compartments=["ridge"])
    actor = actor_of_token(make_token(user, "script", Realm.LIVE, [Verb.SEE, Verb.DRAFT]))
    assert actor is not None
    assert (actor.ref, actor.user_id, actor.realm) == (f"user:{user.pk}", user.pk, Realm.LIVE)
    assert actor.compartments == {"ridge"}
    assert actor.may(Verb.DRAFT) and not actor.may(Verb.APPROVE)


def test_the_text_of_a_token_is_stored_nowhere() -> None:
    text = make_token(make_user("officer", Role.DUTY_OFFICER), "script", Realm.LIVE, [Verb.SEE])
    stored = ApiToken.objects.get()
    assert text.encode() not in bytes(stored.digest) and text not in stored.name


@pytest.mark.parametrize("text", ["", "vdt_", "vdt_unknown", "\x00", "é" * 1000])
def test_what_is_no_token_speaks_for_nobody(text: str) -> None:
    assert actor_of_token(text) is None


def test_a_token_ends_when_it_is_revoked_expires_or_its_user_leaves(stopped_clock: Frozen) -> None:
    user = make_user("officer", Role.DUTY_OFFICER)
    lasting = make_token(user, "lasting", Realm.LIVE, [Verb.SEE])
    short = make_token(user, "short", Realm.LIVE, [Verb.SEE], clock.now() + timedelta(hours=1))
    revoked = make_token(user, "revoked", Realm.LIVE, [Verb.SEE])
    ApiToken.objects.filter(name="revoked").update(revoked_at=clock.now())
    assert actor_of_token(lasting) and actor_of_token(short) and actor_of_token(revoked) is None
    stopped_clock.advance(hours=1)
    assert actor_of_token(short) is None
    user.is_active = False
    user.save()
    assert actor_of_token(lasting) is None
    assert not actor_for(user, Realm.LIVE).may(Verb.SEE)


def test_losing_a_role_takes_effect_on_tokens_at_once() -> None:
    user = make_user("officer", Role.DUTY_OFFICER)
    text = make_token(user, "script", Realm.LIVE, [Verb.APPROVE])
    user.roles = [Role.SUPERVISOR.value]
    user.save()
    actor = actor_of_token(text)
    assert actor is not None and not actor.may(Verb.APPROVE)


def test_a_new_password_revokes_its_user_s_tokens_and_nobody_else_s(stopped_clock: Frozen) -> None:
    user, other = make_user("officer", Role.DUTY_OFFICER), make_user("other", Role.DUTY_OFFICER)
    theirs = [make_token(user, name, Realm.LIVE, [Verb.SEE]) for name in ("one", "two")]
    foreign = make_token(other, "one", Realm.LIVE, [Verb.SEE])
    set_password(make_actor("admin", Role.ADMINISTRATOR), user, "some other unrelated words")
    assert [actor_of_token(text) for text in theirs] == [None, None] and actor_of_token(foreign) is not None
    (entry,) = Entry.objects.select_related("opening")
    assert entry.kind == "user.password_set"
    assert json.loads(entry.opening.body) == {"user": user.pk, "tokens": 2, "sessions": 0}
