"""The organisation and its areas, as an administrator keeps them."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.warnings.good import FENCE_LINE
from tests.web.setup_house import organisation, signed_in, user
from vedette.access.roles import Role
from vedette.ledger.models import Entry
from vedette.people.models import Organisation, SavedArea

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Client:
    """An administrator's browser."""
    organisation()
    return signed_in(user("alba", Role.ADMINISTRATOR))


def upload(office: Client, geometry: object, **changes: str) -> tuple[int, str]:
    """Send `geometry` as a GeoJSON file; the answer's status and text."""
    raw = geometry if isinstance(geometry, bytes) else json.dumps(geometry).encode()
    given = {"name": "Fence line", "code": "fence-line", "handling": "TLP:GREEN", **changes}
    answer = office.post("/settings/areas/", {**given, "area.file": SimpleUploadedFile("area.geojson", raw)})
    return answer.status_code, answer.content.decode()


def test_the_organisation_is_changed_in_place_and_the_ledger_shows_it(office: Client) -> None:
    given = {
        "name": "Example Border Service",
        "sender": "duty@vedette.example",
        "mail_from": "duty@vedette.example",
        "public_address": "https://w.vedette.example",
        "zone": "Europe/Berlin",
    }
    assert office.post("/settings/organisation/", given).status_code == 302
    kept = Organisation.objects.get()
    assert (kept.sender, kept.zone) == ("duty@vedette.example", "Europe/Berlin")
    assert Entry.objects.latest("seq").kind == "organisation.kept"
    refused = office.post("/settings/organisation/", {**given, "sender": "a,b"})
    assert refused.status_code == 422
    kept.refresh_from_db()
    assert kept.sender == "duty@vedette.example"


def test_short_forms_are_kept_a_line_each_and_a_line_that_is_none_is_told(office: Client) -> None:
    given = {
        "name": "Example Border Service",
        "sender": "duty@vedette.example",
        "mail_from": "duty@vedette.example",
        "public_address": "https://w.vedette.example",
        "zone": "Europe/Berlin",
        "short_forms": "SDIU: San Diego Intelligence Unit\r\n\r\nQRF : quick reaction force",
    }
    assert office.post("/settings/organisation/", given).status_code == 302
    known = {"SDIU": "San Diego Intelligence Unit", "QRF": "quick reaction force"}
    assert Organisation.objects.get().short_forms == known
    assert "QRF: quick reaction force" in office.get("/settings/organisation/").content.decode()
    for wrong in ("SDIU", "sdiu: lower case", "SDIU:"):
        refused = office.post("/settings/organisation/", {**given, "short_forms": wrong})
        assert refused.status_code == 422
        assert 'href="#id-short_forms"' in refused.content.decode()
    assert Organisation.objects.get().short_forms == known


@pytest.mark.parametrize(
    "wrapped",
    [
        FENCE_LINE,
        {"type": "Feature", "properties": {}, "geometry": FENCE_LINE},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": FENCE_LINE}]},
    ],
    ids=["bare", "feature", "collection of one"],
)
def test_an_area_is_saved_from_a_geojson_file(office: Client, wrapped: object) -> None:
    status, _ = upload(office, wrapped)
    area = SavedArea.objects.get()
    assert (status, area.code, area.realm) == (302, "fence-line", "exercise")
    assert area.geometry["type"] == "Polygon"
    assert "Fence line" in office.get("/settings/areas/").content.decode()


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (b"\xff\xff", "The file is no GeoJSON, KML, KMZ, zipped shapefile or text with corners"),
        (b"{", "The file is not JSON"),
        (b" ", "The file is empty"),
        ({"type": "Point", "coordinates": [0, 0]}, "only 1 × Point: a polygon is needed"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "crosses itself at 0.5,0.5"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [0, 99], [1, 99], [0, 0]]]}, "out of range"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "FeatureCollection", "features": []}, "holds no outline"),
    ],
)
def test_an_outline_that_cannot_stand_is_refused_with_its_reason(office: Client, geometry: object, reason: str) -> None:
    status, page = upload(office, geometry)
    assert status == 422
    assert reason in page
    assert not SavedArea.objects.exists()


def test_an_area_needs_an_outline_a_code_and_a_name(office: Client) -> None:
    given = {"name": "x", "code": "x", "handling": "TLP:GREEN"}
    refused = office.post("/settings/areas/", given).content.decode()
    assert "Draw the outline, write it down, or bring it as a file" in refused
    assert upload(office, FENCE_LINE, code="no good")[0] == 422
    assert upload(office, FENCE_LINE, name=" ")[0] == 422
    assert not SavedArea.objects.exists()


def test_what_is_given_is_shown_back_as_text(office: Client) -> None:
    _, page = upload(office, b"{", name='"><script>alert(1)</script>')
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
