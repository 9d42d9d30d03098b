"""What this organisation may warn about: its own bound of size, and areas that look like a slip."""

from __future__ import annotations

import pytest
from shapely.geometry import box

from tests.people.house import House, house
from vedette.formats.parts import BadInput
from vedette.people import actions
from vedette.people.ground import USUAL_LARGEST_KM2, ground_of
from vedette.people.models import Organisation
from vedette.places.geometry import BadGeometry, geojson_of

COUNTRY = geojson_of(box(0.0, 40.0, 9.0, 50.0))


@pytest.fixture
def home(db: None) -> House:
    return house()


@pytest.fixture
def organisation(home: House) -> Organisation:
    return Organisation.objects.first() or Organisation.objects.create(
        name="Example", sender="w@example.test", mail_from="w@example.test", public_address="https://w.example.test"
    )


def test_an_absurdly_large_area_is_refused_until_an_administrator_raises_the_bound(
    home: House, organisation: Organisation
) -> None:
    with pytest.raises(BadInput, match=f"the most allowed is {USUAL_LARGEST_KM2:,} km2, which an administrator"):
        actions.keep_area(home.keeper, code="all", name="All", geometry=COUNTRY)
    organisation.largest_area_km2 = 900_000
    organisation.save()
    assert actions.keep_area(home.keeper, code="all", name="All", geometry=COUNTRY).geometry["type"] == "Polygon"
    organisation.largest_area_km2 = 10
    organisation.save()
    with pytest.raises(BadGeometry, match="the most allowed is 10 km2"):
        ground_of(home.keeper, COUNTRY)


def test_latitude_and_longitude_exchanged_are_recognised_by_where_the_organisation_works(home: House) -> None:
    oslo = box(10.6, 59.8, 10.9, 60.0)
    actions.keep_area(home.keeper, code="oslo", name="Oslo", geometry=geojson_of(oslo))
    with pytest.raises(BadInput, match="among them with latitude and longitude exchanged"):
        actions.keep_area(home.keeper, code="slip", name="Slip", geometry=geojson_of(box(59.8, 10.6, 60.0, 10.9)))
    far = geojson_of(box(20.0, 50.0, 20.1, 50.1))
    assert actions.keep_area(home.keeper, code="abroad", name="Abroad", geometry=far).code == "abroad"


def test_a_saved_area_across_180_degrees_is_kept_cut_in_two(home: House) -> None:
    fiji = {"type": "Polygon", "coordinates": [[[179, -18], [-179, -18], [-179, -16], [179, -16], [179, -18]]]}
    assert actions.keep_area(home.keeper, code="fiji", name="Fiji", geometry=fiji).geometry["type"] == "MultiPolygon"
