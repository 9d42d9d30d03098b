"""Directories on the settings page, and by command: what a pull would change, and the word that many may leave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from typer.testing import CliRunner

from tests.conftest import require
from tests.people.house import House, house
from tests.servers import parts, slapd
from tests.servers.slapd import BASE, PASSWORD, READER, Slapd
from tests.web.setup_house import organisation, signed_in
from vedette import clock
from vedette.access.actors import make_token
from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.access.roles import Verb
from vedette.cli import build
from vedette.exchange.models import Directory
from vedette.people.models import Person

pytestmark = pytest.mark.django_db
PAGE = "/settings/directories/"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with slapd.running(require(parts.Part.SLAPD), tmp_path_factory.mktemp("slapd")) as running:
        for number in ("p1", "p8", "p9"):
            running.add(number, "South", mail=f"{number}@people.example")
        yield running


@pytest.fixture
def home(stopped_clock: clock.Frozen) -> House:
    organisation()
    return house()


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_a_directory_is_kept_looked_at_and_pulled_on_the_page_and_a_word_lets_many_leave(
    home: House, server: Slapd
) -> None:
    hers: Client = signed_in(User.objects.get(username="keeper"))
    form = {
        "name": "staff",
        "uri": server.uri,
        "base": BASE,
        "filter": "(employeeNumber=*)",
        "bind_dn": READER,
        "secret": PASSWORD,
        "attributes": "{}",
        "every_min": "60",
    }
    wrong = hers.post(PAGE, {**form, "attributes": '{"code": "a b"}'})
    assert wrong.status_code == 422 and "Code:" in text(wrong)
    assert hers.post(PAGE, {**form, "every_min": "soon"}).status_code == 422
    assert hers.post(PAGE, form).status_code == 302
    look = text(hers.post(f"{PAGE}staff/", {"do": "look"}))
    assert "What a pull would change" in look and "p8, p9" in look and Person.objects.count() == 2
    pulled = hers.post(f"{PAGE}staff/", {"do": "pull"})
    assert pulled.status_code == 422 and "1 of 2 people would leave" in text(pulled)
    assert "It waits for a word" in text(hers.get(f"{PAGE}staff/"))
    assert "What was changed" in text(hers.post(f"{PAGE}staff/", {"do": "allow"}))
    assert sorted(Person.objects.filter(active=True).values_list("code", flat=True)) == ["p1", "p8", "p9"]
    assert PASSWORD not in text(hers.get(PAGE))
    hers.post(f"{PAGE}staff/change/", {"do": "pause"})
    assert not Directory.objects.get().enabled
    hers.post(f"{PAGE}staff/change/", {"do": "drop"})
    assert not Directory.objects.exists()


def test_a_directory_is_kept_and_pulled_by_command(
    home: House, server: Slapd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = User.objects.get(username="keeper")
    monkeypatch.setenv("VEDETTE_TOKEN", make_token(keeper, "cli", Realm.EXERCISE, list(Verb)))
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSWORD}\n")

    def run(*arguments: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(build(), ["directory", *arguments])
        return done.exit_code, done.stdout, done.stderr

    options = ("--base", BASE, "--filter", "(employeeNumber=*)", "--bind-dn", READER, "--secret-file", str(secret))
    assert run("add", "staff", server.uri, *options, "--no-starttls")[0] == 0
    assert run("add", "staff", "ldap://x.example", "--base", BASE, "--no-starttls")[0] == 2
    code, out, _ = run("pull", "staff", "--dry-run", "--json")
    assert code == 0 and json.loads(out)["added"] == ["p8", "p9"]
    code, _, err = run("pull", "staff")
    assert code == 1 and "waits for a person's word" in err
    assert json.loads(run("list", "--json")[1])[0]["waits"] == ["p2"]
    assert run("pull", "staff", "--allow-waiting")[0] == 0
    assert not Person.objects.get(code="p2").active
    assert run("drop", "staff")[0] == 0
    assert run("pull", "staff")[0] == 2
