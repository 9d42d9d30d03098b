"""The whole way over the API: a report, its claims, a threat, a warning, its end, and the proof."""

from __future__ import annotations

from typing import Any

import pytest

from tests.access.roster import AUDIENCE
from tests.api.conftest import Caller, call_as, content, drafted, issued, reported
from tests.warnings.good import EXPIRES, FENCE_LINE, SENT
from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.roles import Role
from vedette.clock import Frozen
from vedette.dispatch.models import Acknowledgement, Delivery, Receipt, Recipient
from vedette.ledger.check import check_proof
from vedette.ledger.models import Entry
from vedette.people.models import Person, Position
from vedette.warnings.models import Message, Outbox

pytestmark = pytest.mark.django_db


def test_a_report_is_taken_in_read_accepted_and_graded(analyst: Caller, roster: dict[str, Person]) -> None:
    answer = reported(analyst, title="Memo")
    assert answer.status_code == 201
    report = answer.json()
    assert report["title"] == "Memo" and report["published"] == "2025-12-04"
    assert analyst.get("/reports").json()["items"][0]["id"] == report["id"]
    claims = analyst.get(f"/reports/{report['id']}/claims").json()["items"]
    assert all(report["text"][claim["start"] : claim["end"]] == claim["quote"] for claim in claims)
    first = claims[0]["id"]
    assert analyst.post(f"/claims/{first}/accept").json()["status"] == "accepted"
    graded = analyst.post(f"/claims/{first}/grades", {"value": "3", "reason": "fits"})
    assert graded.status_code == 201
    assert [one["value"] for one in graded.json()["credibility"]] == ["3"]
    judged = analyst.post(f"/sources/{report['source']}/grades", {"value": "F", "reason": "first seen"}).json()
    assert [one["value"] for one in judged["reliability"]] == [None]
    proposal = analyst.get(f"/reports/{report['id']}/proposal").json()
    assert set(proposal["citations"]["event"]) <= {claim["id"] for claim in claims}
    assert analyst.post(f"/claims/{first}/reject").json()["status"] == "rejected"


def test_the_same_bytes_again_answer_200_with_the_report_that_is_here(analyst: Caller) -> None:
    first, again = reported(analyst), reported(analyst)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


def test_a_threat_is_judged_determined_closed_and_said_what_became_of(
    analyst: Caller, officer: Caller, second: Caller
) -> None:
    report = reported(analyst).json()
    claims = [claim["id"] for claim in analyst.get("/claims", report=report["id"]).json()["items"]]
    incident = analyst.post(
        "/incidents",
        {
            "title": "A vehicle struck a person",
            "happened_from": "2025-11-27T18:00:00-08:00",
            "happened_to": "2025-11-27T18:00:00-08:00",
            "place": "near Chula Vista",
            "accounts": claims[:1],
        },
    ).json()
    assert analyst.post(f"/incidents/{incident['id']}/accounts", {"claim": claims[1]}).json()["accounts"] == claims[:2]
    inquiry = analyst.post(f"/incidents/{incident['id']}/inquiries", {"body": "County prosecutor"}).json()
    path = f"/incidents/{incident['id']}/inquiries/{inquiry['id']}"
    assert analyst.post(path, {"status": "closed", "finding": "None."}).json()["status"] == "closed"
    group = analyst.post("/threat-actors", {"name": "The Ridge group", "handling": "TLP:AMBER"}).json()
    judged = {
        "title": "Shooting at patrols",
        "actor": group["id"],
        "target_group": "All agents",
        "place": "Fence line",
        "area": FENCE_LINE,
        "window_from": SENT.isoformat(),
        "window_to": EXPIRES.isoformat(),
        "trigger": incident["id"],
        "likelihood": 0.57,
        "confidence": "low",
        "claims_for": claims[:2],
    }
    threat = analyst.post("/threats", judged).json()
    assert (threat["likelihood_words"], threat["handling"]) == ("likely", "TLP:AMBER")
    path = f"/threats/{threat['id']}"
    assert analyst.post(path, {**judged, "likelihood": 0.9}).json()["likelihood_words"] == "very likely"
    assert analyst.post(f"{path}/close").status_code == 409
    decision = {"decision": "warn", "credible": True, "specific": True, "impending": True, "ground": "named group"}
    assert officer.post(f"{path}/determinations", decision).status_code == 201
    averted = {"result": "averted", "note": "Two arrests.", "claims": claims[:1]}
    assert analyst.post(f"{path}/outcome", averted).status_code == 422
    assert officer.post(f"{path}/outcome", {"result": "averted"}).status_code == 422
    told = officer.post(f"{path}/outcome", averted).json()
    assert (told["outcome"]["result"], told["outcome"]["claims"]) == ("averted", claims[:1])
    assert len(told["outcomes"]) == 1
    scores = analyst.get("/threats/calibration", threshold=0.6).json()
    assert (scores["left_out"]["averted"], scores["scored"], scores["enough"]) == (1, 0, False)
    assert analyst.get("/threats/calibration", threshold=1).status_code == 422
    assert "no warning has gone out" in analyst.post(f"{path}/close").json()["detail"]
    (waiting,) = analyst.get("/threats/unwarned").json()
    assert (waiting["threat"], waiting["standing"]) == (threat["id"], "to be warned")
    decision |= {"decision": "not_warn", "basis": "passed", "impending": False}
    made = officer.post(f"{path}/determinations", decision).json()
    assert officer.post(f"{path}/determinations/{made['id']}/agree").status_code == 409
    assert second.post(f"{path}/determinations/{made['id']}/agree").json()["agreed_at"] is not None
    assert analyst.get("/threats/unwarned").json() == []
    assert analyst.post(f"{path}/close").json()["closed_at"] is not None
    assert analyst.get("/threats", open="true").json()["items"] == []


