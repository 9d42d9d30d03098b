"""A warning with several open messages: a verb is about the one it can be about, or the one that is named."""

from __future__ import annotations

import pytest

from tests.access.roster import AUDIENCE
from tests.api.conftest import Caller, content, issued
from vedette.people.models import Person
from vedette.warnings.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(officer: Caller, second: Caller, analyst: Caller, roster: dict[str, Person]) -> str:
    """A warning in force, an update of it that is approved, and somebody else's draft of another."""
    warning = issued(officer, second)
    path = f"/warnings/{warning['id']}"
    update = {"content": content(change="It moved."), "audience": AUDIENCE}
    assert officer.post(f"{path}/update", update).status_code == 201
    assert officer.post(f"{path}/submit", {"override": "stands"}).status_code == 200
    seen = second.get(path).json()["messages"][-1]["content_hash"]
    assert second.post(f"{path}/approve", {"content_hash": seen}).status_code == 200
    thought = {"content": content(change="Just a thought."), "audience": AUDIENCE}
    assert analyst.post(f"{path}/update", thought).status_code == 201
    return path


def states() -> dict[int, str]:
    return dict(Message.objects.order_by("number").values_list("number", "state"))


def test_an_approved_update_is_issued_whatever_is_drafted_meanwhile(path: str, second: Caller) -> None:
    assert second.post(f"{path}/issue").status_code == 200
    assert states() == {1: "issued", 2: "issued", 3: "draft"}


def test_a_verb_that_could_mean_several_messages_asks_which_and_does_nothing(path: str, officer: Caller) -> None:
    for verb, body in (("withdraw", None), ("revise", {"content": content(change="Mine.")})):
        refused = officer.post(f"{path}/{verb}", body)
        assert refused.status_code == 409
        assert f"several to {verb}: 2 (approved), 3 (draft)" in refused.json()["detail"]
    assert states() == {1: "issued", 2: "approved", 3: "draft"}


def test_the_message_that_is_named_is_meant(path: str, officer: Caller, second: Caller, analyst: Caller) -> None:
    assert officer.post(f"{path}/submit", {"message": 3, "override": "stands"}).status_code == 200
    back = second.post(f"{path}/return", {"message": 2, "reason": "Look at the other first."})
    assert back.status_code == 200 and states() == {1: "issued", 2: "draft", 3: "submitted"}
    assert officer.post(f"{path}/revise", {"message": 2, "content": content(change="Again.")}).status_code == 200
    hashes = [message["content_hash"] for message in second.get(path).json()["messages"]]
    assert second.post(f"{path}/approve", {"message": 3, "content_hash": hashes[1]}).status_code == 409
    assert officer.post(f"{path}/withdraw?message=2").status_code == 200
    assert analyst.get(f"{path}/check", message=3).status_code == 200
    assert second.post(f"{path}/issue?message=2").status_code == 409
    assert states() == {1: "issued", 2: "withdrawn", 3: "submitted"}


def test_a_message_that_is_not_there_is_one_error(path: str, second: Caller) -> None:
    refused = second.post(f"{path}/issue?message=9")
    assert (refused.status_code, refused.json()["field"]) == (422, "message")
    assert "it has 1 to 3" in refused.json()["detail"]
    assert second.post(f"{path}/issue?message=x").status_code == 422
