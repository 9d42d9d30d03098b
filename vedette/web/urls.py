"""The console's addresses, in the order of the way through the house."""

from __future__ import annotations

from django.urls import path

from vedette.web.console import (
    approval,
    calibration,
    compose,
    escalation,
    ground,
    home,
    hypotheses,
    judgement_check,
    ledger,
    people,
    reports,
    session,
    shared,
    sources,
    threats,
    warnings,
)

app_name = "console"

_message = "warnings/<int:warning_id>/messages/<int:number>/"

urlpatterns = [
    path("", home.home, name="home"),
    path("realm/", session.realm, name="realm"),
    path("theme/", session.theme, name="theme"),
    path("reports/", reports.listed, name="inbox"),
    path("reports/<int:report_id>/", reports.report, name="report"),
    path("reports/<int:report_id>/source/", reports.judge_source, name="grade-source"),
    path("reports/<int:report_id>/claims/<str:key>/", reports.judge_claim, name="judge-claim"),
    path("sources/<int:source_id>/", sources.source, name="source"),
    path("threats/", threats.board, name="threats"),
    path("threats/new/", threats.assess, name="threat-new"),
    path("threats/new/check/", judgement_check.check, name="judgement-check"),
    path("threats/escalation/", escalation.escalating, name="escalation"),
    path("threats/calibration/", calibration.calibrated, name="calibration"),
    path("threats/<int:threat_id>/", threats.threat, name="threat"),
    path("threats/<int:threat_id>/hypotheses/", hypotheses.hypotheses, name="hypotheses"),
    path("threats/<int:threat_id>/hypotheses/add/", hypotheses.add, name="hypothesis-add"),
    path("threats/<int:threat_id>/determine/", threats.determine, name="determine"),
    path("threats/<int:threat_id>/determinations/<int:determination_id>/agree/", threats.agree, name="agree"),
    path("threats/<int:threat_id>/close/", threats.close, name="close"),
    path("threats/<int:threat_id>/outcome/", threats.outcome, name="outcome"),
    path("threats/<int:pk>/stix.json", shared.stix, {"kind": "threat"}, name="threat-stix"),
    path("incidents/<int:incident_id>/", threats.incident, name="incident"),
    path("incidents/<int:pk>/stix.json", shared.stix, {"kind": "incident"}, name="incident-stix"),
    path("warnings/", warnings.listed, name="warnings"),
    path("warnings/new/", compose.compose, name="compose"),
    path("warnings/check/", compose.check, name="check"),
    path("areas/put/", ground.put, name="area"),
    path("areas/places/", ground.places, name="places"),
    path("warnings/<int:warning_id>/", warnings.warning, name="warning"),
    path("warnings/<int:warning_id>/live/<slug:name>", warnings.fragment, name="fragment"),
    path("warnings/<int:warning_id>/drill.csv", warnings.drilled, {"form": "csv"}, name="drill-csv"),
    path("warnings/<int:warning_id>/drill.json", warnings.drilled, {"form": "json"}, name="drill-json"),
    path("warnings/<int:warning_id>/update/", compose.update, name="update"),
    path("warnings/<int:warning_id>/cancel/", warnings.cancel, name="cancel"),
    path("warnings/<int:warning_id>/all-clear/", warnings.all_clear, name="all-clear"),
    path(f"{_message}", approval.review, name="review"),
    path(f"{_message}edit/", compose.edit, name="edit"),
    path(f"{_message}decide/", approval.decide_on, name="decide"),
    path(f"{_message}issue/", approval.issue, name="issue"),
    path(f"{_message}cap.xml", warnings.cap, name="cap"),
    path("people/", people.listed, name="people"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/quiet/", people.quiet, name="quiet"),
    path("people/<int:person_id>/vouch/<int:recipient_id>/", people.vouch, name="vouch"),
    path("ledger/", ledger.entries, name="ledger"),
    path("ledger/verify/", ledger.check, name="ledger-verify"),
    path("ledger/checkpoint/", ledger.download, name="ledger-checkpoint"),
]