def test_a_warning_goes_from_draft_to_cancel(officer: Caller, second: Caller, roster: dict[str, Person]) -> None:
    warning = issued(officer, second)
    path = f"/warnings/{warning['id']}"
    assert warning["state"] == "issued" and Outbox.objects.count() == 1
    assert warning["messages"][0]["approvals"][0]["approver"] == second.user.pk
    changed = content(change="The telephone number.", contact="duty room, telephone +1 619 555 0111")
    update = officer.post(f"{path}/update", {"content": changed, "audience": AUDIENCE})
    assert update.status_code == 201 and update.json()["messages"][-1]["state"] == "draft"
    assert officer.post(f"{path}/withdraw").json()["messages"][-1]["state"] == "withdrawn"
    clear = officer.post(f"{path}/all-clear", {"reason": "The area was searched."})
    assert clear.json()["messages"][-1]["type"] == "AllClear"
    assert officer.post(f"{path}/issue").status_code == 409
    cancelled = officer.post(f"{path}/cancel", {"reason": "Wrong sector."})
    assert cancelled.json()["state"] == "cancel" and Outbox.objects.count() == 2


def test_approval_over_the_api_is_of_what_was_read_and_never_by_its_author(
    officer: Caller, second: Caller, roster: dict[str, Person]
) -> None:
    warning = drafted(officer)
    path = f"/warnings/{warning['id']}"
    seen = warning["messages"][0]["content_hash"]
    assert officer.post(f"{path}/approve", {"content_hash": seen}).status_code == 409
    officer.post(f"{path}/submit", {})
    own = officer.post(f"{path}/approve", {"content_hash": seen})
    assert (own.status_code, own.json()["type"]) == (409, "urn:vedette:problem:not-approved")
    officer.post(f"{path}/revise", {"content": content(contact="radio channel 2")})
    officer.post(f"{path}/submit", {})
    stale = second.post(f"{path}/approve", {"content_hash": seen})
    assert stale.status_code == 409 and "changed" in stale.json()["detail"]
    back = second.post(f"{path}/return", {"reason": "Give the telephone too."})
    assert back.json()["state"] == "draft"
    officer.post(f"{path}/submit", {})
    fresh = officer.get(path).json()["messages"][0]["content_hash"]
    glass = officer.post(f"{path}/approve", {"content_hash": fresh, "break_glass": True, "reason": "Alone on duty."})
    assert glass.json()["messages"][0]["approvals"][-1]["break_glass"] is True


def test_lint_and_reach_can_be_asked_before_submitting(
    officer: Caller, analyst: Caller, roster: dict[str, Person], at_issue: Frozen
) -> None:
    warning = drafted(officer)
    path = f"/warnings/{warning['id']}"
    sound = officer.get(f"{path}/check").json()
    assert [one for one in sound["findings"] if one["level"] == "error"] == []
    assert (sound["reach"]["total"], sound["reach"]["reasons"]) == (1, {"unit:san-diego": 1})
    assert analyst.get(f"{path}/check").json()["reach"]["reasons"] is None
    officer.post(f"{path}/revise", {"content": content(instruction="Be aware."), "audience": {"include": ["gone"]}})
    poor = officer.get(f"{path}/check").json()
    assert any(one["field"] == "instruction" and one["level"] == "error" for one in poor["findings"])
    assert any(one["blocking"] for one in poor["reach"]["findings"])
    at_issue.advance(days=30)
    assert officer.get(f"{path}/check").json()["reach"] is None


