"""Incidents on their pages: recorded from claims, contested side by side, with inquiries and with evidence."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.web.console.house import House, text_of
from vedette.access.handling import Tlp
from vedette.ledger.models import Entry
from vedette.reports.models import Claim, Evidence, Report
from vedette.threats import actions
from vedette.threats.models import Contest, Incident, Inquiry, Threat

TOLD: dict[str, Any] = {
    "title": "Vehicle struck a person",
    "happened_from": "2025-11-27T03:00",
    "happened_to": "2025-11-27T04:30",
    "place": "near Chula Vista",
    "point": "32.5600, -117.0300",
    "precision_m": "5000",
    "handling": "TLP:AMBER",
}
VIDEO = bytes(range(256)) * 40


def contested(report: Report) -> tuple[Claim, Claim]:
    """What the agency and the group say of the same thing."""
    agency, group = report.claims.get(quote__contains="watching two men"), report.claims.get(quote__contains="cause.")
    return agency, group


def recorded(house: House, report: Report) -> Incident:
    """An incident with both accounts, recorded on the page by the analyst."""
    claims = [str(claim.pk) for claim in contested(report)]
    answer = house.browser("analyst").post(f"/incidents/new/?report={report.pk}", {**TOLD, "claim": claims})
    assert answer.status_code == 302, text_of(answer)
    return Incident.objects.get()


def test_an_incident_is_recorded_from_the_claims_of_a_report_with_how_exactly_its_place_and_time_are_known(
    house: House,
) -> None:
    report = house.report()
    assert f"/incidents/new/?report={report.pk}" in text_of(house.browser("analyst").get(f"/reports/{report.pk}/"))
    incident = recorded(house, report)
    assert set(incident.accounts.all()) == set(contested(report))
    page = text_of(house.browser("officer").get(f"/incidents/{incident.pk}/"))
    assert "between" in page and "known to within 5 km" in page and "32.5600, -117.0300" in page
    for claim in contested(report):
        assert claim.quote in page.replace("&#x27;", "'")
    assert "the Ridge group" in page and "The agency" in page
    assert incident.title in text_of(house.browser("officer").get("/incidents/"))
    assert Entry.objects.filter(kind="incident.kept", subject=f"incident:{incident.pk}").count() == 1


def test_a_place_that_a_claim_names_can_be_taken_instead_of_written(house: House) -> None:
    report = house.report()
    browser = house.browser("analyst")
    offered = text_of(browser.get(f"/incidents/new/?report={report.pk}"))
    point = offered.split('id="id-named"')[1].split('<option value="')[2].split('"')[0]
    browser.post(f"/incidents/new/?report={report.pk}", {**TOLD, "point": "", "named": point})
    incident = Incident.objects.get()
    assert f"{incident.lat:.4f}, {incident.lon:.4f}" == point


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"happened_from": ""}, "happened_from"),
        ({"happened_from": "often"}, "happened_from"),
        ({"happened_to": "2025-11-26T00:00"}, "happened_to"),
        ({"point": "Chula Vista"}, "point"),
        ({"point": "95, 10"}, "point"),
        ({"precision_m": "near"}, "precision_m"),
        ({"precision_m": "-1"}, "precision_m"),
        ({"handling": "TLP:CLEAR"}, "handling"),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field_and_what_was_written_stays(
    house: House, change: dict[str, str], field: str
) -> None:
    report = house.report()
    claims = [str(claim.pk) for claim in contested(report)]
    given = {**TOLD, "claim": claims, **change}
    answer = house.browser("analyst").post(f"/incidents/new/?report={report.pk}", given)
    page = text_of(answer)
    assert answer.status_code == 422 and f'href="#id-{field}"' in page
    assert f'value="{claims[0]}" checked' in page
    assert not Incident.objects.exists()


def test_a_change_keeps_the_accounts_that_are_there_and_never_lowers_the_mark(house: House) -> None:
    incident = recorded(house, house.report())
    browser, path = house.browser("analyst"), f"/incidents/{incident.pk}/edit/"
    assert 'value="2025-11-27T03:00"' in text_of(browser.get(path))
    browser.post(path, {**TOLD, "title": "A vehicle struck somebody"})
    incident.refresh_from_db()
    assert (incident.title, incident.accounts.count()) == ("A vehicle struck somebody", 2)
    assert browser.post(path, {**TOLD, "handling": "TLP:GREEN"}).status_code == 422
    assert house.browser("officer").get(path).status_code == 403


def test_accounts_that_contradict_each_other_stand_beside_one_another_until_and_after_it_is_settled(
    house: House,
) -> None:
    report = house.report()
    incident = recorded(house, report)
    path, browser = f"/incidents/{incident.pk}/", house.browser("analyst")
    claims = [str(claim.pk) for claim in contested(report)]
    one = browser.post(f"{path}contests/", {"matter": "whether he was seen", "claim": claims[:1]})
    assert one.status_code == 422 and 'href="#id-claims"' in text_of(one)
    other = str(report.claims.exclude(pk__in=claims).first().pk)
    assert browser.post(f"{path}contests/", {"matter": "that", "claim": [claims[0], other]}).status_code == 422
    browser.post(f"{path}contests/", {"matter": "whether he was seen", "claim": claims})
    page = text_of(house.browser("officer").get(path))
    panel = page.split("Contested: whether he was seen")[1].split("</section>")[0]
    assert all(claim.quote in panel.replace("&#x27;", "'") for claim in contested(report))
    assert "open" in panel and "Every account is contested." in page
    settling = f"{path}contests/{Contest.objects.get().pk}/"
    assert browser.post(settling, {"settled": " "}).status_code == 422
    browser.post(settling, {"settled": "The video shows the driver looking away."})
    again = browser.post(settling, {"settled": "No, it does not."})
    assert again.status_code == 422 and "settled before" in text_of(again)
    page = text_of(browser.get(path))
    assert "The video shows the driver looking away." in page and "Say how it was settled" not in page
    kinds = set(Entry.objects.filter(subject=f"incident:{incident.pk}").values_list("kind", flat=True))
    assert {"incident.contested", "incident.contest_settled"} <= kinds


def test_more_accounts_are_added_from_another_report_and_one_above_the_incident_is_refused(house: House) -> None:
    incident = recorded(house, house.report())
    news = house.report("news", Tlp.AMBER)
    browser, path = house.browser("analyst"), f"/incidents/{incident.pk}/"
    claim = news.claims.all()[0]
    offered = text_of(browser.get(path, {"accounts": str(news.pk)}))
    assert f'name="claim" value="{claim.pk}"' in offered
    assert browser.post(f"{path}accounts/", {"accounts": str(news.pk)}).status_code == 422
    browser.post(f"{path}accounts/", {"claim": [str(claim.pk)]})
    assert claim in incident.accounts.all()
    Report.objects.filter(pk=news.pk).update(handling=Tlp.RED.value)
    other = news.claims.all()[1]
    refused = browser.post(f"{path}accounts/", {"claim": [str(other.pk)]})
    assert refused.status_code == 422 and "is lower than TLP:RED" in text_of(refused)
    assert other not in incident.accounts.all()


def test_several_bodies_look_into_one_incident_each_with_its_own_finding(house: House) -> None:
    incident = recorded(house, house.report())
    browser, path = house.browser("analyst"), f"/incidents/{incident.pk}/"
    for body in ("County prosecutor", "The agency", "Oversight office"):
        browser.post(f"{path}inquiries/", {"body": body, "opened_on": "2025-11-28"})
    assert browser.post(f"{path}inquiries/", {"body": "Press", "opened_on": "soon"}).status_code == 422
    first = Inquiry.objects.earliest("pk")
    browser.post(f"{path}inquiries/{first.pk}/", {"status": "closed", "finding": "No charge."})
    assert browser.post(f"{path}inquiries/{first.pk}/", {"status": "won"}).status_code == 422
    page = text_of(house.browser("officer").get(path))
    assert [body in page for body in ("County prosecutor", "The agency", "Oversight office")] == [True] * 3
    assert "No charge." in page and "Nothing found yet." in page and "It looks into it too" not in page


def test_evidence_is_uploaded_hashed_and_handed_out_unchanged_with_every_hand_it_went_through(house: House) -> None:
    incident = recorded(house, house.report())
    path, browser = f"/incidents/{incident.pk}/evidence/", house.browser("analyst")
    browser.post(path, {"file": SimpleUploadedFile("collision.mp4", VIDEO, "video/mp4")})
    evidence = Evidence.objects.get()
    sha256 = hashlib.sha256(VIDEO).hexdigest()
    assert (evidence.sha256, evidence.handling, list(incident.evidence.all())) == (sha256, "TLP:AMBER", [evidence])
    assert sha256 in text_of(house.browser("officer").get(f"/incidents/{incident.pk}/"))
    given = house.browser("overseer").get(f"/evidence/{evidence.pk}/original")
    assert given.content == VIDEO
    assert given["Content-Disposition"] == "attachment; filename*=UTF-8''collision.mp4"
    assert given["Content-Type"] == "application/octet-stream", "whatever it is, no browser opens it"
    page = text_of(browser.get(f"/evidence/{evidence.pk}/"))
    assert "Taken in</strong> by Anouk Analyst" in page and "Handed out</strong> to" in page
    assert "unchanged" in page and incident.title in page


def test_evidence_that_was_changed_where_it_is_kept_is_said_to_be_and_is_not_handed_out(house: House) -> None:
    incident = recorded(house, house.report())
    evidence = actions.add_evidence(house.actor("analyst"), incident, "collision.mp4", VIDEO, "video/mp4")
    Evidence.objects.update(content=VIDEO[:-1])
    browser = house.browser("analyst")
    page = text_of(browser.get(f"/evidence/{evidence.pk}/"))
    assert "no longer what was taken in" in page and "Hand out" not in page
    answer = browser.get(f"/evidence/{evidence.pk}/original", follow=True)
    assert "It was not handed out" in text_of(answer)


def test_an_empty_and_a_missing_file_are_refused_and_an_exotic_kind_of_file_is_kept(house: House) -> None:
    incident = recorded(house, house.report())
    path, browser = f"/incidents/{incident.pk}/evidence/", house.browser("analyst")
    assert browser.post(path, {}).status_code == 422
    assert browser.post(path, {"file": SimpleUploadedFile("empty", b"", "text/plain")}).status_code == 422
    assert not Evidence.objects.exists()
    browser.post(path, {"file": SimpleUploadedFile("<b>.txt", b"x", "text/plain; charset=utf-8")})
    assert Evidence.objects.get().media_type == "text/plain"


def test_what_one_may_not_see_of_an_incident_is_neither_shown_nor_counted_nor_lost(house: House) -> None:
    report = house.report()
    incident = recorded(house, report)
    evidence = actions.add_evidence(house.actor("analyst"), incident, "secret.mp4", VIDEO, "video/mp4")
    threat = Threat.objects.create(
        **{name: getattr(incident, name) for name in ("realm", "created_at", "title")} | {"title": "The hidden threat"},
        handling=Tlp.RED.value,
        window_from=incident.happened_from,
        window_to=incident.happened_to,
        likelihood=0.5,
        confidence="low",
        author=house.users["analyst"],
        assessed_at=incident.created_at,
        trigger=incident,
    )
    Evidence.objects.update(handling=Tlp.RED.value)
    Report.objects.update(handling=Tlp.RED.value)
    for user in house.users.values():
        user.clearance = Tlp.AMBER_STRICT.value
        user.save()
    browser, path = house.browser("analyst"), f"/incidents/{incident.pk}/"
    page = text_of(browser.get(path))
    assert "secret.mp4" not in page and threat.title not in page
    assert not any(claim.quote in page for claim in contested(report))
    assert browser.get(f"/evidence/{evidence.pk}/").status_code == 404
    assert browser.get(f"/evidence/{evidence.pk}/original").status_code == 404
    browser.post(f"{path}edit/", {**TOLD, "title": "Changed by somebody who sees less"})
    incident.refresh_from_db()
    assert (incident.accounts.count(), incident.evidence.count()) == (2, 1)


def test_a_report_leads_to_its_source_only_for_those_who_may_open_it(house: House) -> None:
    report, browser = house.report(), house.browser("analyst")
    link = f'href="/sources/{report.source_id}/"'
    assert link in text_of(browser.get(f"/reports/{report.pk}/"))
    report.source.handling = Tlp.RED.value
    report.source.save()
    house.users["analyst"].clearance = Tlp.AMBER.value
    house.users["analyst"].save()
    assert link not in text_of(browser.get(f"/reports/{report.pk}/"))


def test_a_threat_that_an_incident_set_off_is_judged_from_its_page_with_an_actor_of_its_own(house: House) -> None:
    report = house.report()
    incident = recorded(house, report)
    browser, path = house.browser("analyst"), f"/threats/new/?trigger={incident.pk}&report={report.pk}"
    page = text_of(browser.get(path))
    assert f'<option value="{incident.pk}" selected' in page
    judged = {
        "title": "Shots at patrols",
        "target_group": "all agents",
        "place": "San Diego sector",
        "window_from": "2031-01-02T06:00",
        "window_to": "2031-01-05T06:00",
        "likelihood": "60",
        "confidence": "moderate",
        "handling": "TLP:AMBER",
        "trigger": str(incident.pk),
        "actor_new": "The Ridge group",
        f"claim-{contested(report)[0].pk}": "for",
    }
    refused = browser.post(path, judged | {"actor_new": "x" * 201})
    assert refused.status_code == 422 and 'href="#id-actor_new"' in text_of(refused)
    assert browser.post(path, judged | {"likelihood": "0"}).status_code == 422
    assert not Threat.objects.exists()
    assert "The Ridge group" not in text_of(browser.get(path)), "a judgement that is refused leaves no actor behind"
    browser.post(path, judged)
    threat = Threat.objects.get()
    assert threat.actor is not None
    assert (threat.actor.name, threat.trigger) == ("The Ridge group", incident)
    assert threat.title in text_of(browser.get(f"/incidents/{incident.pk}/"))
