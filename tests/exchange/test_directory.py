"""The roster pulled from a real directory server: under TLS, page by page, like a file, and waiting when many leave."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from tests.conftest import require
from tests.people.house import House, actor, house
from tests.servers import parts, slapd
from tests.servers.slapd import BASE, PASSWORD, READER, Slapd
from vedette import clock
from vedette.access.handling import Realm
from vedette.access.policy import Refused
from vedette.access.roles import Role
from vedette.exchange.directory.actions import drop_directory, keep_directory, set_directory_enabled
from vedette.exchange.directory.pull import PullFailed, Waits, dry_run, due_directories, pull, pull_when_due
from vedette.exchange.models import Directory, ScimResource
from vedette.formats.parts import BadInput
from vedette.people.freshness import roster_age
from vedette.people.models import ContactPoint, Organisation, Person, Unit

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with slapd.running(require(parts.Part.SLAPD), tmp_path_factory.mktemp("slapd")) as running:
        for number in range(7):
            running.add(f"s{number}", "South", mail=f"s{number}@people.example")
        running.add(
            "n1",
            "north-riders",
            mail=["n1@people.example", "other@people.example"],
            mobile="(619) 555-0134",
            preferredLanguage="es-US",
            employeeType=["Medic", "Secretary"],
        )
        running.add("n2", "north-riders", mobile="nobody's number")
        yield running


@pytest.fixture
def home(stopped_clock: clock.Frozen) -> House:
    made = house()
    Person.objects.all().delete()
    return made


def kept(home: House, server: Slapd, **other: Any) -> Directory:
    given: dict[str, Any] = {
        "base": BASE,
        "filter": "(&(objectClass=inetOrgPerson)(employeeNumber=*))",
        "bind_dn": READER,
        "secret": PASSWORD,
        "starttls": False,
        "attributes": {"duties": "employeeType", "region": "US"},
        **other,
    }
    return keep_directory(home.keeper, "staff", given.pop("uri", server.uri), **given)


def test_people_come_with_unit_duties_language_and_addresses_page_by_page(home: House, server: Slapd) -> None:
    directory = kept(home, server)
    assert dry_run(home.keeper, directory).new_units == ("north-riders",)
    assert not Person.objects.exists()
    diff = pull(home.keeper, directory)
    assert (len(diff.added), diff.changed, diff.deactivated) == (9, (), ())
    rider = Person.objects.get(code="n1")
    assert (rider.name, rider.unit.code, rider.language) == ("Name n1", "north-riders", "es-US")
    assert list(rider.duties.all()) == [home.medic]
    assert list(rider.contact_points.order_by("rank").values_list("channel", "address")) == [
        ("smtp", "n1@people.example"),
        ("smtp", "other@people.example"),
        ("sms", "+16195550134"),
    ]
    assert Person.objects.filter(unit=home.south).count() == 7
    directory.refresh_from_db()
    assert directory.remarks == ['n2: mobile: "nobody\'s number" is not a telephone number']
    (source,) = roster_age(Realm.EXERCISE).sources
    assert (source.name, source.answered_at, source.why_not) == ("ldap:staff", clock.now(), "")
    again = pull(home.keeper, directory)
    assert (again.added, again.changed, again.unchanged) == ((), (), 9)


@pytest.mark.parametrize("way", ["ldaps", "starttls"])
def test_it_is_spoken_under_tls_to_whom_its_certificates_prove(home: House, server: Slapd, way: str) -> None:
    trusted = server.tls.certificate.read_text()
    uri = server.secure_uri if way == "ldaps" else server.uri.replace("127.0.0.1", "localhost")
    directory = kept(home, server, uri=uri, starttls=way == "starttls", certificates=trusted)
    assert len(pull(home.keeper, directory).added) == 9
    stranger = kept(home, server, uri=uri, starttls=way == "starttls")
    with pytest.raises(PullFailed, match=r"(?i)certificate|ssl|tls"):
        pull(home.keeper, stranger)


def test_when_many_are_missing_it_waits_and_a_word_allows_those_and_nobody_else(home: House, server: Slapd) -> None:
    directory = kept(home, server)
    pull(home.keeper, directory)
    narrow = kept(home, server, filter="(employeeNumber=s*)")
    pull_when_due(narrow)
    narrow.refresh_from_db()
    assert Person.objects.filter(active=True).count() == 9
    assert narrow.waits == ["n1", "n2"] and "2 of 9 people would leave" in narrow.remarks[0]
    assert roster_age(Realm.EXERCISE).stale

    narrow = kept(home, server, filter="(employeeNumber=s1)")
    with pytest.raises(Waits, match="8 of 9"):
        pull(home.keeper, narrow, allow_waiting=True)
    narrow = kept(home, server, filter="(employeeNumber=s*)")
    assert pull(home.keeper, narrow, allow_waiting=True).deactivated == ("n1", "n2")
    assert narrow.waits == [] and not roster_age(Realm.EXERCISE).stale


def test_a_leaver_leaves_and_a_change_is_taken_in(home: House, server: Slapd) -> None:
    Organisation.objects.create(shrink_percent=20)
    server.add("x1", "South")
    directory = kept(home, server)
    pull(home.keeper, directory)
    server.change("s0", "South", cn=["Other Name"])
    server.remove("x1", "South")
    diff = pull(home.keeper, directory)
    assert ([one.code for one in diff.changed], diff.deactivated) == (["s0"], ("x1",))
    assert Person.objects.get(code="s0").name == "Other Name"
    server.change("s0", "South", cn=["Name s0"])


def test_what_cannot_be_had_or_read_changes_nothing_and_is_said(home: House, server: Slapd) -> None:
    directory = kept(home, server)
    pull(home.keeper, directory)
    for wrong, why in (
        ({"secret": "another"}, "(?i)invalidCredentials"),
        ({"base": "dc=nowhere"}, "(?i)noSuchObject"),
        ({"filter": "(employeeNumber=zz)"}, "names nobody"),
        ({"attributes": {"code": "sn"}}, "is the code of"),
        ({"secret": "", "secret_variable": "NOT_SET_HERE"}, "NOT_SET_HERE is not set"),
        ({"uri": "ldap://127.0.0.1:9"}, "(?i)socket|refused"),
    ):
        with pytest.raises(PullFailed, match=why):
            pull(home.keeper, kept(home, server, **wrong))
    assert Person.objects.filter(active=True).count() == 9
    assert roster_age(Realm.EXERCISE).stale


def test_an_answer_that_is_cut_short_is_not_taken_for_the_roster(home: House, tmp_path: Path) -> None:
    Organisation.objects.create(shrink_percent=100)
    with slapd.running(require(parts.Part.SLAPD), tmp_path, total=4) as short:
        for number in range(4):
            short.add(f"s{number}", "South")
        directory = kept(home, short)
        assert len(pull(home.keeper, directory).added) == 4
        for number in range(4, 7):
            short.add(f"s{number}", "South")
        # So many fit, and these are not who was there before.
        short.change("s0", "South", employeeNumber=["t0"])
        with pytest.raises(PullFailed, match="sizeLimitExceeded"):
            pull(home.keeper, directory)
    assert list(Person.objects.filter(active=True).order_by("code").values_list("code", flat=True)) == [
        "s0", "s1", "s2", "s3",
    ]  # fmt: skip
    directory.refresh_from_db()
    assert directory.failures == 1 and "sizeLimitExceeded" in directory.remarks[0]


def test_the_password_is_not_carried_to_whom_the_directory_refers_to(home: House, server: Slapd) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        server.refer(f"ldap://127.0.0.1:{stranger.getsockname()[1]}/{BASE}", "elsewhere")
        with pytest.raises(PullFailed, match="referral"):
            pull(home.keeper, kept(home, server, base=f"ou=elsewhere,{BASE}"))
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):
            stranger.accept()


def test_when_many_would_lose_their_addresses_it_waits_and_a_word_allows_that(home: House, server: Slapd) -> None:
    pull(home.keeper, kept(home, server))
    # As when whoever signs in may no longer read it.
    blind = kept(home, server, attributes={"duties": "employeeType", "contacts": {"smtp": "title", "sms": "mobile"}})
    assert dry_run(home.keeper, blind).silenced == ("n1", *(f"s{number}" for number in range(7)))
    with pytest.raises(Waits, match="8 of 9 would have no address left"):
        pull(home.keeper, blind)
    assert ContactPoint.objects.filter(channel="smtp").count() == 9
    assert "s0 (an address)" in blind.waits and roster_age(Realm.EXERCISE).stale
    pull(home.keeper, blind, allow_waiting=True)
    assert not ContactPoint.objects.filter(channel="smtp").exists()


def test_those_whom_an_identity_provider_keeps_are_not_put_out(home: House, server: Slapd) -> None:
    pull(home.keeper, kept(home, server))
    now = clock.now()
    other = Person.objects.create(
        realm=Realm.EXERCISE, code="o1", name="Other", unit=home.south, created_at=now, changed_at=now
    )
    ScimResource.objects.create(
        pk=uuid4(), realm=Realm.EXERCISE, kind="User", name="o1", body={}, person=other, created_at=now, changed_at=now
    )
    directory = kept(home, server)
    assert pull(home.keeper, directory).deactivated == ()
    other.refresh_from_db()
    assert other.active and "1 whom an identity provider keeps are not in it; they stay" in directory.remarks


def test_a_second_directory_of_a_realm_is_refused(home: House, server: Slapd) -> None:
    first = kept(home, server)
    told = {"base": BASE, "starttls": False}
    with pytest.raises(BadInput, match="'staff' is the whole roster already") as refused:
        keep_directory(home.keeper, "others", server.uri, **told)
    assert refused.value.field == "name" and Directory.objects.count() == 1
    drop_directory(home.keeper, first)
    assert keep_directory(home.keeper, "others", server.uri, **told).name == "others"


def test_its_password_may_come_from_the_environment_and_is_sealed_where_it_is_stored(
    home: House, server: Slapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIRECTORY_PASSWORD", PASSWORD)
    directory = kept(home, server, secret="", secret_variable="DIRECTORY_PASSWORD")
    assert len(pull(home.keeper, directory).added) == 9
    kept(home, server)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM exchange_directory")
        assert PASSWORD not in cursor.fetchone()[0]


def test_it_is_pulled_when_it_is_due_once_and_not_while_it_is_paused(
    home: House, server: Slapd, stopped_clock: clock.Frozen
) -> None:
    directory = kept(home, server)
    assert due_directories(clock.now()) == [directory]
    assert due_directories(clock.now()) == []
    stopped_clock.advance(hours=2)
    directory.refresh_from_db()
    set_directory_enabled(home.keeper, directory, False)
    assert due_directories(clock.now()) == []
    drop_directory(home.keeper, directory)
    assert not Directory.objects.exists() and Unit.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"uri": "https://x.example"}, "uri"),
        ({"uri": "ldap://x.example"}, "uri"),
        ({"filter": "objectClass=person"}, "filter"),
        ({"base": ""}, "base"),
        ({"attributes": {"code": "a b"}}, "attributes.code"),
        ({"certificates": "none"}, "certificates"),
        ({"every_s": 1}, "every_s"),
    ],
)
def test_what_a_directory_cannot_be_is_refused_by_its_field(home: House, given: dict[str, Any], field: str) -> None:
    told = {"uri": "ldaps://x.example", "base": BASE, "starttls": False, **given}
    with pytest.raises(BadInput) as refused:
        keep_directory(home.keeper, "staff", told.pop("uri"), **told)
    assert refused.value.field == field
    assert not Directory.objects.exists()


def test_only_an_administrator_keeps_a_directory(home: House, server: Slapd) -> None:
    with pytest.raises(Refused):
        keep_directory(actor("officer", Role.DUTY_OFFICER), "staff", "ldaps://x.example", base=BASE)
