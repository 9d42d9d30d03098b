"""Channels as an administrator sets them: per realm, secrets never shown again, tried with one message to oneself."""

from __future__ import annotations

import base64
import re

import pytest
from django.test import Client

from tests.servers import http, smsc, smtp
from tests.web.setup_house import organisation, signed_in, user
from vedette.access.roles import Role
from vedette.dispatch.models import Channel
from vedette.ledger.models import Opening

pytestmark = pytest.mark.django_db
SECRET = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def office() -> Client:
    """An administrator's browser, in the exercise realm."""
    organisation()
    return signed_in(user("alba", Role.ADMINISTRATOR))


def keep_mail(office: Client, sink: smtp.Sink, **changes: str) -> int:
    """Set the mail channel to the sink; the answer's status."""
    given = {"host": sink.host, "port": str(sink.port), "tls": "none", "enabled": "yes", **changes}
    return office.post("/settings/channels/smtp/", given).status_code


def test_a_channel_belongs_to_the_realm_one_works_in(office: Client, smtp_sink: smtp.Sink) -> None:
    assert keep_mail(office, smtp_sink) == 302
    assert list(Channel.objects.values_list("realm", "name", "enabled")) == [("exercise", "smtp", True)]
    assert smtp_sink.host in office.get("/settings/channels/").content.decode()
    office.post("/realm/", {"realm": "live", "understood": "yes"})
    page = office.get("/settings/channels/").content.decode()
    assert "Channels in LIVE" in page and smtp_sink.host not in page


def test_a_test_message_reaches_the_one_address_and_is_an_exercise(office: Client, smtp_sink: smtp.Sink) -> None:
    keep_mail(office, smtp_sink)
    page = office.post("/settings/channels/smtp/test/", {"address": "alba@vedette.example"}, follow=True)
    assert "the gateway took it" in page.content.decode()
    (mail,) = smtp_sink.mails
    assert mail.recipients == ("alba@vedette.example",)
    assert mail.text.strip().startswith("EXERCISE") and mail.text.strip().endswith("EXERCISE")
    assert mail.message["From"] == "warnings@vedette.example"


def test_what_a_mail_server_asks_for_is_set_and_shown_again(office: Client, smtp_sink: smtp.Sink) -> None:
    asked = {"dsn": "failure", "hello": "warn.vedette.example", "messages_per_connection": "50"}
    assert keep_mail(office, smtp_sink, **asked) == 302
    kept = Channel.objects.get().settings
    assert (kept["dsn"], kept["hello"], kept["messages_per_connection"]) == ("failure", "warn.vedette.example", 50)
    page = office.get("/settings/channels/").content.decode()
    assert 'value="failure" selected' in page and 'value="warn.vedette.example"' in page


def test_what_the_gateway_refuses_is_shown(office: Client, smtp_sink: smtp.Sink) -> None:
    keep_mail(office, smtp_sink)
    smtp_sink.answers["alba@vedette.example"] = "550 5.1.1 no such mailbox"
    page = office.post("/settings/channels/smtp/test/", {"address": "alba@vedette.example"}, follow=True)
    assert "no such mailbox" in page.content.decode()
    assert smtp_sink.mails == ()


def test_a_webhook_is_set_and_tried(office: Client, http_gateway: http.Gateway) -> None:
    given = {"url": http_gateway.url, "secret": SECRET, "allow_private": "yes", "enabled": "yes"}
    assert office.post("/settings/channels/webhook/", given).status_code == 302
    page = office.post("/settings/channels/webhook/test/", {"address": "alba"}, follow=True)
    assert "the gateway took it" in page.content.decode()
    assert http_gateway.requests[0].json["to"] == "alba"


def test_notifications_are_set_with_nothing_filled_in(office: Client) -> None:
    assert office.post("/settings/channels/webpush/", {"enabled": "yes"}).status_code == 302
    assert Channel.objects.get().settings == {"allow_private": False}
    page = office.post("/settings/channels/webpush/test/", {"address": "alba"}, follow=True)
    assert "not a subscription that can be used" in page.content.decode()


def test_a_message_centre_is_set_and_tried(office: Client) -> None:
    with smsc.running() as centre:
        reached = {"host": centre.host, "port": str(centre.port), "tls": "none", "system_id": smsc.SYSTEM_ID}
        given = {**reached, "password": smsc.PASSWORD, "from": "12345", "key_tlv": "0x1401", "enabled": "yes"}
        assert office.post("/settings/channels/smpp/", given).status_code == 302
        page = office.post("/settings/channels/smpp/test/", {"address": "+447700900001"}, follow=True)
        assert "the gateway took it" in page.content.decode()
        (taken,) = centre.to("+447700900001")
    assert taken.text.startswith("EXERCISE") and taken.text.endswith("EXERCISE")
    assert Channel.objects.get().settings["key_tlv"] == 0x1401


def test_a_broker_is_set_and_its_password_kept_apart_from_that_of_the_mail_server(
    office: Client, smtp_sink: smtp.Sink
) -> None:
    keep_mail(office, smtp_sink, username="vedette", password="hush-hush-hush")
    given = {"host": "mqtt.example", "port": "", "tls": "tls", "username": "v", "password": "sh", "enabled": "yes"}
    assert office.post("/settings/channels/mqtt/", given).status_code == 302
    kept = Channel.objects.get(name="mqtt").settings
    assert kept == {"host": "mqtt.example", "tls": "tls", "username": "v", "password": "sh"}
    page = office.get("/settings/channels/").content.decode()
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "two forms with a field of one name"


