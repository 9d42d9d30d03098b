"""Every operation of the OpenAPI document: who is let in, and what is answered when something is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.access.roster import AUDIENCE
from tests.api.conftest import Caller, call_as, content, drafted, reported
from vedette.access.actors import make_token
from vedette.access.handling import Realm, Tlp
from vedette.access.models import ApiToken
from vedette.access.roles import ALLOWED, Role, Verb
from vedette.ledger.models import Entry
from vedette.people.models import Person
from vedette.reports.models import Report
from vedette.warnings.models import Message
from vedette.web.api.root import api

pytestmark = pytest.mark.django_db


class Operation(NamedTuple):
    """One operation of the document."""

    method: str
    path: str
    verb: Verb
    body: str | None


def _operations() -> Iterator[Operation]:
    for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        for method, told in methods.items():
            media_types = list(told.get("requestBody", {}).get("content", {})) or [None]
            yield Operation(method, path, Verb(told["x-scope"]), media_types[0])


OPERATIONS = list(_operations())
NAMES = [f"{one.method} {one.path.removeprefix('/api/v1')}" for one in OPERATIONS]
every = pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)

#: The resources that the public contract names.
RESOURCES = {
    *("reports", "claims", "sources", "incidents", "threats", "warnings", "recipients", "deliveries"),
    *("people", "units", "shifts", "positions", "ledger"),
}

#: Bodies that are sound, so that an id that is not there is all that is wrong.
JUDGED = {
    "title": "t",
    "target_group": "all",
    "place": "p",
    "window_from": "2025-12-04T16:00:00Z",
    "window_to": "2025-12-05T16:00:00Z",
    "likelihood": 0.5,
    "confidence": "low",
    "claims_for": [1],
}
BODIES: dict[str, Any] = {
    "/areas/{area_id}/wardens": {"warden": None, "alternate": None},
    "/claims/{claim_id}/grades": {"value": "3"},
    "/sources/{source_id}/grades": {"value": "B", "reason": "r"},
    "/incidents/{incident_id}": {
        "title": "t",
        "happened_from": "2025-12-04T16:00:00Z",
        "happened_to": "2025-12-04T16:00:00Z",
        "place": "p",
    },
    "/incidents/{incident_id}/accounts": {"claim": 1},
    "/incidents/{incident_id}/contests": {"matter": "m", "claims": [1, 2]},
    "/incidents/{incident_id}/contests/{contest_id}/settle": {"settled": "s"},
    "/incidents/{incident_id}/inquiries": {"body": "b"},
    "/incidents/{incident_id}/inquiries/{inquiry_id}": {"status": "open"},
    "/threats/{threat_id}": JUDGED,
    "/threats/{threat_id}/determinations": {
        "decision": "warn",
        "credible": True,
        "specific": True,
        "impending": True,
        "ground": "g",
    },
    "/threats/{threat_id}/hypotheses": {"statement": "A prank."},
    "/threats/{threat_id}/hypotheses/marks": {"marks": []},
    "/units/{unit_id}/muster": {"warning": 1, "people": ["ex-1"]},
    "/threats/{threat_id}/outcome": {"result": "unknown", "note": "Nobody looked."},
    "/warnings/{warning_id}/revise": {},
    "/warnings/{warning_id}/submit": {},
    "/warnings/{warning_id}/approve": {"content_hash": "0" * 64},
    "/warnings/{warning_id}/return": {"reason": "r"},
    "/warnings/{warning_id}/update": {"content": content(), "audience": AUDIENCE},
    "/warnings/{warning_id}/cancel": {"reason": "r"},
    "/warnings/{warning_id}/all-clear": {"reason": "r"},
    "/people/{person_id}/contact-points": {"channel": "smtp", "address": "a@vedette.example"},
    "/people/{person_id}/position-consent": {"consent": True},
    "/shifts/{shift_id}/end": {},
}


def call(operation: Operation, token: str = "", ident: int = 1, body: Any = None) -> Any:
    path = re.sub(r"\{\w+\}", str(ident), operation.path)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    client = Client(raise_request_exception=False)
    if operation.method == "get":
        return client.get(path, headers=headers)
    media_type = operation.body or "application/json"
    if media_type == "multipart/form-data":
        return client.post(path, data={"file": SimpleUploadedFile("a.txt", b"a")}, headers=headers)
    return client.post(path, data=json.dumps(body or {}), content_type=media_type, headers=headers)


def assert_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.content)
    assert body["status"] == status and body["title"] and body["detail"]
    assert body["type"].startswith("urn:vedette:problem:")
    return body


def test_every_resource_of_the_contract_is_there() -> None:
    roots = {one.path.removeprefix("/api/v1/").split("/")[0] for one in OPERATIONS}
    assert roots >= RESOURCES
    moves = {one.path.rsplit("/", 1)[1] for one in OPERATIONS if one.path.startswith("/api/v1/warnings/{warning_id}/")}
    assert {"submit", "approve", "issue", "update", "cancel", "all-clear"} <= moves


def test_the_document_is_served_to_anybody_and_tells_how_to_enter() -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    document = answer.json()
    assert document["openapi"].startswith("3.") and len(document["paths"]) > 40
    assert all(told["security"] == [{"Bearer": []}] for path in document["paths"].values() for told in path.values())


@every
@pytest.mark.parametrize("token", ["", "vdt_unknown", "é"])
def test_nobody_enters_without_a_token(operation: Operation, token: str) -> None:
    answer = call(operation, token)
    assert_problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


@every
def test_a_token_without_the_scope_is_refused(operation: Operation) -> None:
    roles = [role for role in Role if operation.verb in ALLOWED[role]]
    caller = call_as("somebody", *roles, scopes=set(Verb) - {operation.verb})
    assert_problem(call(operation, caller.token), 403)


@every
def test_a_scope_is_worth_nothing_without_the_role(operation: Operation) -> None:
    assert_problem(call(operation, call_as("somebody").token), 403)


WITH_ID = [(one, name) for one, name in zip(OPERATIONS, NAMES, strict=True) if "{" in one.path]


@pytest.mark.parametrize("operation", [one for one, _ in WITH_ID], ids=[name for _, name in WITH_ID])
@pytest.mark.parametrize("ident", [1, 2**40, 10**25])
def test_what_is_not_there_is_not_found(operation: Operation, ident: int) -> None:
    caller = call_as("everybody", *Role)
    body = BODIES.get(operation.path.removeprefix("/api/v1"))
    assert_problem(call(operation, caller.token, ident, body), 404)


@pytest.mark.parametrize(
    "operation",
    [one for one, _ in WITH_ID if re.match(r"/api/v1/(reports|claims|sources|warnings)/", one.path)],
    ids=[name for one, name in WITH_ID if re.match(r"/api/v1/(reports|claims|sources|warnings)/", one.path)],
)
def test_what_one_may_not_see_answers_as_what_is_not_there(
    operation: Operation, analyst: Caller, officer: Caller, roster: dict[str, Person]
) -> None:
    reported(analyst, handling="TLP:RED")
    officer.post("/warnings", {"content": content(handling="TLP:RED"), "audience": AUDIENCE})
    ident = {
        "reports": Report.objects.get().pk,
        "claims": Report.objects.get().claims.all()[0].pk,
        "sources": Report.objects.get().source_id,
        "warnings": Message.objects.get().warning_id,
    }[operation.path.split("/")[3]]
    body = BODIES.get(operation.path.removeprefix("/api/v1"))
    answers = []
    for name, clearance, realm in (
        ("low", Tlp.AMBER_STRICT, Realm.EXERCISE),
        ("live", Tlp.RED, Realm.LIVE),
        ("none", Tlp.RED, Realm.EXERCISE),
    ):
        caller = call_as(name, *Role, clearance=clearance, realm=realm)
        answers.append(call(operation, caller.token, ident if name != "none" else 10**9, body))
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.content for answer in answers}) == 1


def test_lists_hold_only_what_one_may_see(analyst: Caller, officer: Caller, roster: dict[str, Person]) -> None:
    reported(analyst, handling="TLP:RED")
    officer.post("/warnings", {"content": content(handling="TLP:RED"), "audience": AUDIENCE})
    low = call_as("low", Role.ANALYST, clearance=Tlp.AMBER_STRICT)
    for path in ("/reports", "/claims", "/sources", "/warnings"):
        assert low.get(path).json() == {"items": [], "next": None}, path
        assert analyst.get(path).json()["items"], path


def test_a_revoked_token_opens_nothing(analyst: Caller, at_issue: Any) -> None:
    assert analyst.get("/reports").status_code == 200
    ApiToken.objects.update(revoked_at=at_issue.advance(seconds=1))
    assert_problem(analyst.get("/reports"), 401)


def test_a_signed_in_session_is_no_token(analyst: Caller) -> None:
    client = Client()
    client.force_login(analyst.user, backend="django.contrib.auth.backends.ModelBackend")
    assert_problem(client.get("/api/v1/reports"), 401)


def test_other_schemes_are_no_bearer(analyst: Caller) -> None:
    answer = Client().get("/api/v1/reports", headers={"Authorization": f"Basic {analyst.token}"})
    assert_problem(answer, 401)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, None),
        (b'{"content": NaN}', 400, None),
        (b"\xff\xfe", 400, None),
        (b"[" * 100_000, 400, None),
        (b'{"content": {"event": "\\u0000"}, "audience": {}}', 400, None),
        (b'{"content": {"event": "\\ud800"}, "audience": {}}', 400, None),
        (b"{}", 422, "content"),
        (b"[]", 422, "body"),
        (b'{"content": [], "audience": {}}', 422, "content"),
        (b'{"content": {}, "audience": {}, "surprise": 1}', 422, "surprise"),
        (b'{"content": {}, "audience": {}}', 422, "event"),
        (b'{"content": {}, "audience": {}, "threat": -1}', 422, "threat"),
        (b'{"content": {}, "audience": {}, "need_to_know": "ridge"}', 422, "need_to_know"),
    ],
)
def test_bad_json_is_one_clear_error_that_changes_nothing(
    officer: Caller, body: bytes, status: int, field: str | None
) -> None:
    told = assert_problem(officer.raw("/warnings", body), status)
    assert told.get("field") == field
    assert not Message.objects.exists() and not Entry.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"content": content(area={"description": "x", "geometry": {}})}, "area"),
        ({"content": content(expires="tomorrow")}, "expires"),
        ({"audience": {}}, "audience"),
        ({"plan": {"name": "p", "steps": []}}, "plan.steps"),
        ({"threat": 1}, "threat"),
        ({"report": 1}, "report"),
        ({"citations": {"event": [1]}}, "citations.event"),
    ],
)
def test_a_warning_that_cannot_stand_is_refused_at_its_field(officer: Caller, change: Any, field: str) -> None:
    answer = officer.post("/warnings", {"content": content(), "audience": AUDIENCE, **change})
    assert assert_problem(answer, 422)["field"].startswith(field)
    assert not Message.objects.exists()


def test_a_body_of_another_media_type_is_refused(officer: Caller, analyst: Caller) -> None:
    told = assert_problem(officer.raw("/warnings", b"<warning/>", "application/xml"), 415)
    assert told["field"] == "Content-Type"
    assert_problem(analyst.raw("/reports", b"{}", "application/json"), 415)
    assert assert_problem(reported(analyst, media_type="image/png"), 415)["field"] == "media_type"


def test_a_body_that_is_too_large_is_refused_before_it_is_read(officer: Caller, analyst: Caller) -> None:
    assert_problem(officer.raw("/warnings", b" " * 5_300_000 + b"{}"), 413)
    assert_problem(officer.raw("/warnings", b" " * 5_300_000 + b"{}", key="k"), 413)
    assert_problem(reported(analyst, b"x" * 26_000_001), 413)


def test_what_is_no_document_is_refused_at_its_field(analyst: Caller) -> None:
    assert assert_problem(reported(analyst, b"\x00\x01" * 40), 422)["field"] == "original"
    assert assert_problem(reported(analyst, source="two words"), 422)["field"] == "source"
    assert assert_problem(reported(analyst, handling="secret"), 422)["field"] == "handling"
    assert assert_problem(analyst.form("/reports", {"source": "x"}), 422)["field"] == "file"
    assert not Report.objects.exists()


def test_a_wrong_address_and_a_wrong_method_are_problems_too(officer: Caller) -> None:
    for path in ("/nothing", "/", "/reports/x", "/warnings/1/fly", f"/reports/{'9' * 5000}"):
        assert_problem(officer.get(path), 404)
    answer = Client().delete("/api/v1/reports")
    assert_problem(answer, 405)
    assert "GET" in answer["Allow"] and "POST" in answer["Allow"]


def test_what_fails_in_the_house_says_so_and_no_more(
    officer: Caller, roster: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("vedette.web.api.warnings.warnings_for", broken)
    told = assert_problem(officer.get("/warnings"), 500)
    assert "secret" not in json.dumps(told)


def test_a_token_of_the_other_realm_works_in_its_own(officer: Caller, roster: dict[str, Person]) -> None:
    drafted(officer)
    live = Caller(make_token(officer.user, "live", Realm.LIVE, Verb), officer.user)
    assert live.get("/warnings").json()["items"] == []
    assert drafted(live)["realm"] == "live"


def test_answers_are_not_cached(officer: Caller) -> None:
    assert officer.get("/warnings")["Cache-Control"] == "no-store"
