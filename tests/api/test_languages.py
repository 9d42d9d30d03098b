"""A warning in several languages over the API: taken as it is given back, checked, refused by field."""

from __future__ import annotations

import pytest

from tests.access.roster import AUDIENCE
from tests.api.conftest import Caller, content, drafted
from tests.warnings.translated import SPANISH
from vedette.people.models import Person

pytestmark = pytest.mark.django_db

TOLD = SPANISH.model_dump(mode="json")


def test_a_draft_in_two_languages_is_given_back_as_it_was_taken(officer: Caller, roster: dict[str, Person]) -> None:
    warning = drafted(officer, content=content(translations=[TOLD]))
    assert warning["messages"][0]["content"]["translations"] == [TOLD]
    assert "translations" not in drafted(officer)["messages"][0]["content"]


def test_a_translation_that_cannot_stand_is_refused_at_its_field(officer: Caller, roster: dict[str, Person]) -> None:
    sent = {"content": content(translations=[TOLD, TOLD]), "audience": AUDIENCE}
    answer = officer.post("/warnings", sent)
    assert answer.status_code in (400, 422)
    assert "Spanish is there twice" in answer.content.decode()


def test_the_check_says_who_reads_what(officer: Caller, analyst: Caller, roster: dict[str, Person]) -> None:
    Person.objects.update(language="es-MX")
    told = officer.get(f"/warnings/{drafted(officer)['id']}/check").json()
    people = told["reach"]["total"]
    assert told["reading"]["texts"] == [{"language": "en-US", "people": people}]
    (unread,) = told["reading"]["unread"]
    assert (unread["language"], unread["people"]) == ("es", people) and "no Spanish text" in unread["message"]
    assert analyst.get(f"/warnings/{drafted(officer)['id']}/check").json()["reading"] is None
    both = drafted(officer, content=content(translations=[TOLD]))
    reading = officer.get(f"/warnings/{both['id']}/check").json()["reading"]
    assert reading == {
        "texts": [{"language": "en-US", "people": 0}, {"language": "es", "people": people}],
        "unread": [],
    }
