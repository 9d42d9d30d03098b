"""A person's devices on their page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.formats.test_gpx import gpx, point
from tests.people.house import House, house
from tests.web.setup_house import organisation, signed_in, user
from vedette import clock
from vedette.access.models import User
from vedette.access.roles import Role
from vedette.formats.fix import Fix
from vedette.people.actions import link_user, set_consent
from vedette.people.device_fixes import take
from vedette.people.devices import device_of_token, pair_device
from vedette.people.models import Device, Person, Position

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(stopped_clock: clock.Frozen) -> House:
    organisation()
    return house()


@pytest.fixture
def office(home: House) -> Client:
    return signed_in(User.objects.get(username="keeper"))


def text(page: object) -> str:
    return " ".join(page.content.decode().split())  # type: ignore[attr-defined]


def token_on(page: str) -> str:
    return page.split('<code class="token">', 1)[1].split("<", 1)[0]


def test_a_device_is_paired_and_its_token_shown_on_that_answer_alone(home: House, office: Client) -> None:
    where = f"/people/{home.ada.pk}/"
    answer = office.post(f"{where}devices/", {"kind": "owntracks", "name": "ada/phone"})
    token = token_on(text(answer))
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    device = device_of_token(token, Device.Kind.OWNTRACKS)
    assert device is not None and device.person == home.ada
    page = text(office.get(where))
    assert token not in page and "ada/phone" in page and "not heard yet" in page
    renewed = token_on(text(office.post(f"{where}devices/{device.pk}/token/")))
    assert renewed != token and device_of_token(token, Device.Kind.OWNTRACKS) is None
    assert "opens nothing any more" in text(office.post(f"{where}devices/{device.pk}/unpair/", follow=True))
    assert not Device.objects.exists()


def test_what_became_of_the_last_that_a_device_told_is_said(home: House, office: Client) -> None:
    device = pair_device(home.keeper, home.ada, "traccar", "1").device
    take(device, Fix(32.55, -117.05, 5.0, clock.now()))
    page = text(office.get(f"/people/{home.ada.pk}/"))
    assert "the person has not consented to the use of their position; nothing was stored" in page
    assert "32.55" not in page


def test_what_cannot_be_paired_is_said_at_its_field_and_what_was_given_is_kept(home: House, office: Client) -> None:
    answer = office.post(f"/people/{home.ada.pk}/devices/", {"kind": "owntracks", "name": "phone<b>"})
    page = text(answer)
    assert answer.status_code == 422 and 'id="name-error"' in page and 'value="phone&lt;b&gt;"' in page
    assert not Device.objects.exists()


def test_consent_is_noted_as_they_said_and_taking_it_back_forgets_the_fix(home: House, office: Client) -> None:
    office.post(f"/people/{home.ada.pk}/consent/", {"consent": "yes"})
    assert Person.objects.get(pk=home.ada.pk).position_consent
    take(pair_device(home.keeper, home.ada, "traccar", "1").device, Fix(32.55, -117.05, 5.0, clock.now()))
    assert Position.objects.exists()
    assert "forgotten" in text(office.post(f"/people/{home.ada.pk}/consent/", follow=True))
    assert not Position.objects.exists()


def test_the_last_fix_of_a_gpx_file_is_taken_or_why_not_is_said(home: House, office: Client) -> None:
    where = f"/people/{home.ada.pk}/track/"

    def upload(data: bytes) -> object:
        return office.post(where, {"file": SimpleUploadedFile("patrol.gpx", data)}, follow=True)

    track = gpx(point(32.5, -117.1, (clock.now() - timedelta(minutes=1)).isoformat()))
    assert "has not consented" in text(upload(track))
    set_consent(None, home.ada, True)
    assert "is no GPX file" in text(upload(b"<kml/>")).replace("Is no", "is no")
    assert "hoose a GPX file" in text(office.post(where))
    assert not Position.objects.exists()
    assert "nothing else of it" in text(upload(track))
    assert Position.objects.get().lat == 32.5


def test_people_keep_their_own_devices_and_nobody_elses(home: House) -> None:
    login = user("ada", Role.SUPERVISOR)
    link_user(home.keeper, home.ada, login)
    own = signed_in(login)
    assert 'class="token"' in text(own.post(f"/people/{home.ada.pk}/devices/", {"kind": "traccar", "name": "1"}))
    own.post(f"/people/{home.ada.pk}/consent/", {"consent": "yes"})
    assert Person.objects.get(pk=home.ada.pk).position_consent
    other = pair_device(home.keeper, home.bob, "traccar", "2").device
    where = f"/people/{home.bob.pk}/"
    assert "Pair a device" not in text(own.get(where))
    for address, given in (
        (f"{where}devices/", {"kind": "traccar", "name": "3"}),
        (f"{where}devices/{other.pk}/token/", {}),
        (f"{where}devices/{other.pk}/unpair/", {}),
        (f"{where}consent/", {"consent": "yes"}),
        (f"{where}track/", {}),
    ):
        assert own.post(address, given).status_code == 403, address
    assert own.post(f"/people/{home.ada.pk}/devices/{other.pk}/unpair/").status_code == 404
    assert Device.objects.filter(pk=other.pk).exists()
