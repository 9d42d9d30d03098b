"""Templates as an administrator keeps them on the settings pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.browser import Browser
from tests.web.setup_house import organisation, signed_in, user
from vedette.access.handling import Tlp
from vedette.access.roles import Role
from vedette.ledger.models import Entry
from vedette.ledger.verify import verify
from vedette.warnings.models import Template
from vedette.warnings.types.catalogue import shipped

pytestmark = pytest.mark.django_db
SNOW: dict[str, Any] = {
    "title": "Snow",
    "event": "snow storm",
    "headline": "Snow storm {where}",
    "instruction": "Stay inside.",
    "category": ["Met"],
    "severity": "Severe",
    "handling": "TLP:AMBER",
    "words": "Snow, blizz",
    "placeholders": "where: the place, “on Otay Mountain”",
    "all_clear.instruction": "Clear the roads.",
}


@pytest.fixture
def office() -> Browser:
    organisation()
    return signed_in(user("admin", Role.ADMINISTRATOR))


def test_a_template_is_made_changed_and_retired_and_the_ledger_holds_it(office: Browser) -> None:
    assert office.post("/settings/templates/new/", SNOW)["Location"] == "/settings/templates/"
    kept = Template.objects.get()
    kind = kept.parsed()
    assert (kind.title, kind.words, kind.blanks, kept.handling) == ("Snow", ("snow", "blizz"), ["where"], "TLP:AMBER")
    assert kind.all_clear.instruction == "Clear the roads." and kind.severity == "Severe" and kind.urgency is None
    page = office.get(f"/settings/templates/{kept.pk}/").content.decode()
    for words in ("Snow storm {where}", "snow, blizz", "where: the place, “on Otay Mountain”", "Clear the roads."):
        assert words in page
    office.post(f"/settings/templates/{kept.pk}/", SNOW | {"instruction": "Stay inside.\r\nReport by radio."})
    assert Template.objects.get().parsed().instruction == "Stay inside.\nReport by radio."
    office.post(f"/settings/templates/{kept.pk}/retire/")
    assert "Snow storm" not in office.get("/settings/templates/").content.decode()
    assert Template.objects.get().retired_at is not None
    kinds = Entry.objects.filter(subject=f"template:{kept.pk}").values_list("kind", flat=True)
    assert list(kinds) == ["template.kept", "template.kept", "template.retired"]
    assert verify().verified


def test_what_cannot_stand_is_told_at_its_field_and_what_was_written_stays(office: Browser) -> None:
    for wrong, field in (
        ({"event": "{what}"}, "event"),
        ({"title": "Bomb threat"}, "title"),
        ({"instruction": ""}, "instruction"),
        ({"handling": "secret"}, "handling"),
        ({"placeholders": "Two words: x"}, "placeholders"),
    ):
        answer = office.post("/settings/templates/new/", SNOW | wrong)
        page = answer.content.decode()
        assert answer.status_code == 422, wrong
        assert f'href="#id-{field}' in page and "Clear the roads." in page
    assert not Template.objects.exists()


def test_one_that_comes_with_vedette_is_listed_and_can_be_begun_from(office: Browser) -> None:
    listed = office.get("/settings/templates/").content.decode()
    assert all(kind.title in listed for kind in shipped().values())
    page = office.get("/settings/templates/new/?like=bomb-threat").content.decode()
    assert "Somebody has threatened to set off a bomb at {place}." in page
    assert 'name="title" type="text" value=""' in page


def test_an_officer_keeps_no_templates_and_sees_none_above_their_clearance(office: Browser) -> None:
    office.post("/settings/templates/new/", SNOW)
    officer = signed_in(user("officer", Role.DUTY_OFFICER))
    assert officer.get("/settings/templates/").status_code == 403
    assert officer.post("/settings/templates/new/", SNOW).status_code == 403
    assert "Snow" in officer.get("/warnings/new/").content.decode()
    low = signed_in(user("low", Role.DUTY_OFFICER, clearance=Tlp.GREEN))
    assert "Snow" not in low.get("/warnings/new/").content.decode()
    assert low.get(f"/warnings/new/?template=own-{Template.objects.get().pk}").status_code == 404
