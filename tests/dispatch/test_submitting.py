"""Submitting and issuing with the plan held against what is set here: what cannot go out is not handed on."""

from __future__ import annotations

import pytest

from tests.dispatch.house import SECTOR, House, content_now, meant
from vedette.dispatch import submitting
from vedette.dispatch.models import Channel
from vedette.formats.parts import BadInput
from vedette.people.models import ContactPoint
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Message, Outbox

pytestmark = pytest.mark.django_db(transaction=True)


def draft(house: House, *channels: str) -> Message:
    steps = [{"action": "send", "channel": channel, "wait_s": 60} for channel in channels]
    parts = actions.Draft.of(content_now(), meant(SECTOR), {"name": "test", "steps": steps})
    return actions.draft_warning(house.officer, parts)


def approved(house: House, *channels: str) -> Message:
    """Submitted and approved, without anything that its author had to answer for."""
    message = submitting.submit(house.officer, draft(house, *channels))
    actions.approve(house.second, message, content_hash(message))
    return Message.objects.get(pk=message.pk)


def off(name: str) -> None:
    Channel.objects.filter(name=name).update(enabled=False)


def test_a_plan_by_a_channel_that_is_not_set_is_held_back_until_its_author_says_why_it_stands(house: House) -> None:
    house.person("ann")
    message = draft(house, "smtp", "sms")
    with pytest.raises(
        BadInput, match=r"plan: The plan uses sms, .* \(no-channel; 1 to mend, or say why they may stand"
    ):
        submitting.submit(house.officer, message)
    assert Message.objects.get(pk=message.pk).state == "draft"
    kept = submitting.submit(house.officer, message, "SMS is set up by tonight")
    assert (kept.state, kept.lint_override) == ("submitted", "SMS is set up by tonight")


def test_a_plan_that_can_reach_nobody_of_the_audience_is_held_back(house: House) -> None:
    house.person("ann", None, "webhook")
    with pytest.raises(
        BadInput, match="plan: No step of this plan can reach anyone: nobody of the audience has an addr"
    ):
        submitting.submit(house.officer, draft(house, "smtp"))
    house.person("ben")
    assert submitting.submit(house.officer, draft(house, "smtp")).state == "submitted"


def test_what_can_reach_nobody_by_now_is_not_issued_and_one_lost_channel_of_two_holds_nothing_up(house: House) -> None:
    house.person("ann")
    message = approved(house, "smtp", "webhook")
    off("smtp")
    off("webhook")
    with pytest.raises(BadInput, match="plan: No step of this plan can reach anyone: no channel it sends by is set"):
        submitting.issue(house.second, message)
    assert not Outbox.objects.exists()
    Channel.objects.filter(name="webhook").update(enabled=True)
    ContactPoint.objects.filter(channel="webhook").update(channel="smtp")
    with pytest.raises(BadInput, match="nobody of the audience has an address on any of its channels"):
        submitting.issue(house.second, message)
    ContactPoint.objects.update(channel="webhook")
    assert submitting.issue(house.second, message).state == "issued"


def test_an_all_clear_is_held_back_by_no_channel(house: House) -> None:
    house.person("ann")
    warning = house.warn().warning
    off("smtp")
    off("webhook")
    clear = actions.draft_all_clear(house.officer, warning, "The men were detained.")
    clear = submitting.submit(house.officer, clear, "a test's wording")
    actions.approve(house.second, clear, content_hash(clear))
    assert submitting.issue(house.second, Message.objects.get(pk=clear.pk)).state == "issued"
