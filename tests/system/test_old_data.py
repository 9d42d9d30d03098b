"""Data of the first state of the tables: it is migrated, and what was in force then can be read, held up and ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps as now_apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.web.console.house import House, text_of
from vedette import clock
from vedette.demo import texts
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Message, Outbox, Warning

OPEN = [[-117.2, 32.5], [-116.8, 32.5], [-116.8, 32.8], [-117.2, 32.8]]
OWN = [one.label for one in now_apps.get_app_configs() if one.name.startswith("vedette.")]


def kept_open(content: dict[str, Any]) -> dict[str, Any]:
    """A content as it was kept once: without translations, its outline not closed."""
    outline = {"type": "Polygon", "coordinates": [OPEN]}
    return {**content, "area": {**content["area"], "geometry": outline}}


@pytest.mark.django_db(transaction=True)
def test_tables_of_the_first_state_are_brought_to_this_one_with_what_is_in_them() -> None:
    executor = MigrationExecutor(connection)
    whole = executor.loader.graph.leaf_nodes()
    first = [(label, "0001_initial") for label in OWN if (label, "0001_initial") in executor.loader.graph.nodes]
    executor.migrate(first)
    try:
        then = MigrationExecutor(connection).loader.project_state(first).apps
        now = clock.now()
        user = then.get_model("access", "User").objects.create(username="old")
        then.get_model("people", "SavedArea").objects.create(
            realm="exercise",
            code="old",
            name="Old",
            created_at=now,
            geometry={"type": "MultiPolygon", "coordinates": [[OPEN]]},
        )
        warning = then.get_model("warnings", "Warning").objects.create(
            realm="exercise", identifier="old-1", author=user, created_at=now
        )
        message = then.get_model("warnings", "Message").objects.create(
            warning=warning,
            number=1,
            msg_type="Alert",
            identifier="old-1",
            content=kept_open(texts.alert(now)),
            audience=texts.AUDIENCE,
            plan=texts.plan(60),
            author=user,
            created_at=now,
        )
        then.get_model("warnings", "Approval").objects.create(
            message=message, content_hash="0" * 64, decision="return", approver=user, decided_at=now, reason="why"
        )
    finally:
        MigrationExecutor(connection).migrate(whole)
    kept = Message.objects.get(identifier="old-1")
    assert kept.content["area"]["geometry"]["coordinates"] == [OPEN], "what is hashed stays as it was"
    assert kept.parsed_content().area.geometry["coordinates"][0][-1] == OPEN[0]
    assert kept.warning.all_clear == {} and kept.approvals.get().whole is None
    area = now_apps.get_model("people", "SavedArea").objects.get(code="old")
    assert area.geometry["coordinates"][0][0][-1] == OPEN[0]


@pytest.fixture
def house(db: None) -> House:
    """The example organisation."""
    return House()


def old(message: Message) -> Message:
    """The message with its content as it was kept before outlines had to be closed."""
    message.content = kept_open(message.content)
    message.content.pop("translations", None)
    message.save(update_fields=["content"])
    return message


def test_an_old_draft_is_shown_submitted_approved_and_issued_by_the_hash_it_had(house: House) -> None:
    message = old(house.draft())
    told = content_hash(message)
    review = f"/warnings/{message.warning_id}/messages/1/"
    assert told in text_of(house.browser("second").get(review))
    message = actions.submit(house.actor("officer"), message, "the example's words stand")
    actions.approve(house.actor("second"), message, told)
    for address in (review, f"{review}issue/", f"{review}edit/", f"/warnings/{message.warning_id}/"):
        assert house.browser("officer").get(address).status_code == 200, address
    issued = actions.issue(house.actor("second"), message)
    assert content_hash(issued) == told
    assert b"<polygon>" in bytes(issued.cap or b"")


def test_an_old_warning_in_force_is_updated_and_called_off(house: House) -> None:
    warning = house.issued()
    old(warning.messages.get())
    officer = house.browser("officer")
    for address in ("", "update/", "cancel/", "all-clear/", "live/map"):
        assert officer.get(f"/warnings/{warning.pk}/{address}").status_code == 200, address
    actions.draft_all_clear(house.actor("officer"), warning, "searched")
    response = officer.post(f"/warnings/{warning.pk}/cancel/", {"reason": "the wrong sector"})
    assert response.status_code == 302
    assert Outbox.objects.filter(message__warning=warning, message__msg_type="Cancel").exists()
    ended = Warning.objects.get(pk=warning.pk)
    assert ended.ended_by == "Cancel" and ended.ended_at is not None
    assert ended.ended_at - clock.now() < timedelta(minutes=1)