def test_a_drafter_who_may_not_see_people_is_told_tens_for_which_no_last_fix_was_used(
    officer: Caller, analyst: Caller, roster: dict[str, Person]
) -> None:
    corners = content()["area"]["geometry"]["coordinates"][0]
    lon, lat = (sum(corner[axis] for corner in corners[:-1]) / (len(corners) - 1) for axis in (0, 1))
    now = clock.now()
    Position.objects.create(person=roster["san-diego"], lat=lat, lon=lon, accuracy_m=5, fixed_at=now, received_at=now)
    rule = {"terms": [{"link": "position"}], "include": [roster["imperial-valley"].code]}
    warning = drafted(analyst, audience=rule)
    path, looks = f"/warnings/{warning['id']}", Entry.objects.filter(kind="positions.counted")
    rough = analyst.get(f"{path}/check").json()["reach"]
    assert [rough[name] for name in ("total", "certain", "maybe", "out", "maybe_left_out")] == [0] * 5
    assert not any("1" in one["message"] or "2" in one["message"] for one in rough["findings"])
    assert not looks.exists()
    exact = officer.get(f"{path}/check").json()["reach"]
    assert exact["total"] == 2 and "position" in exact["reasons"]
    assert looks.get().actor == f"user:{officer.user.pk}", "that last fixes were counted is in the ledger"
    assert analyst.post(f"{path}/submit", {}).status_code == 200, "no refusal tells that a last fix makes it everybody"


def test_recipients_and_deliveries_show_the_whole_history(
    officer: Caller, second: Caller, roster: dict[str, Person]
) -> None:
    warning = issued(officer, second)
    message = Message.objects.get()
    recipient = Recipient.objects.create(
        realm="exercise",
        warning=message.warning,
        person=roster["san-diego"],
        presence="in",
        reason="unit:san-diego",
        joined_by=message,
        state="safe",
        state_at=SENT,
        created_at=SENT,
    )
    Delivery.objects.create(
        message=message,
        recipient=recipient,
        person=roster["san-diego"],
        purpose="warn",
        channel="smtp",
        step=0,
        level="accepted",
        attempts=1,
        at=SENT,
    )
    Receipt.objects.create(delivery=Delivery.objects.get(), level="delivered", detail="250 kept", at=SENT)
    Acknowledgement.objects.create(recipient=recipient, message=message, response="safe", at=SENT)
    (row,) = officer.get("/recipients", warning=warning["id"], state="safe").json()["items"]
    assert (row["person_code"], row["reason"]) == ("ex-san-diego", "unit:san-diego")
    whole = officer.get(f"/recipients/{row['id']}").json()
    assert [one["level"] for one in whole["deliveries"]] == ["accepted"]
    assert [(one["level"], one["detail"]) for one in whole["deliveries"][0]["receipts"]] == [("delivered", "250 kept")]
    assert [one["response"] for one in whole["answers"]] == ["safe"]
    (delivery,) = officer.get("/deliveries", recipient=row["id"], level="accepted").json()["items"]
    assert officer.get(f"/deliveries/{delivery['id']}").json() == delivery
    assert officer.get("/recipients", warning=warning["id"], state="failed").json()["items"] == []
    assert officer.get("/recipients", state="happy").json()["field"] == "state"


def test_progress_is_the_block_by_which_drills_are_measured(
    officer: Caller, second: Caller, roster: dict[str, Person]
) -> None:
    warning = issued(officer, second)
    told = officer.get(f"/warnings/{warning['id']}/progress").json()
    assert (told["recipients"], told["first_notified"], told["p50_answer_s"], told["finished"]) == (0, "", None, False)
    assert told["issued_at"] == officer.get(f"/warnings/{warning['id']}").json()["messages"][0]["issued_at"]
    assert officer.get("/warnings/999/progress").status_code == 404


def test_the_roster_is_kept_over_the_api(admin: Caller, roster: dict[str, Person]) -> None:
    unit = admin.post("/units", {"code": "otay", "name": "Otay post", "parent": "san-diego"}).json()
    assert unit["parent"] == "san-diego"
    person = admin.post("/people", {"code": "ex-9", "name": "Pat Example", "unit": "otay"}).json()
    point = {"channel": "smtp", "address": "pat@vedette.example"}
    assert admin.post(f"/people/{person['id']}/contact-points", point).json()["contact_points"][0]["channel"] == "smtp"
    assert [one["code"] for one in admin.get("/people", unit="otay").json()["items"]] == ["ex-9"]
    hours = {"person": person["id"], "starts": "2025-12-04T17:00:00Z", "ends": "2025-12-05T01:00:00Z"}
    shift = admin.post("/shifts", hours).json()
    assert shift["starts"] == "2025-12-04T17:00:00.000000+00:00"
    ended = admin.post(f"/shifts/{shift['id']}/end", {"at": "2025-12-04T20:00:00Z"}).json()
    assert ended["ends"] == "2025-12-04T20:00:00.000000+00:00"
    assert admin.post(f"/shifts/{shift['id']}/end", {}).status_code == 204
    assert admin.get("/shifts", person=person["id"]).json()["items"] == []
    assert admin.post(f"/people/{person['id']}/deactivate").json()["active"] is False
    unknown = admin.post("/people", {"code": "ex-9", "name": "Pat", "unit": "nowhere"})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "unit")


