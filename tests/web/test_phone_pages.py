"""A paired phone's pages over HTTP: pairing, what they list, what they let one settle, and what nobody else gets."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.people.test_phones import subscription
from tests.web.field_house import ISSUED, add_message, address, officer, warned
from vedette import clock
from vedette.dispatch.models import Recipient
from vedette.people.actions import deactivate_person
from vedette.people.models import ContactPoint, Person, Phone, Position
from vedette.people.phones import TRIES_FROM_ONE, make_code
from vedette.warnings.content import MessageType
from vedette.web.phone.shell import KEPT, worker_source
from vedette.web.phone.words import LANGUAGES

pytestmark = pytest.mark.django_db

AGENT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"


@pytest.fixture
def now() -> Any:
    with clock.frozen(ISSUED) as frozen:
        yield frozen


def paired(recipient: Recipient) -> Client:
    """The person's phone, paired."""
    client = Client(headers={"user-agent": AGENT})
    answer = client.post("/me/pair", {"code": make_code(officer(), recipient.person, shown=False).text})
    assert answer.status_code == 302 and answer["Location"] == "/me/"
    return client


def colleague(recipient: Recipient) -> Person:
    """Somebody else of the same unit, whom the warning is not for."""
    unit, now = recipient.person.unit, clock.now()
    return Person.objects.create(
        realm="exercise", created_at=now, code="p-2", name="Sam Example", unit=unit, changed_at=now
    )


