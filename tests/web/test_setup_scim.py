"""The identity provider's settings page, and the page of those who are said to have left."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.people.house import House, house
from tests.web.setup_house import organisation, signed_in
from vedette import clock
from vedette.access.models import User
from vedette.exchange.models import ScimMeaning, ScimSetting
from vedette.people.models import HeldLeaver, Person

pytestmark = pytest.mark.django_db
PAGE = "/settings/identity-provider/"


@pytest.fixture
def home(stopped_clock: clock.Frozen) -> House:
    organisation()
    return house()


@pytest.fixture
def hers(home: House) -> Client:
    return signed_in(User.objects.get(username="keeper"))


def test_the_page_says_where_to_point_the_provider_and_what_a_group_means(home: House, hers: Client) -> None:
    assert "/scim/v2/" in hers.get(PAGE).content.decode()
    answer = hers.post(PAGE, {"group": "Medics", "means": "duty:medic"})
    assert answer.status_code == 302
    assert ScimMeaning.objects.get().duty == home.medic
    shown = hers.get(PAGE).content.decode()
    assert "Medics" in shown and "duty Medic" in shown
    hers.post(f"{PAGE}{ScimMeaning.objects.get().pk}/drop/", {})
    assert not ScimMeaning.objects.exists()


def test_what_cannot_stand_is_said_at_its_field_and_kept_nowhere(hers: Client) -> None:
    answer = hers.post(PAGE, {"group": "", "means": "duty:medic"})
    assert answer.status_code == 422 and "Must be the group" in answer.content.decode()
    answer = hers.post(f"{PAGE}setting/", {"unit": "south", "region": "USA"})
    assert answer.status_code == 422 and "ISO 3166" in answer.content.decode()
    assert not ScimMeaning.objects.exists() and not ScimSetting.objects.exists()
    assert hers.post(f"{PAGE}setting/", {"unit": "south", "region": "us"}).status_code == 302
    assert ScimSetting.objects.get().region == "US"


def test_those_held_are_on_a_page_and_settled_there(home: House, hers: Client) -> None:
    for one in (home.ada, home.bob):
        HeldLeaver.objects.create(person=one, source="scim", at=clock.now())
    assert "2 are said to have left" in hers.get("/people/").content.decode()
    assert hers.post("/people/leavers/", {"left": "yes"}).status_code == 422
    assert hers.post("/people/leavers/", {"left": "yes", "people": "p1"}).status_code == 302
    assert hers.post("/people/leavers/", {"left": "no", "people": "p2"}).status_code == 302
    assert list(Person.objects.order_by("code").values_list("code", "active")) == [("p1", False), ("p2", True)]
    assert "Nobody is held" in hers.get("/people/leavers/").content.decode()