def test_positions_come_in_batches_and_only_of_those_who_consent(admin: Caller, roster: dict[str, Person]) -> None:
    Person.objects.filter(code="ex-imperial-valley").update(position_consent=False)

    def fix(code: str, **other: Any) -> dict[str, Any]:
        at = {"lat": 32.57, "lon": -116.95, "accuracy_m": 10, "fixed_at": "2025-12-04T15:59:00Z"}
        return {"person": code, **at, **other}

    batch = [fix("ex-san-diego"), fix("ex-san-diego"), fix("ex-imperial-valley"), fix("nobody")]
    answer = admin.post("/positions", batch).json()
    assert answer["kept"] == 1
    assert [item["outcome"] for item in answer["items"]] == ["kept", "older", "no_consent", "unknown"]
    wrong = admin.post("/positions", [fix("ex-san-diego", fixed_at="2025-12-04T15:59:30Z"), fix("nobody", lat=None)])
    assert (wrong.status_code, wrong.json()["field"]) == (422, "1.lat")
    far = [fix("ex-san-diego", fixed_at="2025-12-04T15:59:30Z"), fix("ex-san-diego", lat=95)]
    assert admin.post("/positions", far).json()["field"] == "1.lat"
    assert Person.objects.get(code="ex-san-diego").position.fixed_at.isoformat() == "2025-12-04T15:59:00+00:00"


def test_the_ledger_proves_what_was_done(
    officer: Caller, second: Caller, overseer: Caller, roster: dict[str, Person]
) -> None:
    warning = issued(officer, second)
    entries = overseer.get("/ledger/entries", subject=f"warning:{warning['id']}").json()["items"]
    assert [entry["kind"] for entry in entries] == [
        "warning.drafted",
        "warning.submitted",
        "warning.approved",
        "warning.issued",
    ]
    seq = entries[-1]["seq"]
    assert overseer.get(f"/ledger/entries/{seq}").json() == entries[-1]
    shown = check_proof(overseer.get(f"/ledger/entries/{seq}/proof").json())
    assert shown["body"]["content_hash"] == warning["messages"][0]["content_hash"]
    made = overseer.post("/ledger/checkpoints")
    assert made.status_code == 201 and made.json()["size"] == 4
    assert overseer.get("/ledger/checkpoints").json()["items"] == [made.json()]


def test_what_a_repeat_leaves_out_lowers_no_mark(admin: Caller, roster: dict[str, Person]) -> None:
    analyst = call_as("analyst", Role.ANALYST, compartments=["falcon"])
    marked = {"handling": "TLP:RED", "need_to_know": "|falcon|"}
    told = {"title": "t", "happened_from": "2025-12-04T15:00:00Z", "happened_to": "2025-12-04T15:00:00Z", "place": "p"}
    number = analyst.post("/incidents", {**told, **marked}).json()["id"]
    analyst.post("/sources", {"handle": "asset", "descriptor": "x", **marked})
    person = {"code": "ex-new", "name": "New", "unit": "new"}
    unit = {"code": "new", "name": "New"}
    for path, body in (("/units", unit), ("/people", person)):
        assert admin.post(path, {**body, "handling": "TLP:RED"}).status_code == 201
        assert admin.post(path, body).json()["handling"] == "TLP:RED"
    for path, body in (("/sources", {"handle": "asset"}), (f"/incidents/{number}", told)):
        again = analyst.post(path, body).json()
        assert {name: again[name] for name in marked} == marked
    assert analyst.post("/threat-actors", {"name": "n"}).json()["handling"] == "TLP:AMBER+STRICT"


def test_a_hidden_source_s_handle_is_one_neutral_error(analyst: Caller) -> None:
    assert analyst.post("/sources", {"handle": "asset", "handling": "TLP:RED"}).status_code == 201
    low = call_as("low", Role.ANALYST, clearance=Tlp.AMBER)
    for answer in (reported(low, source="asset"), low.post("/sources", {"handle": "asset"})):
        assert answer.status_code == 422
        assert (answer.json()["field"], answer.json()["detail"]) == ("source", "cannot be used; choose another handle")
