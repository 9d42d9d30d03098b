"""Everyone is warned in their own language, over every kind of channel, from one rendering a language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import require
from tests.dispatch.house import SECRET, House, mail_of, work
from tests.servers import certificates, http, mosquitto, parts, pushservice, smsc, smtp
from tests.warnings.translated import SPANISH
from vedette import clock
from vedette.dispatch.channels.webpush_key import public_key_b64
from vedette.dispatch.models import Channel
from vedette.people.models import ContactPoint, Person
from vedette.warnings.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

#: Of the Spanish text, and of the English one: in every form of a message.
THEIRS, OURS = "disparos contra patrullas", "shooting at patrols"


def two(house: House, channel: str, **addresses: str) -> None:
    """Ana, whose language is es-MX, and Ben, whose language is English."""
    for code in ("ana", "ben"):
        person = house.person(code, None, "smtp")
        if channel != "smtp":
            ContactPoint.objects.create(person=person, channel=channel, address=addresses[code], rank=9)
    Person.objects.filter(code="ana").update(language="es-MX")


def warn(house: House, channel: str, settings: dict[str, Any] | None = None) -> Message:
    if settings is not None:
        Channel.objects.update_or_create(realm=house.realm.value, name=channel, defaults={"settings": settings})
    plan = {"name": channel, "steps": [{"action": "send", "channel": channel, "wait_s": 600}]}
    message = house.warn(plan=plan, translations=[SPANISH.model_dump(mode="json")])
    work()
    return message


def assert_own(ana: str, ben: str) -> None:
    assert THEIRS in ana and OURS not in ana
    assert OURS in ben and THEIRS not in ben


def test_by_mail(house: House, smtp_sink: smtp.Sink) -> None:
    two(house, "smtp")
    warn(house, "smtp")
    ((ana,), (ben,)) = (smtp_sink.to(mail_of(code)) for code in ("ana", "ben"))
    assert_own(ana.text, ben.text)
    assert str(ana.message["subject"]).startswith("EXERCISE TLP:AMBER AVISO: Son probables")
    assert "Qué hacer:" in ana.text


def test_by_webhook(house: House, http_gateway: http.Gateway) -> None:
    two(house, "webhook", ana="device:ana", ben="device:ben")
    warn(house, "webhook", {"url": f"{http_gateway.url}/send", "secret": SECRET, "allow_private": True})
    told = {request.json["to"]: request.json for request in http_gateway.requests}
    assert_own(told["device:ana"]["text"], told["device:ben"]["text"])
    assert (told["device:ana"]["language"], told["device:ben"]["language"]) == ("es", "en-US")
    assert told["device:ana"]["area"]["geometry"] == told["device:ben"]["area"]["geometry"]


def test_by_sms_over_http(house: House, http_gateway: http.Gateway) -> None:
    two(house, "sms", ana="+447700900001", ben="+447700900002")
    warn(house, "sms", {"url": f"{http_gateway.url}/send", "allow_private": True, "from": "12345"})
    told = {request.json["to"]: request.json["text"] for request in http_gateway.requests}
    assert_own(told["+447700900001"], told["+447700900002"])
    assert "Hasta " in told["+447700900001"]


def test_by_sms_over_smpp(house: House) -> None:
    two(house, "smpp", ana="+447700900001", ben="+447700900002")
    with smsc.running() as centre:
        reached = {"host": centre.host, "port": centre.port, "system_id": smsc.SYSTEM_ID, "password": smsc.PASSWORD}
        warn(house, "smpp", {**reached, "from": "12345"})
        said = ["".join(one.text for one in centre.to(f"+44770090000{number}")) for number in (1, 2)]
    assert_own(*said)


def test_by_mqtt(house: House) -> None:
    require(parts.Part.MOSQUITTO)
    two(house, "mqtt", ana="ann", ben="ben")
    with mosquitto.running() as broker:
        ana, ben = (mosquitto.Device(broker, name) for name in ("ann", "ben"))
        own = {"host": "127.0.0.1", "port": broker.port, "tls": "none", "timeout_s": 5}
        warn(house, "mqtt", own | {"username": "vedette", "password": mosquitto.PASSWORD})
        ((to_ana,), (to_ben,)) = ana.wait_for(1), ben.wait_for(1)
        ana.close()
        ben.close()
    assert_own(to_ana.json["text"], to_ben.json["text"])


def test_by_web_push(house: House, tmp_path: Path) -> None:
    certified = certificates.make(tmp_path)
    with pushservice.running(certified) as service:
        service.now = clock.now
        ana, ben = service.subscribe(public_key_b64()), service.subscribe(public_key_b64())
        two(house, "webpush", ana=ana.subscription, ben=ben.subscription)
        warn(house, "webpush", {"allow_private": True, "ca_file": str(certified.authority), "timeout_s": 5})
        ((to_ana,), (to_ben,)) = ana.got, ben.got
    assert_own(to_ana.json["body"], to_ben.json["body"])


def test_by_what_apprise_reaches(house: House, http_gateway: http.Gateway) -> None:
    pytest.importorskip("apprise")
    two(house, "apprise", ana="ana", ben="ben")
    url = f"json://{http_gateway.url.removeprefix('http://')}/to/{{address}}"
    warn(house, "apprise", {"url": url, "timeout_s": 5})
    told = {request.path: request.json["message"] for request in http_gateway.requests}
    assert_own(told["/to/ana"], told["/to/ben"])


def test_who_has_no_text_of_their_own_gets_the_first_and_an_update_is_told_in_each(
    house: House, smtp_sink: smtp.Sink
) -> None:
    two(house, "smtp")
    Person.objects.filter(code="ben").update(language="uk")
    message = warn(house, "smtp")
    changed = SPANISH.model_copy(update={"change": "La zona es mayor.", "headline": "Ahora también en Otay Mesa"})
    house.update(message.warning, translations=[changed.model_dump(mode="json")])
    work()
    first, second = smtp_sink.to(mail_of("ana"))
    assert "Ahora también en Otay Mesa" in second.text and "La zona es mayor." in second.text
    assert OURS in smtp_sink.to(mail_of("ben"))[0].text and "ПОПЕРЕДЖЕННЯ" in str(
        smtp_sink.to(mail_of("ben"))[0].message["subject"]
    )
    assert THEIRS in first.text
