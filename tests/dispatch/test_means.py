"""Which plan is chosen, and what stands in a plan's way: channels, addresses, and somebody to tell."""

from __future__ import annotations

import pytest

from tests.dispatch.house import House, content_now, user
from vedette.access.actors import actor_for
from vedette.access.roles import Role
from vedette.dispatch.means import FindingCode, chosen_plan, means_of, offers, plan_for
from vedette.dispatch.models import Channel
from vedette.formats.parts import BadInput
from vedette.people.models import Person
from vedette.warnings.content import Office, Plan, Severity, Step
from vedette.warnings.own_plans import keep_plan
from vedette.warnings.plans import WarningClass

pytestmark = pytest.mark.django_db(transaction=True)

BOTH = Plan(
    name="both",
    steps=(
        Step(action="send", channel="smtp", wait_s=60),
        Step(action="send", channel="webhook", wait_s=60),
        Step(action="escalate", channel="smtp", wait_s=60),
    ),
)


def codes(plan: Plan, house: House, *people: Person) -> list[FindingCode]:
    return [one.code for one in means_of(plan, house.realm, [one.pk for one in people]).findings]


def test_the_plan_for_a_severity_uses_only_what_is_set(house: House) -> None:
    grave, usual = plan_for(house.officer, Severity.EXTREME), plan_for(house.officer, Severity.MINOR)
    assert (grave.name, usual.name) == ("danger to life", "routine")
    assert {step.channel for plan in (grave, usual) for step in plan.steps} == {"smtp", "webhook"}
    Channel.objects.filter(name="webhook").update(enabled=False)
    assert {step.channel for step in plan_for(house.officer, Severity.EXTREME).steps} == {"smtp"}


def test_the_organisations_own_plan_is_chosen_for_its_class_and_offered_by_name(house: House) -> None:
    keeper = actor_for(user("keeper", Role.ADMINISTRATOR), house.realm)
    keep_plan(keeper, "night watch", [{"action": "send", "channel": "smtp", "wait_s": 60}], WarningClass.DANGER)
    assert [(one.plan.name, one.used_for) for one in offers(house.officer)] == [
        ("night watch", WarningClass.DANGER),
        ("routine", WarningClass.ROUTINE),
        ("danger to life", None),
    ]
    content = content_now(severity="Extreme")
    assert chosen_plan(house.officer, None, content).name == "night watch"
    assert chosen_plan(house.officer, "danger to life", content).name == "danger to life"
    assert chosen_plan(house.officer, BOTH.model_dump(mode="json"), content) == BOTH
    with pytest.raises(BadInput, match="there is no plan 'other'; there are danger to life, night watch, routine"):
        chosen_plan(house.officer, "other", content)


def test_people_without_an_address_on_any_channel_of_the_plan_are_counted_and_named(house: House) -> None:
    ann, ben = house.person("ann", None, "smtp"), house.person("ben", None, "webhook")
    house.supervised_by(house.post, ann)
    assert codes(BOTH, house, ann, ben) == []
    mail = Plan(name="mail", steps=BOTH.steps[:1])
    found = means_of(mail, house.realm, [ann.pk, ben.pk])
    assert found.without_address == (ben.pk,)
    assert [one.message for one in found.findings] == ["One person has no address on any channel of this plan."]
    cat = house.person("cat", None, "webhook")
    nobody = means_of(mail, house.realm, [ben.pk, cat.pk])
    assert "2 people have no address" in nobody.findings[1].message
    assert [(one.code, one.level) for one in nobody.findings] == [
        (FindingCode.REACHES_NOBODY, "error"),
        (FindingCode.NO_ADDRESS, "warning"),
    ]


def test_an_address_on_a_channel_that_is_not_set_reaches_nobody(house: House) -> None:
    ben = house.person("ben", None, "webhook")
    house.supervised_by(house.post, ben)
    Channel.objects.filter(name="webhook").update(enabled=False)
    assert codes(BOTH, house, ben) == [FindingCode.NO_CHANNEL, FindingCode.REACHES_NOBODY, FindingCode.NO_ADDRESS]


def test_a_plan_that_tells_somebody_nobody_has_named_is_found(house: House) -> None:
    told = Plan(
        name="told",
        steps=(BOTH.steps[0], *(Step(action="escalate", channel="smtp", wait_s=60, to=to) for to in Office)),
    )
    assert codes(told, house) == [FindingCode.NOBODY_TO_TELL] * 3
    boss = house.person("boss")
    house.supervised_by(house.sector, boss)
    house.area.warden = boss
    house.area.save()
    (left,) = means_of(told, house.realm).findings
    assert left.message == "The plan tells the alternate of the silent, and no area of this realm has one."


def test_a_plan_that_ends_the_moment_it_has_sent_is_found(house: House) -> None:
    hasty = Plan(name="hasty", steps=(Step(action="send", channel="smtp", wait_s=0),))
    assert codes(hasty, house) == [FindingCode.NO_TIME_TO_ANSWER]
