"""First run: the set-up page, once and from this machine alone."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from django.test import Client

from tests.web.setup_house import PASSWORD, organisation, user
from vedette.access.models import User
from vedette.access.roles import Role
from vedette.ledger.models import Entry
from vedette.people.models import Organisation
from vedette.web.hosts import Hosts

pytestmark = pytest.mark.django_db

GIVEN = {
    "username": "alba",
    "password": PASSWORD,
    "password_again": PASSWORD,
    "name": "Example Border Service",
    "sender": "warnings@vedette.example",
    "mail_from": "warnings@vedette.example",
    "public_address": "https://warn.vedette.example/",
    "zone": "America/Los_Angeles",
}


@pytest.fixture
def here() -> Client:
    """A browser on the machine itself."""
    return Client(HTTP_HOST="127.0.0.1:8080", REMOTE_ADDR="127.0.0.1")


def test_every_page_leads_to_the_set_up_page_while_there_is_no_user(here: Client) -> None:
    for path in ("/", "/settings/", "/accounts/login/"):
        answer = here.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/setup")
    assert here.get("/setup").status_code == 200


def test_it_makes_the_administrator_and_the_organisation_and_signs_in(here: Client) -> None:
    answer = here.post("/setup", GIVEN)
    assert (answer.status_code, answer["Location"]) == (302, "/settings/")
    alba = User.objects.get()
    assert alba.role_set() == {Role.ADMINISTRATOR}
    assert alba.check_password(PASSWORD)
    assert Organisation.objects.get().public_address == "https://warn.vedette.example"
    assert here.get("/settings/").status_code == 200
    assert list(Entry.objects.order_by("seq").values_list("kind", flat=True)) == ["user.created", "organisation.kept"]


def test_after_the_first_administrator_the_page_is_gone(here: Client) -> None:
    here.post("/setup", GIVEN)
    assert here.get("/setup").status_code == 404
    assert here.post("/setup", {**GIVEN, "username": "eve"}).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
        {"HTTP_HOST": "warn.vedette.example"},
    ],
    ids=[
        "another address",
        "no address",
        "behind a proxy",
        "behind another proxy",
        "a name that is not this machine's",
    ],
)
def test_from_anywhere_else_it_refuses_and_makes_nothing(elsewhere: dict[str, str], settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(**{"HTTP_HOST": "127.0.0.1:8080", "REMOTE_ADDR": "127.0.0.1", **elsewhere})
    assert client.get("/setup").status_code == 403
    assert client.post("/setup", GIVEN).status_code == 403
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("password", "short", "at least 12"),
        ("password_again", "another four unrelated words", "not the same"),
        ("username", "a b/c", "valid username"),
        ("sender", "two words", "without spaces"),
        ("mail_from", "nobody", "not a mail address"),
        ("public_address", "ftp://x", "not an address"),
        ("zone", "Mars/Olympus", "not a time zone"),
    ],
)
def test_what_cannot_stand_is_named_and_nothing_is_made(here: Client, field: str, value: str, reason: str) -> None:
    given = {**GIVEN, field: value}
    if field == "password":
        given["password_again"] = value
    answer = here.post("/setup", given)
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert f'id="id-{field}"' in answer.content.decode()
    assert not User.objects.exists()
    assert not Organisation.objects.exists()


def test_phones_and_machines_are_not_sent_to_the_set_up_page(here: Client) -> None:
    for path in ("/a/anything", "/healthz", "/api/v1/warnings", "/static/tokens.css"):
        assert here.get(path).get("Location") != "/setup"


def test_the_public_address_is_a_name_the_house_answers_to() -> None:
    assert list(Hosts(["localhost"])) == ["localhost"]
    organisation()
    assert list(Hosts(["localhost"])) == ["localhost", "warn.vedette.example"]


def test_the_page_is_not_kept_by_browsers_and_runs_no_script(here: Client) -> None:
    answer = here.get("/setup")
    assert "no-store" in answer["Cache-Control"]
    assert "<script" not in answer.content.decode()
    user("late", Role.ANALYST)
    assert here.get("/setup").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_front_may_ask_for_the_names_from_its_event_loop() -> None:
    organisation()
    hosts = Hosts(["localhost"])

    async def asked() -> list[str]:
        return list(hosts)

    assert asyncio.run(asked()) == ["localhost", "warn.vedette.example"]


def at_a_terminal(environment: dict[str, str], *lines: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up command with what is typed."""
    return subprocess.run(
        [sys.executable, "-m", "vedette.web.setup"],
        input="\n".join(lines),
        env=environment,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_it_can_be_done_at_a_terminal_once(migrated_environment: dict[str, str]) -> None:
    environment = {**migrated_environment, "DJANGO_SETTINGS_MODULE": "vedette.conf.settings"}
    organisation_lines = [GIVEN[field] for field in ("name", "sender", "mail_from", "public_address", "zone")]
    refused = at_a_terminal(environment, "alba", "short", *organisation_lines)
    assert (refused.returncode, refused.stderr.split(":")[0]) == (2, "password")
    made = at_a_terminal(environment, "alba", PASSWORD, *organisation_lines)
    assert made.returncode == 0, made.stderr
    again = at_a_terminal(environment, "eve", PASSWORD, *organisation_lines)
    assert (again.returncode, again.stdout) == (1, "")
