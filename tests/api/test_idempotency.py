"""One effect per Idempotency-Key."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections

from tests.access.roster import AUDIENCE, make_organisation, make_roster
from tests.api.conftest import Caller, call_as, content, reported
from tests.reports.texts import NEWS
from vedette.access.actors import make_token
from vedette.access.handling import Realm
from vedette.access.models import IdempotencyRecord
from vedette.access.roles import Role, Verb
from vedette.clock import Frozen
from vedette.ledger.models import Entry
from vedette.people.models import Person
from vedette.reports.models import Report
from vedette.warnings import actions
from vedette.warnings.models import Message
from vedette.web.api import idempotency

pytestmark = pytest.mark.django_db


def body(**changes: Any) -> dict[str, Any]:
    return {"content": content(**changes), "audience": AUDIENCE}


def test_the_same_request_again_is_answered_again_and_done_once(officer: Caller) -> None:
    first, again = (officer.post("/warnings", body(), "k1") for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first and again["Idempotent-Replayed"] == "true"
    assert Message.objects.count() == Entry.objects.count() == 1


def test_another_request_under_the_same_key_is_refused(officer: Caller) -> None:
    officer.post("/warnings", body(), "k1")
    other = officer.post("/warnings", body(contact="somebody else"), "k1")
    assert (other.status_code, other.json()["type"]) == (422, "urn:vedette:problem:key-reused")
    elsewhere = officer.post("/sources", {"handle": "desk"}, "k1")
    assert elsewhere.status_code == 422
    assert Message.objects.count() == 1


def test_without_a_key_or_with_another_it_is_done_again(officer: Caller) -> None:
    for key in (None, None, "k1", "k2"):
        assert officer.post("/warnings", body(), key).status_code == 201
    assert Message.objects.count() == 4


def test_an_answer_is_forgotten_after_two_days(officer: Caller, at_issue: Frozen) -> None:
    officer.post("/sources", {"handle": "one"}, "k1")
    at_issue.advance(days=2, seconds=1)
    officer.post("/sources", {"handle": "two"}, "k2")
    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["k2"]


def test_keys_are_each_user_s_own(officer: Caller, second: Caller) -> None:
    one, other = officer.post("/warnings", body(), "k1"), second.post("/warnings", body(), "k1")
    assert one.json()["id"] != other.json()["id"]


def test_the_realms_share_no_answer(officer: Caller) -> None:
    officer.post("/warnings", body(), "k1")
    live = Caller(make_token(officer.user, "live", Realm.LIVE, Verb), officer.user)
    assert live.post("/warnings", body(), "k1").status_code == 422
    assert not Message.objects.filter(warning__realm="live").exists()


def test_a_refused_request_stores_nothing_and_may_be_mended(officer: Caller, roster: dict[str, Person]) -> None:
    wrong = officer.post("/warnings", body(handling="TLP:PINK"), "k1")
    assert wrong.status_code == 422
    assert not IdempotencyRecord.objects.exists() and not Entry.objects.exists()
    assert officer.post("/warnings", body(), "k1").status_code == 201


def test_moves_are_done_once_too(officer: Caller, roster: dict[str, Person]) -> None:
    warning = officer.post("/warnings", body()).json()
    path = f"/warnings/{warning['id']}/submit"
    assert officer.post(path, {}, "s").status_code == 200
    assert officer.post(path, {}, "s").status_code == 200
    assert officer.post(path, {}, "t").status_code == 409
    assert officer.post(f"/warnings/{warning['id']}/withdraw", key="w").status_code == 200
    assert officer.post(f"/warnings/{warning['id']}/withdraw", key="w").json()["state"] == "withdrawn"


def test_a_file_sent_again_is_the_same_request_and_another_file_is_not(analyst: Caller) -> None:
    first, again = reported(analyst, key="k1"), reported(analyst, key="k1")
    assert first.status_code == again.status_code == 201
    assert again["Idempotent-Replayed"] == "true"
    assert reported(analyst, NEWS, key="k1").status_code == 422
    assert Report.objects.count() == 1 and Entry.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_that_is_none_is_refused(officer: Caller, key: str) -> None:
    answer = officer.post("/warnings", body(), key)
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def test_without_a_token_a_key_is_never_looked_at(officer: Caller) -> None:
    officer.post("/warnings", body(), "k1")
    stranger = Caller("", officer.user)
    assert stranger.post("/warnings", body(), "k1").status_code == 401


def test_a_replay_is_for_those_who_may_still_do_it(officer: Caller) -> None:
    officer.post("/warnings", body(), "k1")
    officer.user.roles = [Role.SUPERVISOR.value]
    officer.user.save()
    assert officer.post("/warnings", body(), "k1").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_once_is_done_once() -> None:
    make_organisation()
    make_roster()
    caller = call_as("officer", Role.DUTY_OFFICER)
    start, answers = threading.Barrier(4), []

    def send() -> None:
        start.wait(10)
        try:
            answers.append(caller.post("/warnings", body(), "k1"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in answers] == [201] * 4, connection.vendor
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Message.objects.count() == 1


def test_a_request_that_was_cut_off_is_not_done_again(officer: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    officer.post("/warnings", body(), "k1")
    IdempotencyRecord.objects.update(status=idempotency.UNANSWERED, body="")
    monkeypatch.setattr(idempotency, "PATIENCE_S", 0.0)
    again = officer.post("/warnings", body(), "k1")
    assert (again.status_code, again.json()["type"]) == (409, "urn:vedette:problem:key-in-use")
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_keyed_request_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    make_organisation()
    make_roster()
    caller, held = call_as("officer", Role.DUTY_OFFICER), []

    def draft(*given: Any, **named: Any) -> Message:
        held.append(connection.in_atomic_block)
        return real(*given, **named)

    real = actions.draft_warning
    monkeypatch.setattr(actions, "draft_warning", draft)
    assert caller.post("/warnings", body(), "k1").status_code == 201
    assert held == [False]
