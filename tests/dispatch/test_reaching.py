"""An address is verified by a round trip: a message with a link goes there, and its person confirms that it came."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.people.house import House, actor, house, last_entry, user
from tests.servers import smtp
from tests.web.setup_house import organisation, signed_in
from vedette import clock
from vedette.access.actors import make_token
from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.access.policy import Refused
from vedette.access.roles import Role, Verb
from vedette.dispatch.actions import keep_channel
from vedette.dispatch.members import load_points
from vedette.dispatch.reaching import accepted, ask_whether_it_reaches, confirmation
from vedette.formats.parts import BadInput
from vedette.people.actions import add_contact_point, deactivate_person, verify_contact_point
from vedette.people.models import ContactPoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(stopped_clock: clock.Frozen, smtp_sink: smtp.Sink) -> House:
    organisation()
    made = house()
    keep_channel(made.keeper, "smtp", {"host": "127.0.0.1", "port": smtp_sink.port, "tls": "none"})
    return made


@pytest.fixture
def point(home: House) -> ContactPoint:
    return add_contact_point(home.keeper, home.ada, "smtp", "ada@people.example")


def link_in(mail: smtp.Sink) -> str:
    (sent,) = mail.wait_for(1)
    found = re.search(r"https://warn\.vedette\.example(/v/\S+)", sent.text)
    assert found is not None
    return found[1]


def test_the_message_says_that_there_is_no_danger_and_its_link_confirms_at_the_button(
    home: House, point: ContactPoint, smtp_sink: smtp.Sink
) -> None:
    assert accepted(ask_whether_it_reaches(home.keeper, point))
    link = link_in(smtp_sink)
    (sent,) = smtp_sink.mails
    assert sent.recipients == ("ada@people.example",)
    assert "no danger now" in sent.text and sent.text.count("EXERCISE") >= 2
    page = Client().get(link)
    assert page.status_code == 200 and b"Does this reach you?" in page.content
    point.refresh_from_db()
    assert point.verified_at is None
    assert b"Thank you" in Client().post(link).content
    point.refresh_from_db()
    assert point.verified_at == clock.now()
    entry, body = last_entry()
    assert (entry.kind, "ada@" in body) == ("contact.verified", False)


def test_a_link_confirms_nothing_once_it_is_old_forged_or_the_address_is_another(
    home: House, point: ContactPoint, stopped_clock: clock.Frozen
) -> None:
    token = confirmation(point)
    ContactPoint.objects.filter(pk=point.pk).update(address="other@people.example")
    assert Client().post(f"/v/{token}").status_code == 404
    ContactPoint.objects.filter(pk=point.pk).update(address="ada@people.example")
    assert Client().post(f"/v/{token[:-2]}xx").status_code == 404
    deactivate_person(home.keeper, home.ada)
    assert Client().post(f"/v/{token}").status_code == 404
    point.refresh_from_db()
    assert point.verified_at is None


def test_nobody_is_asked_twice_in_ten_minutes_or_without_need(
    home: House, point: ContactPoint, stopped_clock: clock.Frozen
) -> None:
    ask_whether_it_reaches(home.keeper, point)
    with pytest.raises(BadInput, match="ten minutes"):
        ask_whether_it_reaches(home.keeper, point)
    stopped_clock.advance(minutes=11)
    assert accepted(ask_whether_it_reaches(home.keeper, point))
    verified = verify_contact_point(None, point)
    with pytest.raises(BadInput, match="already"):
        ask_whether_it_reaches(home.keeper, verified)
    with pytest.raises(BadInput, match="no sms channel"):
        ask_whether_it_reaches(home.keeper, add_contact_point(home.keeper, home.ada, "sms", "+16195550134"))
    with pytest.raises(Refused):
        ask_whether_it_reaches(actor("officer", Role.DUTY_OFFICER), point)


def test_verified_addresses_are_tried_first_and_then_by_rank(home: House) -> None:
    for rank, name in enumerate(("first", "second", "third")):
        add_contact_point(home.keeper, home.ada, "smtp", f"{name}@people.example", rank)
    verify_contact_point(None, home.ada.contact_points.get(address="third@people.example"))
    tried = [address.partition("@")[0] for _, address in load_points([home.ada.pk])[home.ada.pk]["smtp"]]
    assert tried == ["third", "first", "second"]


def test_it_is_asked_from_the_persons_page_and_by_the_api(home: House, point: ContactPoint) -> None:
    keeper = User.objects.get(username="keeper")
    hers = signed_in(keeper)
    assert "Ask" in hers.get(f"/people/{home.ada.pk}/").content.decode()
    answer = hers.post(f"/people/{home.ada.pk}/reach/{point.pk}/", follow=True)
    assert "Sent. It counts as verified" in answer.content.decode()
    assert signed_in(user("olga", Role.OVERSEER)).post(f"/people/{home.ada.pk}/reach/{point.pk}/").status_code == 403
    other = add_contact_point(home.keeper, home.ada, "smtp", "a2@people.example")
    token = make_token(keeper, "api", Realm.EXERCISE, list(Verb), clock.now() + timedelta(days=1))
    caller = Client(headers={"authorization": f"Bearer {token}"})
    path = f"/api/v1/people/{home.ada.pk}/contact-points/{other.pk}/ask"
    assert caller.post(path).json()["accepted"] is True
    assert caller.post(path).status_code == 422
