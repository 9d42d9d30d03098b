"""Our TAXII server as taxii2-client reads it, and as clients that are less careful ask it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from taxii2client.common import TokenAuth
from taxii2client.v21 import ApiRoot, Collection, Server, as_pages

from tests.access.cast import make_user
from tests.exchange.stix.conftest import Case
from tests.formats.test_stix import bundle, errors_of, identity
from vedette import clock
from vedette.access.actors import make_token
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.access.roles import Role, Verb
from vedette.clock import Frozen
from vedette.exchange.models import SharedObject
from vedette.formats.stix import MARKING, stamp
from vedette.ledger.models import Entry
from vedette.reports.actions import grade_claim, reject_claim
from vedette.reports.models import Claim, Report

TAXII = "application/taxii+json;version=2.1"
pytestmark = pytest.mark.django_db


def token_of(user: User, *scopes: Verb, realm: Realm = Realm.EXERCISE) -> str:
    return make_token(user, "taxii", realm, scopes or (Verb.SEE, Verb.REPORT), clock.now() + timedelta(days=999))


@pytest.fixture
def partner(case: Case) -> User:
    return make_user("partner", Role.ANALYST, clearance=Tlp.AMBER)


@pytest.fixture
def token(partner: User) -> str:
    return token_of(partner)


class Asked:
    """A client that says of itself what it is told to."""

    def __init__(self, token: str, accept: str = TAXII) -> None:
        self.client = Client(headers={"authorization": f"Bearer {token}", "accept": accept})
        rows = self.json("/taxii2/api/collections/").get("collections", [])
        self.shared = next((f"/taxii2/api/collections/{one['id']}/" for one in rows if one["can_read"]), "")
        self.received = next((f"/taxii2/api/collections/{one['id']}/" for one in rows if one["can_write"]), "")

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query)

    def json(self, path: str, **query: Any) -> Any:
        answer = self.get(path, **query)
        assert answer["Content-Type"] == TAXII
        return json.loads(answer.content)

    def post(self, data: Any, content_type: str = TAXII) -> Any:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        return self.client.post(f"{self.received}objects/", body, content_type=content_type)


def ids(rows: Iterable[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in rows]


# taxii2-client, over the network


@pytest.mark.django_db(transaction=True)
def test_taxii2_client_finds_reads_and_posts_with_a_token_as_basic_password(
    case: Case, token: str, live_server: Any
) -> None:
    server = Server(f"{live_server.url}/taxii2/", user="partner", password=token)
    root = server.default
    assert "Example Border Service" in server.title and root.versions == [TAXII]
    shared, received = root.collections
    assert (shared.can_read, shared.can_write, received.can_read, received.can_write) == (True, False, False, True)
    found = shared.get_objects()["objects"]
    assert [error for one in found for error in errors_of(one)] == []
    (threat,) = [one for one in found if one.get("name", "").startswith("EXERCISE: Shooting")]
    assert ids(shared.get_object(threat["id"])["objects"]) == [threat["id"]]
    assert shared.object_versions(threat["id"])["versions"] == [threat["modified"]]
    assert ids(shared.get_manifest()["objects"]) == ids(found)
    assert shared.get_objects(type=["incident"], spec_version="2.1")["objects"][0]["type"] == "incident"
    pages = list(as_pages(shared.get_objects, per_request=5))
    assert [one["id"] for each in pages for one in each["objects"]] == ids(found) and len(pages) > 3
    status = received.add_objects({"objects": [identity(), identity(1)]})
    assert (status.status, status.success_count, status.failure_count) == ("complete", 2, 0)
    assert root.get_status(status.id).success_count == 2
    assert Report.objects.filter(source__handle="taxii-partner").count() == 1


@pytest.mark.django_db(transaction=True)
def test_taxii2_client_reads_with_its_own_token_scheme_and_polls_what_was_added_since(
    case: Case, token: str, live_server: Any, stopped_clock: Frozen
) -> None:
    (shared, _) = ApiRoot(f"{live_server.url}/taxii2/api/", auth=TokenAuth(token)).collections
    again = Collection(shared.url, auth=TokenAuth(token))
    last = again.get_manifest()["objects"][-1]["date_added"]
    assert again.get_objects(added_after=last) == {}
    stopped_clock.advance(hours=1)
    reject_claim(case.analyst, case.claim)
    (withdrawn,) = again.get_objects(added_after=last)["objects"]
    assert withdrawn["type"] == "note" and withdrawn["revoked"] is True


# What is given to whom


def test_each_partner_is_given_what_their_clearance_allows_and_each_gift_is_recorded(case: Case, token: str) -> None:
    low = Asked(token_of(make_user("low", Role.ANALYST, clearance=Tlp.GREEN)))
    told = json.dumps(low.json(f"{low.shared}objects/"))
    assert "An organisation" in told and "Shooting" not in told and case.claim.quote not in told
    full = Asked(token)
    assert "Shooting" in json.dumps(full.json(f"{full.shared}objects/"))
    hidden = SharedObject.objects.get(subject=f"threat:{case.threat.pk}").stix_id
    for path in (f"objects/{hidden}/", f"objects/{hidden}/versions/"):
        assert low.get(f"{low.shared}{path}").status_code == 404
        assert full.get(f"{full.shared}{path}").status_code == 200
    assert hidden not in ids(low.json(f"{low.shared}manifest/")["objects"])
    given = Entry.objects.filter(kind="stix.read")
    assert {entry.actor for entry in given} == {f"user:{User.objects.get(username='low').pk}", _ref("partner")}


def _ref(name: str) -> str:
    return f"user:{User.objects.get(username=name).pk}"


def test_a_token_sees_its_own_realm_and_none_of_the_others_collections(case: Case, partner: User, token: str) -> None:
    live = Asked(token_of(partner, realm=Realm.LIVE))
    here = Asked(token)
    assert live.shared != here.shared
    assert live.get(f"{here.shared}objects/").status_code == 404
    assert "Shooting" not in json.dumps(live.json(f"{live.shared}objects/"))


def test_what_a_token_may_do_is_what_its_collections_say(partner: User, token: str) -> None:
    reads, writes = Asked(token_of(partner, Verb.SEE)), Asked(token_of(partner, Verb.REPORT))
    assert reads.received == "" and writes.shared == ""
    both = Asked(token)
    assert both.client.get(f"{both.received}objects/").status_code == 403
    refused = both.client.post(f"{both.shared}objects/", b"{}", content_type=TAXII)
    assert refused.status_code == 403 and json.loads(refused.content)["http_status"] == "403"
    assert reads.client.post(f"{both.received}objects/", b"{}", content_type=TAXII).status_code == 404


def test_filters_and_pages_agree_and_headers_say_when_things_were_added(case: Case, token: str) -> None:
    asked = Asked(token)
    path = f"{asked.shared}objects/"
    everything = asked.json(path)["objects"]
    by_page: list[str] = []
    following: dict[str, str] = {}
    while True:
        answer = asked.get(path, limit=4, **following)
        body = json.loads(answer.content)
        by_page += ids(body["objects"])
        assert answer["X-TAXII-Date-Added-First"] <= answer["X-TAXII-Date-Added-Last"]
        if not body["more"]:
            break
        following = {"next": body["next"]}
        assert int(body["next"]) > 10**15, "no row's number, which would tell how many are hidden"
    assert by_page == ids(everything)
    assert {one["type"] for one in asked.json(path, **{"match[type]": "note,incident"})["objects"]} == {
        "note",
        "incident",
    }
    some = ids(everything)[:2]
    assert ids(asked.json(path, **{"match[id]": ",".join(some)})["objects"]) == some
    assert asked.json(path, **{"match[spec_version]": "2.0"}) == {}
    last = asked.get(path)["X-TAXII-Date-Added-Last"]
    assert asked.json(path, added_after=last) == {}
    assert "X-TAXII-Date-Added-Last" not in asked.get(path, added_after=last)


def test_versions_are_told_apart(case: Case, token: str, stopped_clock: Frozen) -> None:
    asked = Asked(token)
    (before,) = asked.json(f"{asked.shared}objects/", **{"match[type]": "note", "limit": 1})["objects"]
    pk = SharedObject.objects.get(stix_id=before["id"]).subject.removeprefix("claim:")
    stopped_clock.advance(hours=1)
    grade_claim(case.analyst, Claim.objects.get(pk=pk), "5")
    path = f"{asked.shared}objects/{before['id']}/"
    (after,) = asked.json(path)["objects"]
    assert after["confidence"] == 10 and after["modified"] > before["modified"]
    assert len(asked.json(path, **{"match[version]": "all"})["objects"]) == 2
    assert asked.json(path, **{"match[version]": "first"})["objects"] == [before]
    assert asked.json(path, **{"match[version]": before["modified"]})["objects"] == [before]
    assert asked.json(path, **{"match[version]": stamp(clock.now() + timedelta(days=1))}) == {}
    assert asked.json(f"{path}versions/")["versions"] == [before["modified"], after["modified"]]


# What is sent to us


def test_each_posted_object_succeeds_or_fails_by_itself(case: Case, token: str) -> None:
    asked = Asked(token)
    answer = asked.post({"objects": [identity(), {"type": "tool", "id": "tool--x"}, 7]})
    told = json.loads(answer.content)
    assert answer.status_code == 202
    assert (told["total_count"], told["success_count"], told["failure_count"]) == (3, 1, 2)
    assert "is no id of a tool" in told["failures"][0]["message"]
    assert asked.json(f"/taxii2/api/status/{told['id']}/") == told
    other = Asked(token_of(make_user("other", Role.ANALYST)))
    assert other.get(f"/taxii2/api/status/{told['id']}/").status_code == 404


def test_posting_again_is_one_report_and_another_text_under_the_same_version_fails(case: Case, token: str) -> None:
    asked = Asked(token)
    asked.post({"objects": [identity()]})
    count = Report.objects.count()
    again = json.loads(asked.post({"objects": [identity()]}).content)
    assert again["success_count"] == 1 and Report.objects.count() == count
    altered = json.loads(asked.post({"objects": [identity(name="Another")]}).content)
    assert altered["failure_count"] == 1 and "another text" in altered["failures"][0]["message"]
    assert Report.objects.count() == count


def test_a_body_as_large_as_is_told_is_taken(case: Case, token: str) -> None:
    asked = Asked(token)
    most = asked.json("/taxii2/api/")["max_content_length"]
    body = json.dumps({"objects": [identity(description="x")]}).encode()
    answer = asked.post(body + b" " * (most - len(body)))
    assert answer.status_code == 202 and json.loads(answer.content)["success_count"] == 1


def test_what_is_posted_is_marked_as_it_asks_even_above_who_sends_it(case: Case, token: str) -> None:
    Asked(token).post({"objects": [identity(object_marking_refs=[MARKING["TLP:RED"]])]})
    report = Report.objects.latest("pk")
    assert (report.handling, report.source.handle) == ("TLP:RED", "taxii-partner")


# Errors, exactly


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"added_after": "notatime"}, "added_after"),
        ({"limit": "many"}, "limit"),
        ({"next": "somewhere"}, "next"),
        ({"next": "9" * 18}, "next"),
        ({"match[version]": ",".join(["2026-01-31T12:00:00Z"] * 1_200)}, "match[version]"),
        ({"match[id]": "a," * 20_000}, "match[id]"),
        ({"match[version]": "newest"}, "match[version]"),
        ({"match[type]": "A B"}, "match[type]"),
        ({"match[colour]": "red"}, "match[colour]"),
    ],
)
def test_a_filter_that_cannot_be_made_out_is_400_and_says_which(
    case: Case, token: str, query: dict[str, str], said: str
) -> None:
    asked = Asked(token)
    answer = asked.get(f"{asked.shared}objects/", **query)
    assert (answer.status_code, answer["Content-Type"]) == (400, TAXII)
    assert said in json.loads(answer.content)["description"]


@pytest.mark.parametrize(
    "accept",
    [TAXII, "application/taxii+json", "application/json, */*", "*/*", 'application/taxii+json; version="2.1"'],
)
def test_clients_that_accept_less_exactly_are_answered(case: Case, token: str, accept: str) -> None:
    assert Asked(token, accept).shared


def test_what_cannot_be_said_in_an_accepted_kind_is_406(case: Case, token: str) -> None:
    for accept in ("text/html", "application/taxii+json;version=2.0", "application/vnd.oasis.taxii+json"):
        client = Client(headers={"authorization": f"Bearer {token}", "accept": accept})
        answer = client.get("/taxii2/")
        assert (answer.status_code, answer["Content-Type"]) == (406, TAXII)


def test_nobody_without_a_token_is_told_anything(case: Case, token: str) -> None:
    basic = base64.b64encode(f"partner:{token}".encode()).decode()
    for told, status in (
        ("", 401),
        ("Bearer nonsense", 401),
        ("Basic !!!", 401),
        (f"Basic {basic}", 200),
        (f"Token {token}", 200),
    ):
        answer = Client(headers={"authorization": told}).get("/taxii2/")
        assert answer.status_code == status and answer["Content-Type"] == TAXII
        assert ("WWW-Authenticate" in answer) == (status == 401)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"{}", "application/taxii+json;version=2.0", 415),
        (b"not json", TAXII, 400),
        (b"[" * 9_000, TAXII, 400),
        (b"{}", TAXII, 422),
        (bundle(), TAXII, 422),
        (b" " * (4 * 1024 * 1024 + 1), TAXII, 413),
        (b" " * (11 * 1024 * 1024), TAXII, 413),
    ],
)
def test_a_body_that_cannot_be_taken_is_refused_and_changes_nothing(
    case: Case, token: str, body: bytes, content_type: str, status: int
) -> None:
    count = Report.objects.count()
    answer = Asked(token).post(body, content_type)
    assert (answer.status_code, answer["Content-Type"]) == (status, TAXII)
    assert Report.objects.count() == count


def test_wrong_methods_and_addresses_are_answered_in_the_same_form(case: Case, token: str) -> None:
    asked = Asked(token)
    thing = SharedObject.objects.filter(kind="note").values_list("stix_id", flat=True)
    asked.get(f"{asked.shared}objects/")
    for answer, status in (
        (asked.client.put("/taxii2/"), 405),
        (asked.get("/taxii2/nowhere/"), 404),
        (asked.get("/taxii2/api/collections/nothing/"), 404),
        (asked.get("/taxii2/api/status/6f1c7d9e-4f2b-4f0e-9a53-0c9a8e1d2b3c/"), 404),
        (asked.client.delete(f"{asked.shared}objects/{thing[0]}/"), 403),
    ):
        assert (answer.status_code, answer["Content-Type"]) == (status, TAXII)
        assert json.loads(answer.content)["http_status"] == str(status)
