"""Paired phones on a person's page: who may show a code and who may end a phone."""

from __future__ import annotations

import re

from django.test import Client

from tests.servers import smtp
from tests.web.console.house import House, text_of
from vedette.dispatch.models import Channel
from vedette.ledger.models import Entry
from vedette.people.models import PairingCode, Person, Phone
from vedette.warnings.marking import is_marked


def path(person: Person) -> str:
    return f"/people/{person.pk}/"


def shown_code(page: str) -> str:
    found = re.search(r'class="code mono">([0-9A-Z]{4}-[0-9A-Z]{4})<', page)
    assert found is not None
    return found[1]


def test_whoever_keeps_the_roster_shows_a_code_once_and_sees_and_ends_the_phone_that_used_it(house: House) -> None:
    person = Person.objects.get(code="ex-00003")
    admin = house.browser("admin")
    assert "None. A paired phone keeps" in text_of(admin.get(path(person)))
    answer = admin.post(f"{path(person)}code/")
    code = shown_code(text_of(answer))
    assert "no-store" in answer["Cache-Control"]
    assert code not in text_of(admin.get(path(person))), "it is shown once"
    assert code not in str(list(Entry.objects.values_list("opening__body", flat=True)))
    assert Client(headers={"user-agent": "Android Firefox"}).post("/me/pair", {"code": code}).status_code == 302
    page = text_of(admin.get(path(person)))
    assert "Android, Firefox" in page and "paired" in page
    admin.post(f"{path(person)}phones/{Phone.objects.get().pk}/unpair/")
    assert Phone.objects.get().revoked_at is not None
    assert "Android, Firefox" not in text_of(admin.get(path(person)))


def test_a_duty_officer_is_shown_no_code_and_ends_a_phone(house: House) -> None:
    person = Person.objects.get(code="ex-00003")
    Client().post("/me/pair", {"code": shown_code(text_of(house.browser("admin").post(f"{path(person)}code/")))})
    officer = house.browser("officer")
    page = text_of(officer.get(path(person)))
    assert "Show a code" not in page and "Unpair" in page and "Send a code" in page
    assert officer.post(f"{path(person)}code/").status_code == 403
    officer.post(f"{path(person)}phones/{Phone.objects.get().pk}/unpair/")
    assert Phone.objects.get().revoked_at is not None


def test_nobody_else_does_either(house: House) -> None:
    person, other = Person.objects.get(code="ex-00003"), Person.objects.get(code="ex-00004")
    Client().post("/me/pair", {"code": shown_code(text_of(house.browser("admin").post(f"{path(person)}code/")))})
    phone = Phone.objects.get()
    overseer, analyst = house.browser("overseer"), house.browser("analyst")
    assert "Show a code" not in text_of(overseer.get(path(person)))
    for browser in (overseer, analyst):
        assert browser.post(f"{path(person)}code/").status_code == 403
        assert browser.post(f"{path(person)}phones/{phone.pk}/unpair/").status_code == 403
    assert house.browser("officer").post(f"{path(other)}phones/{phone.pk}/unpair/").status_code == 404
    assert Phone.objects.get().revoked_at is None and not PairingCode.objects.exists()


def test_a_code_is_sent_to_an_address_that_is_verified_and_to_no_other(house: House, smtp_sink: smtp.Sink) -> None:
    person = Person.objects.get(code="ex-00003")
    mail = person.contact_points.get(channel="smtp")
    Channel.objects.filter(name="smtp").update(settings={"host": "127.0.0.1", "port": smtp_sink.port, "tls": "none"})
    officer = house.browser("officer")
    page = text_of(officer.post(f"{path(person)}code/send/", {"point": mail.pk}, follow=True))
    assert f"A code is on its way to {mail.address}" in page and 'class="code' not in page
    (sent,) = smtp_sink.wait_for(1)
    assert is_marked(sent.message["subject"])
    found = re.search(r"Your code: ([0-9A-Z-]{9})\. On your phone open \S+/me/", sent.text)
    assert found is not None and Client().post("/me/pair", {"code": found[1]}).status_code == 302
    mail.verified_at = None
    mail.save()
    for given in (mail.pk, "x", "", "9" * 5_000):
        refused = officer.post(f"{path(person)}code/send/", {"point": given})
        assert refused.status_code == 422 and "Choose an address that is verified" in text_of(refused)
    assert not PairingCode.objects.exists()
    assert house.browser("overseer").post(f"{path(person)}code/send/", {"point": 1}).status_code in (403, 422)
