"""The issue page says to how many a message goes: by its rule, and to whoever was warned before."""

from __future__ import annotations

import pytest

from tests.web.console.house import House, text_of
from vedette.dispatch import submitting
from vedette.dispatch.models import Recipient
from vedette.warnings.actions import Draft, approve, draft_all_clear, draft_update
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Message, Warning

pytestmark = pytest.mark.django_db


def page_of(house: House, message: Message) -> str:
    """The issue page of a message that is submitted and approved first."""
    submitting.submit(house.actor("officer"), message, "stands")
    approve(house.actor("second"), message, content_hash(Message.objects.get(pk=message.pk)))
    return text_of(house.browser("second").get(f"/warnings/{message.warning_id}/messages/{message.number}/issue/"))


def update_without(house: House, warning: Warning, some: list[str]) -> Message:
    first = Message.objects.get(warning=warning)
    content = {**first.content, "change": "The area is smaller."}
    return draft_update(
        house.actor("officer"), warning, Draft.of(content, {**first.audience, "exclude": some}, first.plan)
    )


def test_an_update_is_announced_to_whom_its_rule_leaves_out_too(house: House) -> None:
    warning = house.issued()
    people = list(Recipient.objects.filter(warning=warning).values_list("person__code", flat=True))
    page = page_of(house, update_without(house, warning, people[:10]))
    assert f"Issue the exercise to {len(people)} people" in page
    assert "warned before is told too" in page


def test_an_all_clear_is_announced_to_those_who_were_warned_and_to_nobody_later(house: House) -> None:
    warning = house.issued()
    count = Recipient.objects.filter(warning=warning).count()
    page = page_of(house, draft_all_clear(house.actor("officer"), warning, "The danger is over."))
    assert f"Issue the exercise to {count} people" in page
    assert "enter the area later" not in page
