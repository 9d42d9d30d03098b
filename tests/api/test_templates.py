"""A warning drafted over the API from a template."""

from __future__ import annotations

from typing import Any

import pytest

from tests.access.roster import AUDIENCE
from tests.api.conftest import Caller, content
from vedette.people.models import Person
from vedette.warnings.models import Warning
from vedette.warnings.types.catalogue import shipped

pytestmark = pytest.mark.django_db
TOLD_BY_THE_DAY = ("certainty", "expires", "area", "handling", "source")


def given(**changed: Any) -> dict[str, Any]:
    """What only the day can say of a wildfire."""
    said = {name: content()[name] for name in TOLD_BY_THE_DAY}
    return {"template": "wildfire", "content": said, "audience": AUDIENCE, "fill": {"route": "Lake Road"}} | changed


def test_it_says_what_the_template_says_and_keeps_its_all_clear(officer: Caller, roster: dict[str, Person]) -> None:
    made = officer.post("/warnings", given())
    assert made.status_code == 201, made.content
    said = made.json()["messages"][0]["content"]
    assert said["event"] == shipped()["wildfire"].event and "Lake Road" in said["instruction"]
    kept = Warning.objects.get(pk=made.json()["id"]).parsed_all_clear()
    assert "Lake Road" in kept.instruction and kept.language == "en"


def test_what_cannot_stand_is_named_and_nothing_is_kept(officer: Caller, roster: dict[str, Person]) -> None:
    for changed, field in (
        ({"template": "none-such"}, "template"),
        ({"template": None}, "fill"),
        ({"fill": {"rute": "Lake Road"}}, "fill.rute"),
        ({"audience": None}, "audience"),
    ):
        refused = officer.post("/warnings", given(**changed))
        assert (refused.status_code, refused.json()["field"]) == (422, field), refused.content
    assert not Warning.objects.exists()
