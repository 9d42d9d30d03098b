"""Mail that came back, by the command; and where gateways call."""

from __future__ import annotations

import os
import signal
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.house import REPOSITORY, House, one_line
from tests.dispatch.test_bounces import KEY, raw
from tests.servers.http import Gateway
from tests.servers.ports import free_port

NOTHING = {
    "mails": 1,
    **dict.fromkeys(("recorded", "repeated", "early", "answered", "noted", "unknown", "refused"), 0),
}


@pytest.fixture
def key(warned_house: House, http_gateway: Gateway) -> str:
    """The key of a delivery that a gateway took."""
    done = warned_house.python("-m", "tests.cli.send", f"{http_gateway.url}/send")
    assert done.returncode == 0, done.stderr
    script = (
        "import django; django.setup(); from vedette.dispatch.models import Delivery;"
        "Delivery.objects.filter(level='accepted').update(channel='smtp');"
        "print(Delivery.objects.filter(level='accepted').earliest('pk').idempotency_key)"
    )
    done = warned_house.python("-c", script, extra={"DJANGO_SETTINGS_MODULE": "vedette.conf.settings"})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_bounces_and_replies_in_files_and_on_standard_input_are_recorded(
    warned_house: House, key: str, tmp_path: Path
) -> None:
    bounce = tmp_path / "bounce.eml"
    bounce.write_bytes(raw("postfix-delivered", **{KEY: key}))
    assert warned_house.ok("receipts", "mail", bounce) == {**NOTHING, "recorded": 1}
    assert warned_house.run("receipts", "mail", bounce).stdout == "1 repeated\n"
    said = f"From: x@people.example\nSubject: Re: x\nIn-Reply-To: <{key}@a.example>\n\nI'm safe\n"
    assert warned_house.ok("receipts", "mail", "-", given=said) == {**NOTHING, "answered": 1}
    history = warned_house.run("recipients", "1", "--state", "safe", actor="officer").stdout
    assert "heard by smtp: delivered (delivered 2.0.0 delivered to mailbox)" in history
    assert "heard by smtp: safe (reply by smtp: I'm safe)" in history
    shown = warned_house.ok("recipients", "1", "--state", "safe", actor="officer")
    assert ["delivered", "safe"] in [[one["level"] for one in two["receipts"]] for two in shown[0]["deliveries"]]


@pytest.mark.parametrize("given", ["", "\n", "From: a@b.example\n\n3\n", "not a mail at all"])
def test_mail_that_is_about_nothing_is_no_failure(warned_house: House, given: str) -> None:
    done = warned_house.run("receipts", "mail", given=given)
    assert (done.returncode, done.stdout, done.stderr) == (0, "nothing of ours\n", "")


def test_when_nothing_can_be_recorded_the_mail_server_is_told_to_keep_it(empty_house: House) -> None:
    environment = {**empty_house.environment, "VEDETTE_DATABASE_URL": "postgresql://x@127.0.0.1:9/x"}
    done = House(environment).run("receipts", "mail", given=f"From: a@b.example\nIn-Reply-To: <{'A' * 40}@x>\n\n3\n")
    assert done.returncode == 0, "nothing of ours needs no database"
    done = House(environment).run("receipts", "mail", "--realm", "live", given="From: a@b.example\n\n3\n")
    assert (done.returncode, len(done.stderr.splitlines())) == (75, 1)


def test_a_realm_that_is_none_is_refused(empty_house: House) -> None:
    assert "not a realm" in one_line(empty_house.run("receipts", "mail", "--realm", "test", given=""))
    assert "not a realm" in one_line(empty_house.run("receipts", "lmtp", "--realm", "test"))
    assert "missing.eml" in one_line(empty_house.run("receipts", "mail", "missing.eml"))


def test_addresses_are_for_administrators(house: House) -> None:
    (smtp, webhook) = house.ok("receipts", "addresses", actor="admin")
    assert smtp["receipts"].endswith("/gateways/exercise/smtp/receipts")
    assert smtp["secret"].startswith("whsec_")
    assert webhook["secret"] == "", "its own, which is not shown"
    assert "/gateways/exercise/webhook/kannel/" in webhook["kannel_replies"]
    assert "key={key}&" in webhook["kannel_receipts"]
    refused = house.run("receipts", "addresses", actor="officer")
    assert refused.returncode == 1 and not refused.stdout
    one_line(house.run("receipts", "addresses"))


def test_lmtp_serves_until_it_is_told_to_end(warned_house: House, key: str) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "vedette", "receipts", "lmtp", "--port", str(port)],
        env={**os.environ, **warned_house.environment},
        cwd=REPOSITORY,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while True:
            try:
                client = smtplib.LMTP("127.0.0.1", port)
                break
            except ConnectionRefusedError:
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
        with client:
            said = f"From: x@people.example\nIn-Reply-To: <{key}@a.example>\n\nSOS\n"
            client.sendmail("", ["duty@alerts.example.org"], said)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert len(warned_house.ok("recipients", "1", "--state", "needs_help", actor="officer")) == 1
    taken = warned_house.run("receipts", "lmtp", "--host", "192.0.2.1", "--port", str(port))
    assert "192.0.2.1" in one_line(taken)
