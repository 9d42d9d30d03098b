"""A draft that two clients change over the API."""

from __future__ import annotations

import pytest

from tests.api.conftest import Caller, content, drafted
from vedette.people.models import Person

pytestmark = pytest.mark.django_db


def test_a_revision_of_what_was_read_is_refused_once_somebody_else_revised_it(
    officer: Caller, second: Caller, roster: dict[str, Person]
) -> None:
    warning = drafted(officer)
    path, read = f"/warnings/{warning['id']}/revise", warning["messages"][0]["content_hash"]
    mine = {"content": content(contact="radio channel 2"), "content_hash": read}
    changed = second.post(path, mine)
    assert changed.status_code == 200
    theirs = {"content": content(contact="radio channel 3"), "content_hash": read}
    refused = officer.post(path, theirs)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:vedette:problem:wrong-state")
    assert "read it again" in refused.json()["detail"]
    again = officer.post(path, theirs | {"content_hash": changed.json()["messages"][0]["content_hash"]})
    assert again.json()["messages"][0]["content"]["contact"] == "radio channel 3"
