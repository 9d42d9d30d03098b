"""What machines ask: healthz, readyz, metrics."""

from __future__ import annotations

import pytest
from django.test import Client

from vedette.access.actors import make_token
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.roles import Role, Verb

pytestmark = pytest.mark.django_db


def test_a_running_process_says_ok() -> None:
    assert Client().get("/healthz").content == b"ok\n"


def test_a_migrated_database_is_ready() -> None:
    assert Client().get("/readyz").status_code == 200


def test_metrics_are_given_to_loopback() -> None:
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert b"vedette_ledger_entries" in answer.content


@pytest.mark.parametrize("proxied", [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}])
def test_metrics_are_not_there_for_others(proxied: dict[str, str]) -> None:
    assert Client(**proxied).get("/metrics").status_code == 404


@pytest.mark.parametrize(("role", "status"), [(Role.ADMINISTRATOR, 200), (Role.ANALYST, 404)])
def test_from_elsewhere_metrics_need_an_administrators_token(role: Role, status: int) -> None:
    user = User.objects.create_user("somebody", roles=[role.value], clearance=Tlp.GREEN.value)
    token = make_token(user, "metrics", Realm.EXERCISE, list(Verb))
    answer = Client(REMOTE_ADDR="192.0.2.7").get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status