def test_a_providers_gateway_is_set_as_it_asks_and_tried(office: Client, http_gateway: http.Gateway) -> None:
    given = {
        "speaks": "json", "url": http_gateway.url, "allow_private": "yes", "enabled": "yes", "from": "12345",
        "template": '{"phone": "{to}", "message": "{text}"}', "headers": '{"X-Api-Key": "hush-hush"}',
        "success": "[200]",
    }  # fmt: skip
    assert office.post("/settings/channels/sms/", given).status_code == 302
    page = office.post("/settings/channels/sms/test/", {"address": "+447700900001"}, follow=True).content.decode()
    assert "the gateway took it" in page
    assert "hush-hush" not in page
    assert "{&quot;phone&quot;: &quot;{to}&quot;" in page
    assert "/gateways/exercise/sms/kannel/" in page
    assert http_gateway.requests[0].json["phone"] == "+447700900001"
    assert http_gateway.requests[0].headers["x-api-key"] == "hush-hush"


def test_a_secret_is_never_shown_and_stays_when_left_empty(office: Client, smtp_sink: smtp.Sink) -> None:
    keep_mail(office, smtp_sink, username="vedette", password="hush-hush-hush")
    assert "hush-hush-hush" not in office.get("/settings/channels/").content.decode()
    keep_mail(office, smtp_sink, username="other")
    kept = Channel.objects.get().settings
    assert (kept["username"], kept["password"]) == ("other", "hush-hush-hush")
    assert not any("hush" in opening.body for opening in Opening.objects.all())


def test_settings_not_on_the_form_are_kept(office: Client, smtp_sink: smtp.Sink) -> None:
    Channel.objects.create(realm="exercise", name="smtp", settings={"host": "old", "connections": 3})
    keep_mail(office, smtp_sink)
    assert Channel.objects.get().settings["connections"] == 3


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("smtp", {"host": "", "port": "25", "tls": "none"}, "host"),
        ("smtp", {"host": "mail", "port": "many", "tls": "none"}, "port"),
        ("smtp", {"host": "mail", "port": "70000", "tls": "none"}, "port"),
        ("smtp", {"host": "mail", "tls": "maybe"}, "tls"),
        ("smtp", {"host": "mail", "tls": "none", "ca_file": "/nowhere/ca.pem"}, "ca_file"),
        ("smtp", {"host": "mail", "tls": "none", "hello": "two words"}, "hello"),
        ("smtp", {"host": "mail", "tls": "none", "messages_per_connection": "0"}, "messages_per_connection"),
        ("webhook", {"url": "gopher://x", "secret": SECRET}, "url"),
        ("webhook", {"url": "https://x.example", "secret": "short"}, "secret"),
        ("smpp", {"host": "centre", "system_id": "x", "from": "a name that is too long"}, "from"),
        ("smpp", {"host": "centre", "system_id": "x", "from": "12345", "window": "wide"}, "window"),
        ("sms", {"speaks": "json", "url": "https://x.example", "template": "{to}"}, "template"),
        ("sms", {"speaks": "json", "url": "https://x.example", "success": "all"}, "success"),
        ("sms", {"speaks": "kannel", "url": "https://x.example"}, "username"),
        ("webpush", {"contact": "duty@x.example"}, "contact"),
        ("mqtt", {"host": "mqtt.example", "topic": "warnings"}, "topic"),
        ("apprise", {"url": "tgram://token"}, "url"),
        ("mqtt", {"host": "", "tls": "tls"}, "host"),
    ],
)
def test_what_cannot_stand_is_named_and_not_stored(
    office: Client, name: str, given: dict[str, str], field: str
) -> None:
    answer = office.post(f"/settings/channels/{name}/", {**given, "enabled": "yes"})
    assert answer.status_code == 422
    assert f'id="{name}-{field}-error"' in answer.content.decode()
    assert not Channel.objects.exists()


def test_a_test_needs_an_address(office: Client, smtp_sink: smtp.Sink) -> None:
    keep_mail(office, smtp_sink)
    answer = office.post("/settings/channels/smtp/test/", {"address": " "})
    assert answer.status_code == 422
    assert smtp_sink.mails == ()


def test_there_is_no_channel_of_another_name_and_no_way_in_for_others(office: Client) -> None:
    assert office.post("/settings/channels/pigeon/", {}).status_code == 404
    officer = signed_in(user("dora", Role.DUTY_OFFICER))
    assert officer.get("/settings/channels/").status_code == 403
    assert officer.post("/settings/channels/smtp/", {"host": "evil", "enabled": "yes"}).status_code == 403
    assert not Channel.objects.exists()


def test_a_second_provider_has_settings_of_its_own_and_is_tried_by_itself(office: Client, smtp_sink: smtp.Sink) -> None:
    office.post("/settings/channels/smtp/", {"host": "mail.example", "tls": "none", "enabled": "yes"})
    second = {"host": smtp_sink.host, "port": str(smtp_sink.port), "tls": "none", "enabled": "yes"}
    assert office.post("/settings/channels/second/smtp/", second).status_code == 302
    kept = [(row.rank, row.settings["host"]) for row in Channel.objects.order_by("rank")]
    assert kept == [(0, "mail.example"), (1, smtp_sink.host)]
    page = office.get("/settings/channels/second/").content.decode()
    assert "Second providers in EXERCISE" in page and "mail.example" not in page
    office.post("/settings/channels/second/smtp/test/", {"address": "alba@vedette.example"})
    assert len(smtp_sink.mails) == 1
