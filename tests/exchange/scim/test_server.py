"""The server as Entra's and Okta's clients use it, and as those who may not."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.exchange.scim.conftest import ENTERPRISE, GROUP, USER, Provider
from tests.people.house import House
from vedette.access.handling import Realm
from vedette.access.roles import Verb
from vedette.exchange.models import ScimResource
from vedette.people.models import Person

pytestmark = pytest.mark.django_db


def test_only_a_token_that_may_provision_is_let_in_and_may_do_nothing_else(home: House, provider: Provider) -> None:
    assert Client().get("/scim/v2/Users").status_code == 401
    other = Provider(Verb.KEEP_ROSTER, Verb.SEE)
    assert other.ask("GET", "Users")["status"] == "403"
    answer = provider.client.get("/api/v1/people")
    assert answer.status_code == 403


def test_a_token_sees_its_own_realm_alone(provider: Provider) -> None:
    found = provider.user("cara")
    live = Provider(realm=Realm.LIVE)
    assert live.ask("GET", "Users")["totalResults"] == 0
    live.ask("GET", f"Users/{found['id']}")
    assert live.status == 404


def test_it_announces_what_it_does_and_not_what_it_does_not(provider: Provider) -> None:
    told = provider.ask("GET", "ServiceProviderConfig")
    assert {
        name: told[name]["supported"] for name in ("patch", "bulk", "filter", "sort", "etag", "changePassword")
    } == {
        "patch": True,
        "bulk": False,
        "filter": True,
        "sort": False,
        "etag": True,
        "changePassword": False,
    }
    provider.ask("POST", "Bulk", {})
    assert provider.status == 404


def test_entra_looks_a_user_up_before_it_makes_one(provider: Provider) -> None:
    assert provider.ask("GET", 'Users?filter=userName+eq+"cara@agency.example"')["Resources"] == []
    provider.user("Cara@agency.example", externalId="e-1", title="Boss", roles=[], meta={"resourceType": "User"})
    found = provider.ask("GET", 'Users?filter=userName+eq+"cara@AGENCY.example"')
    assert (found["totalResults"], found["Resources"][0]["externalId"]) == (1, "e-1")
    assert "title" not in found["Resources"][0]
    assert provider.ask("GET", 'Users?filter=externalId+eq+"e-1"+and+active+eq+true')["totalResults"] == 1


def test_entra_patches_with_capitals_paths_and_filters(provider: Provider) -> None:
    found = provider.user("cara")
    provider.patch(
        found,
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "cara@people.example"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+16195550134"},
        {"op": "Add", "path": "name.givenName", "value": "Cara"},
        {"op": "Add", "path": f"{ENTERPRISE}:employeeNumber", "value": "p9"},
        {"op": "Replace", "path": "nothingWeKnow", "value": "x"},
    )
    assert provider.status == 200
    assert set(Person.objects.get(code="p9").contact_points.values_list("channel", flat=True)) == {"smtp", "sms"}
    provider.patch(found, {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "new@people.example"})
    assert [one["value"] for one in provider.ask("GET", f"Users/{found['id']}")["emails"]] == ["new@people.example"]


def test_okta_patches_without_a_path_and_puts_whole_users(provider: Provider) -> None:
    found = provider.user("cara", name={"givenName": "Cara", "familyName": "Example"})
    provider.patch(found, {"op": "replace", "value": {"name.familyName": "Other", "displayName": "C. Other"}})
    assert Person.objects.get(code="cara").name == "C. Other"
    whole = {**found, "name": {"givenName": "Cara", "familyName": "Third"}, "password": "s3cret", "groups": []}
    answer = provider.ask("PUT", f"Users/{found['id']}", whole)
    assert provider.status == 200 and "displayName" not in answer
    assert Person.objects.get(code="cara").name == "Cara Third"
    assert "s3cret" not in json.dumps(ScimResource.objects.get().body)


def test_a_version_that_was_changed_meanwhile_is_not_overwritten(provider: Provider) -> None:
    found = provider.user("cara")
    version = found["meta"]["version"]
    provider.patch(found, {"op": "replace", "path": "displayName", "value": "One"})
    stale = {"schemas": [USER], "userName": "cara", "displayName": "Two"}
    provider.ask("PUT", f"Users/{found['id']}", stale, **{"if-match": version})
    assert provider.status == 412
    assert Person.objects.get(code="cara").name == "One"
    now = provider.ask("GET", f"Users/{found['id']}")["meta"]["version"]
    provider.ask("GET", f"Users/{found['id']}", **{"if-none-match": now})
    assert provider.status == 304


def test_pages_follow_one_another_and_name_everybody_once(provider: Provider) -> None:
    made = {provider.user(f"u{number}")["id"] for number in range(5)}
    seen: list[str] = []
    for start in (1, 3, 5):
        found = provider.ask("GET", f"Users?startIndex={start}&count=2&attributes=userName")
        assert (found["totalResults"], found["startIndex"]) == (5, start)
        assert all(set(one) <= {"schemas", "id", "userName"} for one in found["Resources"])
        seen += [one["id"] for one in found["Resources"]]
    assert len(seen) == 5 and set(seen) == made
    assert provider.ask("GET", "Users?count=0")["Resources"] == []


def test_members_are_found_by_a_filter_and_left_out_where_that_is_asked(provider: Provider) -> None:
    cara = provider.user("cara")
    crew = provider.group("Crew", cara)
    provider.group("Other")
    found = provider.ask("GET", f'Groups?filter=members[value+eq+"{cara["id"]}"]&excludedAttributes=members')
    assert [one["id"] for one in found["Resources"]] == [crew["id"]]
    assert "members" not in found["Resources"][0]


@pytest.mark.parametrize(
    ("method", "path", "body", "kind"),
    [
        ("GET", "Users?filter=userName+eqq+1", None, "invalidFilter"),
        ("POST", "Users", {"schemas": [USER]}, "invalidValue"),
        ("POST", "Users", {"schemas": [USER], "userName": "x", "active": "perhaps"}, "invalidValue"),
        ("POST", "Users", [], "invalidSyntax"),
        ("POST", "Groups", {"schemas": [GROUP], "displayName": "x", "members": [{"value": "y"}]}, "invalidValue"),
        ("POST", "Users", {"schemas": [USER], "userName": "x", "displayName": "a\u0000b"}, "invalidSyntax"),
    ],
)
def test_what_cannot_stand_gets_the_standards_error_and_changes_nothing(
    provider: Provider, method: str, path: str, body: object, kind: str
) -> None:
    before = Person.objects.count()
    answer = provider.ask(method, path, body)
    assert (provider.status, answer["scimType"], answer["status"]) == (400, kind, "400")
    assert (ScimResource.objects.count(), Person.objects.count()) == (0, before)


def test_what_is_no_json_is_refused(provider: Provider) -> None:
    answer = provider.client.post("/scim/v2/Users", "{", content_type="application/scim+json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/scim+json")
    assert provider.client.post("/scim/v2/Users", "{}", content_type="text/plain").status_code == 415
