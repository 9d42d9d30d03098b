"""Incidents over the API: what is contested of them, and their files, as on the pages and by the same policy."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.conftest import Caller, call_as, reported
from tests.reports.texts import NEWS
from vedette.access.handling import Tlp
from vedette.access.roles import Role, Verb
from vedette.ledger.models import Entry
from vedette.reports.models import Evidence
from vedette.threats.models import Incident

pytestmark = pytest.mark.django_db

TOLD = {
    "title": "A vehicle struck a person",
    "happened_from": "2025-11-27T18:00:00-08:00",
    "happened_to": "2025-11-27T18:00:00-08:00",
    "place": "near Chula Vista",
}
VIDEO = bytes(range(256)) * 40


def recorded(analyst: Caller, **more: Any) -> tuple[str, list[int]]:
    """An incident with three accounts of the memo; its path, and their ids."""
    report = reported(analyst).json()
    claims = [claim["id"] for claim in analyst.get("/claims", report=report["id"]).json()["items"]][:3]
    answer = analyst.post("/incidents", {**TOLD, "accounts": claims, **more})
    assert answer.status_code == 201, answer.content
    return f"/incidents/{answer.json()['id']}", claims


def sent(caller: Caller, path: str, content: bytes = VIDEO, kind: str = "video/mp4", key: str | None = None) -> Any:
    file = SimpleUploadedFile("collision.mp4", content, content_type=kind)
    return caller.form(f"{path}/evidence", {"file": file}, key)


def test_what_accounts_contradict_each_other_on_is_said_and_settled_once(analyst: Caller, officer: Caller) -> None:
    path, claims = recorded(analyst)
    said = analyst.post(f"{path}/contests", {"matter": "whether he was seen", "claims": claims[:2]})
    assert said.status_code == 201
    shown = said.json()
    assert (shown["matter"], shown["claims"], shown["settled_at"]) == ("whether he was seen", claims[:2], None)
    assert officer.get(f"{path}/contests").json() == [shown]
    settling = f"{path}/contests/{shown['id']}/settle"
    assert officer.post(settling, {"settled": "The video shows it."}).status_code == 403
    settled = analyst.post(settling, {"settled": "The video shows it."}).json()
    assert (settled["settled"], settled["settled_by"]) == ("The video shows it.", analyst.user.pk)
    again = analyst.post(settling, {"settled": "It does not."})
    assert (again.status_code, again.json()["type"]) == (409, "urn:vedette:problem:wrong-state")


@pytest.mark.parametrize(
    ("matter", "chosen", "field"),
    [("m", [0], "claims"), ("m", [0, 0], "claims"), ("", [0, 1], "matter"), ("m", [0, 999], "claims")],
)
def test_what_is_no_contradiction_is_refused_at_its_field(
    analyst: Caller, matter: str, chosen: list[int], field: str
) -> None:
    path, claims = recorded(analyst)
    numbers = [claims[one] if one < len(claims) else one for one in chosen]
    answer = analyst.post(f"{path}/contests", {"matter": matter, "claims": numbers})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert analyst.get(f"{path}/contests").json() == []


def test_a_contest_of_another_incident_is_not_there(analyst: Caller) -> None:
    path, claims = recorded(analyst)
    contest = analyst.post(f"{path}/contests", {"matter": "m", "claims": claims[:2]}).json()["id"]
    other = analyst.post("/incidents", TOLD).json()["id"]
    assert analyst.post(f"/incidents/{other}/contests/{contest}/settle", {"settled": "s"}).status_code == 404


def test_a_file_is_kept_handed_out_with_its_hash_and_its_custody_told(analyst: Caller, officer: Caller) -> None:
    path, _ = recorded(analyst)
    answer = sent(analyst, path)
    assert answer.status_code == 201
    kept = answer.json()
    digest = hashlib.sha256(VIDEO)
    assert (kept["name"], kept["sha256"], kept["handling"]) == ("collision.mp4", digest.hexdigest(), "TLP:AMBER")
    assert kept["incidents"] == [Incident.objects.get().pk] and kept["taken_in_by"] == analyst.user.pk
    listed = officer.get("/evidence", incident=kept["incidents"][0]).json()
    assert listed["items"] == [kept] == [officer.get(f"/evidence/{kept['id']}").json()]
    original = officer.get(f"/evidence/{kept['id']}/original")
    assert original.content == VIDEO and original["Content-Type"] == "application/octet-stream"
    assert original["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert original["Content-Disposition"].startswith("attachment") and original["Cache-Control"] == "no-store"
    custody = analyst.get(f"/evidence/{kept['id']}/custody").json()
    assert (custody["size"], custody["intact"], custody["sha256"]) == (len(VIDEO), True, kept["sha256"])
    assert [(step["kind"], step["by"]) for step in custody["steps"]] == [
        ("evidence.taken_in", f"user:{analyst.user.pk}"),
        ("evidence.opened", f"user:{officer.user.pk}"),
    ]


def test_a_file_that_was_changed_is_not_handed_out(analyst: Caller) -> None:
    path, _ = recorded(analyst)
    kept = sent(analyst, path).json()
    Evidence.objects.update(content=VIDEO[:-1])
    answer = analyst.get(f"/evidence/{kept['id']}/original")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:vedette:problem:evidence-damaged")
    assert not analyst.get(f"/evidence/{kept['id']}/custody").json()["intact"]
    assert not Entry.objects.filter(kind="evidence.opened").exists()


def test_the_same_file_sent_again_with_its_key_is_kept_once(analyst: Caller) -> None:
    path, _ = recorded(analyst)
    first, again = sent(analyst, path, key="video"), sent(analyst, path, key="video")
    assert first.json() == again.json() and again["Idempotent-Replayed"] == "true"
    assert Evidence.objects.count() == 1


def test_files_are_for_those_who_may_see_them_and_taken_in_by_those_who_judge(analyst: Caller, officer: Caller) -> None:
    path, claims = recorded(analyst, handling="TLP:RED")
    analyst.post(f"{path}/contests", {"matter": "m", "claims": claims[:2]})
    kept = sent(analyst, path).json()
    low = call_as("low", Role.ANALYST, clearance=Tlp.AMBER_STRICT)
    for hidden in (path + "/contests", f"/evidence/{kept['id']}", f"/evidence/{kept['id']}/custody",
                   f"/evidence/{kept['id']}/original"):  # fmt: skip
        assert low.get(hidden).status_code == 404, hidden
    assert low.get("/evidence").json()["items"] == [] and low.get("/evidence", incident=1).status_code == 422
    assert sent(low, path).status_code == 404
    assert sent(officer, path).status_code == 403
    assert sent(call_as("half", Role.ANALYST, scopes={Verb.SEE, Verb.REPORT}), path).status_code == 403
    assert Evidence.objects.count() == 1


def test_files_under_an_incidents_marks_follow_when_these_are_raised(analyst: Caller, officer: Caller) -> None:
    path, _ = recorded(analyst)
    kept = sent(analyst, path).json()
    low = call_as("low", Role.ANALYST, clearance=Tlp.AMBER_STRICT)
    assert low.get(f"/evidence/{kept['id']}").status_code == 200
    assert analyst.post(path, {**TOLD, "handling": "TLP:RED"}).json()["handling"] == "TLP:RED"
    assert low.get(f"/evidence/{kept['id']}/original").status_code == 404
    steps = officer.get(f"/evidence/{kept['id']}/custody").json()["steps"]
    assert [step["kind"] for step in steps] == ["evidence.taken_in", "evidence.marked"]


@pytest.mark.parametrize(("content", "kind", "said"), [(b"", "video/mp4", "content"), (b"a", "video", "media type")])
def test_what_cannot_be_kept_is_refused_at_the_file(analyst: Caller, content: bytes, kind: str, said: str) -> None:
    path, _ = recorded(analyst)
    answer = sent(analyst, path, content, kind)
    assert (answer.status_code, answer.json()["field"]) == (422, "file") and said in answer.json()["detail"]


def test_recording_anew_takes_away_nothing_that_was_left_out_or_cannot_be_seen(analyst: Caller) -> None:
    path, claims = recorded(analyst)
    insider = call_as("insider", Role.ANALYST, compartments=["falcon"])
    hidden = reported(insider, NEWS, need_to_know="|falcon|").json()
    (account, *_) = insider.get("/claims", report=hidden["id"]).json()["items"]
    incident = Incident.objects.get()
    incident.accounts.add(account["id"])
    assert analyst.post(path, {**TOLD, "title": "Struck"}).json()["accounts"] == claims
    assert analyst.post(path, {**TOLD, "accounts": claims[:2]}).json()["accounts"] == claims[:2]
    assert set(incident.accounts.values_list("pk", flat=True)) == {*claims[:2], account["id"]}


def test_a_contested_account_stays(analyst: Caller) -> None:
    path, claims = recorded(analyst)
    analyst.post(f"{path}/contests", {"matter": "m", "claims": claims[:2]})
    answer = analyst.post(path, {**TOLD, "accounts": claims[1:]})
    assert (answer.status_code, answer.json()["field"]) == (422, "accounts")
    assert analyst.post(path, {**TOLD, "accounts": claims[:2]}).json()["accounts"] == claims[:2]