def send(client: Client, path: str, told: Any, **extra: Any) -> Any:
    return client.post(path, json.dumps(told), content_type="application/json", **extra)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_code_makes_a_browser_the_person_s_phone(now: clock.Frozen) -> None:
    recipient = warned()
    client = paired(recipient)
    cookie = client.cookies["vedette_phone"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/me/"
    assert int(cookie["max-age"]) > 300 * 24 * 3600
    page = text(client.get("/me/"))
    assert "For Robin Example" in page and address(recipient) in page and "Not answered yet" in page
    assert page.count("EXERCISE") >= 4, "it begins and ends with it, the title too"
    assert Phone.objects.get().label == "Android, Chrome"


def test_without_a_phone_there_is_a_form_and_nothing_else(now: clock.Frozen) -> None:
    recipient = warned()
    page = text(Client().get("/me/"))
    assert 'name="code"' in page and recipient.person.name not in page
    for path in ("language", "consent", "look", "unpair"):
        assert Client().post(f"/me/{path}").headers.get("Location") == "/me/", path
    assert Client().get("/me/copy.json").status_code == 401
    for path in ("push", "position", "shown"):
        assert send(Client(), f"/me/{path}", {}).status_code == 401, path
    recipient.person.refresh_from_db()
    assert recipient.person.language == "en-US" and not recipient.person.position_consent


def test_a_wrong_code_gets_one_clear_line_and_guessing_is_stopped(now: clock.Frozen) -> None:
    warned()
    client = Client()
    for _ in range(TRIES_FROM_ONE):
        answer = client.post("/me/pair", {"code": "ABCD-EFGH"})
        assert answer.status_code == 422 and "wrong, used already, or over" in text(answer)
    assert client.post("/me/pair", {"code": "ABCD-EFGH"}).status_code == 429
    assert "vedette_phone" not in client.cookies


def test_forms_ask_for_djangos_token(now: clock.Frozen) -> None:
    recipient = warned()
    strict = Client(enforce_csrf_checks=True)
    code = make_code(officer(), recipient.person, shown=False).text
    assert strict.post("/me/pair", {"code": code}).status_code == 403


def test_the_list_tells_what_holds_what_was_answered_and_how_it_ended(now: clock.Frozen) -> None:
    recipient = warned()
    client = paired(recipient)
    send(client, address(recipient), {"response": "safe"})
    assert "Recorded: <b>I am safe</b>" in text(client.get("/me/"))
    add_message(recipient.warning, MessageType.UPDATE, change="More.")
    assert "Not answered yet" in text(client.get("/me/")), "the update is not answered"
    now.advance(days=5)
    page = text(client.get("/me/"))
    assert "EXPIRED" in page and "No warning is in force for you." in page
    add_message(recipient.warning, MessageType.ALL_CLEAR, change="Over.")
    assert "ALL CLEAR" in text(client.get("/me/"))


def test_an_answer_kept_while_there_was_no_network_does_not_undo_a_later_one(now: clock.Frozen) -> None:
    recipient = warned()
    client = paired(recipient)
    now.advance(minutes=10)
    send(client, address(recipient), {"response": "needs_help"})
    kept, sent = (clock.rfc3339(clock.now() - timedelta(minutes=ago)) for ago in (5, 0))
    send(client, address(recipient), {"response": "safe", "answered_at": kept, "sent_at": sent})
    assert "Recorded: <b>I need help</b>" in text(client.get("/me/"))


def test_nobody_is_shown_what_is_not_theirs(now: clock.Frozen) -> None:
    recipient = warned()
    other = colleague(recipient)
    client = Client()
    client.post("/me/pair", {"code": make_code(officer(), other, shown=False).text})
    assert address(recipient) not in text(client.get("/me/"))
    assert list(client.get("/me/copy.json").json()["pages"]) == ["/me/"]


def test_a_phone_that_is_paired_with_somebody_else_is_theirs_alone(now: clock.Frozen) -> None:
    recipient = warned()
    client = paired(recipient)
    other = colleague(recipient)
    client.post("/me/pair", {"code": make_code(officer(), other, shown=False).text})
    assert "Sam Example" in text(client.get("/me/"))
    assert [phone.person for phone in Phone.objects.filter(revoked_at=None)] == [other]


def test_the_phone_unpairs_itself(now: clock.Frozen) -> None:
    client = paired(warned())
    assert "is not paired" in text(client.post("/me/unpair"))
    assert client.cookies["vedette_phone"].value == ""
    assert client.get("/me/copy.json").status_code == 401
    assert Phone.objects.get().revoked_at is not None


def test_whoever_has_left_is_told_that_the_phone_is_not_paired(now: clock.Frozen) -> None:
    recipient = warned()
    client = paired(recipient)
    from tests.people.house import actor
    from vedette.access.roles import Role

    deactivate_person(actor("keeper", Role.ADMINISTRATOR), recipient.person)
    assert client.get("/me/copy.json").status_code == 401
    page = text(client.get("/me/"))
    assert "is not paired" in page and recipient.person.name not in page


def test_people_choose_language_consent_and_look(now: clock.Frozen) -> None:
    recipient = warned()
    client = paired(recipient)
    client.post("/me/language", {"language": "ar"})
    page = text(client.get("/me/"))
    assert '<html lang="ar" dir="rtl">' in page and LANGUAGES["ar"].title in page
    assert client.post("/me/language", {"language": "xx"}).status_code == 302
    assert Person.objects.get(pk=recipient.person_id).language == "ar"
    client.post("/me/consent", {"allow": "yes"})
    assert Person.objects.get(pk=recipient.person_id).position_consent
    client.post("/me/consent", {"allow": "no"})
    assert not Person.objects.get(pk=recipient.person_id).position_consent
    client.post("/me/look", {"size": "huge", "scheme": "dark"})
    for path in ("/me/", address(recipient)):
        assert 'data-size="huge" data-theme="dark"' in text(client.get(path)), path
    client.post("/me/look", {"size": "<b>", "scheme": "?"})
    assert "data-size" not in text(client.get("/me/"))


def test_a_check_in_is_kept_if_it_can_be_true_and_is_the_consent_to_itself_alone(now: clock.Frozen) -> None:
    recipient = warned()
    client = paired(recipient)
    fix = {"lat": 32.55, "lon": -117.05, "accuracy_m": 20, "fixed_at": clock.rfc3339(clock.now())}
    for name, bad in (
        *[("lat", 91), ("lat", "32"), ("lat", None), ("lat", True), ("lat", 10**400), ("lon", 181), ("accuracy_m", -1)],
        *[("fixed_at", "noon"), ("fixed_at", 5), ("fixed_at", "2026-01-01T00:00:00")],
        ("fixed_at", clock.rfc3339(clock.now() + timedelta(hours=1))),
    ):
        answer = send(client, "/me/position", fix | {name: bad})
        assert answer.status_code == 400 and answer.json()["errors"][0]["field"] == name, (name, bad)
    assert not Position.objects.exists()
    assert send(client, "/me/position", fix).json() == {"kept": True}
    assert send(client, "/me/position", fix).json() == {"kept": False}, "not newer than the last"
    assert Position.objects.get().person == recipient.person
    assert not Person.objects.get(pk=recipient.person_id).position_consent


def test_what_the_worker_sends_is_taken_from_this_site_as_json_alone(now: clock.Frozen) -> None:
    client = paired(warned())
    assert client.post("/me/push", {"subscription": "x"}).status_code == 415
    assert client.get("/me/push").status_code == 405
    elsewhere = send(client, "/me/push", {"subscription": None}, headers={"sec-fetch-site": "cross-site"})
    assert elsewhere.status_code == 403
    for body in ("[1]", "{", "x" * 9000):
        assert client.post("/me/push", body, content_type="application/json").status_code == 400


def test_a_subscription_is_the_person_s_contact_point_until_it_is_taken_back(now: clock.Frozen) -> None:
    recipient = warned()
    client = paired(recipient)
    assert send(client, "/me/push", {"subscription": json.loads(subscription())}).json()["subscribed"]
    point = ContactPoint.objects.get(person=recipient.person, channel="webpush")
    assert point.verified_at is None
    bad = send(client, "/me/push", {"subscription": {"endpoint": "x"}})
    assert bad.status_code == 400 and bad.json()["errors"][0]["field"] == "address"
    send(client, "/me/push", {"subscription": None})
    assert not ContactPoint.objects.filter(channel="webpush").exists()


def test_the_copy_holds_each_page_now_and_as_it_will_be_after_its_end(now: clock.Frozen) -> None:
    recipient = warned()
    client = paired(recipient)
    copy = client.get("/me/copy.json").json()
    assert set(copy["pages"]) == {"/me/", address(recipient)}
    whole = copy["pages"][address(recipient)]
    (piece,) = whole["pieces"]
    assert whole["in_force"] and piece["ends"] == whole["ends"]
    assert "EXPIRED" not in piece["html"] and "EXPIRED" in piece["over"]
    assert "No connection. This is what was known" in piece["html"]
    assert not re.search(r"\(in \d", piece["html"]), "nothing in it is relative to now"
    assert piece["html"].count("<!--said-->") == piece["html"].count("<!--/said-->") == 1
    home = copy["pages"]["/me/"]["pieces"]
    after = "".join(piece.get("over", piece["html"]) for piece in home)
    assert "EXPIRED" in after and "No warning is in force for you." in after
    assert "No warning is in force for you." not in "".join(piece["html"] for piece in home)
    now.advance(days=10)
    assert set(client.get("/me/copy.json").json()["pages"]) == {"/me/"}, "what is long over is not kept"


def test_an_ending_is_kept_for_two_days_so_that_whoever_was_away_sees_it(now: clock.Frozen) -> None:
    recipient = warned()
    client = paired(recipient)
    add_message(recipient.warning, MessageType.CANCEL, change="Sent in error.")
    now.advance(hours=47)
    page = client.get("/me/copy.json").json()["pages"][address(recipient)]
    assert not page["in_force"] and "CANCELLED" in page["pieces"][0]["html"]


def test_the_app_can_be_installed_and_its_worker_runs_under_a_strict_policy(now: clock.Frozen) -> None:
    client = paired(warned())
    manifest = client.get("/me/manifest.webmanifest").json()
    assert manifest["start_url"] == "/me/" and manifest["display"] == "standalone"
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    for icon in manifest["icons"]:
        assert b"".join(client.get(icon["src"])).startswith(b"\x89PNG")  # type: ignore[call-overload]
    answer = client.get("/me/worker.js")
    assert answer["Service-Worker-Allowed"] == "/" and answer["Content-Type"].startswith("text/javascript")
    assert answer["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
    assert answer["Cache-Control"] == "no-cache"
    for path in KEPT:
        assert client.get(f"/static/{path}").status_code == 200
    page = client.get("/me/")
    assert "unsafe" not in page["Content-Security-Policy"] and "default-src 'none'" in page["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]* src=)|style=|onclick=", text(page))


def test_the_workers_version_is_that_of_all_that_it_is_made_of() -> None:
    found = re.search(r'const VERSION = "([0-9a-f]{16})"', worker_source())
    assert found is not None


def test_every_language_has_all_its_words_and_its_own() -> None:
    english = LANGUAGES["en"]
    for tag, words in LANGUAGES.items():
        for name in english.__slots__:
            value = getattr(words, name)
            assert value, (tag, name)
            if isinstance(value, str):
                assert set(re.findall(r"\{\w+\}", value)) == set(re.findall(r"\{\w+\}", getattr(english, name)))
            else:
                assert set(value) == set(getattr(english, name)) and all(value.values())
