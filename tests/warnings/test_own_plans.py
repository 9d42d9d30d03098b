"""The plans that an organisation keeps: by whom, what the ledger holds, and which is chosen by itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.access.cast import make_actor
from vedette.access.handling import Realm
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.ledger.verify import verify
from vedette.warnings.models import NamedPlan
from vedette.warnings.own_plans import drop_plan, keep_plan, plans_for
from vedette.warnings.plans import DANGER_TO_LIFE, ROUTINE, WarningClass

pytestmark = pytest.mark.django_db
STEPS: list[dict[str, Any]] = [
    {"action": "send", "channel": "smtp", "wait_s": 60, "repeat": 2},
    {"action": "escalate", "channel": "smtp", "wait_s": 60, "to": "warden"},
]


@pytest.fixture
def keeper() -> Actor:
    return make_actor("keeper", Role.ADMINISTRATOR)


def test_a_plan_is_kept_under_its_name_and_changed_under_it(keeper: Actor) -> None:
    keep_plan(keeper, " night  watch ", STEPS)
    kept = keep_plan(keeper, "night watch", STEPS[:1], WarningClass.DANGER)
    assert [(one.name, one.used_for) for one in plans_for(keeper)] == [("night watch", "danger")]
    assert [step.repeat for step in kept.parsed().steps] == [2]
    assert list(Entry.objects.values_list("kind", flat=True)) == ["plan.kept", "plan.kept"]
    drop_plan(keeper, kept)
    assert not NamedPlan.objects.exists()
    assert Entry.objects.latest("seq").kind == "plan.dropped"
    assert verify().verified


def test_one_plan_of_a_realm_is_chosen_for_a_class(keeper: Actor) -> None:
    keep_plan(keeper, "first", STEPS, WarningClass.ROUTINE)
    keep_plan(keeper, "second", STEPS, WarningClass.ROUTINE)
    keep_plan(make_actor("other", Role.ADMINISTRATOR, realm=Realm.LIVE), "live", STEPS, WarningClass.ROUTINE)
    assert dict(NamedPlan.objects.values_list("name", "used_for")) == {
        "first": "",
        "second": "routine",
        "live": "routine",
    }
    assert [one.name for one in plans_for(keeper)] == ["first", "second"]


@pytest.mark.parametrize(
    ("name", "steps", "field"),
    [
        ("", STEPS, "name"),
        ("x" * 101, STEPS, "name"),
        (DANGER_TO_LIFE.name, STEPS, "name"),
        (ROUTINE.name, STEPS, "name"),
        ("odd", [], "steps"),
        ("odd", STEPS[1:], "plan"),
        ("odd", [{**STEPS[0], "repeat": 999}], "steps.0.repeat"),
        ("odd", [{**STEPS[0], "also": 1}], "steps.0.also"),
    ],
)
def test_what_cannot_be_a_plan_is_refused_at_its_field_and_nothing_is_kept(
    keeper: Actor, name: str, steps: list[dict[str, Any]], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        keep_plan(keeper, name, steps)
    assert refused.value.field == field
    assert not NamedPlan.objects.exists()


def test_only_an_administrator_keeps_plans_and_only_those_of_the_realm(keeper: Actor) -> None:
    with pytest.raises(Refused):
        keep_plan(make_actor("officer", Role.DUTY_OFFICER), "mine", STEPS)
    kept = keep_plan(keeper, "ours", STEPS)
    with pytest.raises(NamedPlan.DoesNotExist):
        drop_plan(make_actor("live", Role.ADMINISTRATOR, realm=Realm.LIVE), kept)
