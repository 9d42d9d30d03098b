"""The inbox, and a report with its claims."""

from __future__ import annotations

import re

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.web.console.house import House, text_of
from vedette.reports.models import Claim, Grade, Report

FORM = {"source": "news-desk", "handling": "TLP:AMBER", "title": "", "text": "", "published": "2025-12-04"}


def test_a_pasted_text_becomes_a_report_with_its_claims_in_the_text(house: House) -> None:
    browser = house.browser("analyst")
    text = "Officials said on Friday that armed men may shoot at patrols near Otay Mesa this weekend."
    response = browser.post("/reports/", {**FORM, "text": text})
    report = Report.objects.get()
    assert response["Location"] == f"/reports/{report.pk}/"
    page = text_of(browser.get(response["Location"]))
    marked = "".join(re.findall(r"<mark[^>]*>([^<]*)</mark>", page))
    for claim in report.claims.all():
        assert report.text[claim.start : claim.end] in marked
        assert f'id="claim-{claim.key}"' in page


def test_an_uploaded_file_is_taken_in_as_it_is(house: House) -> None:
    body = b"<html><body><p>The sheriff warned that roads may be blocked.</p></body></html>"
    upload = SimpleUploadedFile("news.html", body, "text/html")
    house.browser("analyst").post("/reports/", {**FORM, "file": upload})
    report = Report.objects.get()
    assert bytes(report.original) == body
    assert report.media_type == "text/html"


def test_what_cannot_be_taken_in_is_told_at_its_field_and_changes_nothing(house: House) -> None:
    browser = house.browser("analyst")
    page = browser.post("/reports/", {**FORM, "source": "", "published": "yesterday"})
    assert page.status_code == 422
    for name in ("source", "text", "published"):
        assert f'href="#id-{name}"' in text_of(page)
        assert f'id="{name}-error"' in text_of(page)
    assert not Report.objects.exists()


def test_the_draft_s_fields_link_to_the_words_they_rest_on(house: House) -> None:
    report = house.report()
    page = text_of(house.browser("analyst").get(f"/reports/{report.pk}/"))
    for field in report.draft.values():
        for key in field.get("claims", ()):
            assert f'href="#claim-{key}" data-go="{key}"' in page


def test_a_claim_is_accepted_rejected_and_graded_with_one_press_each(house: House) -> None:
    report = house.report()
    claim = report.claims.all()[0]
    browser, path = house.browser("analyst"), f"/reports/{report.pk}/claims/{claim.key}/"
    browser.post(path, {"verdict": "accept"})
    assert Claim.objects.get(pk=claim.pk).status == "accepted"
    browser.post(path, {"verdict": "reject"})
    assert Claim.objects.get(pk=claim.pk).status == "rejected"
    browser.post(path, {"credibility": "3"})
    assert Grade.objects.get(claim=claim).value == "3"


def test_over_htmx_the_judged_claim_comes_back_as_its_card_alone(house: House) -> None:
    report = house.report()
    claim = report.claims.all()[0]
    response = house.browser("analyst").post(
        f"/reports/{report.pk}/claims/{claim.key}/", {"verdict": "accept"}, headers={"HX-Request": "true"}
    )
    card = text_of(response)
    assert card.startswith("<article") and "<html" not in card
    assert 'data-status="accepted"' in card


def test_a_grade_that_cannot_stand_is_refused_on_the_card(house: House) -> None:
    report = house.report()
    claim = report.claims.all()[0]
    response = house.browser("analyst").post(
        f"/reports/{report.pk}/claims/{claim.key}/", {"credibility": "1"}, headers={"HX-Request": "true"}
    )
    assert "two accepted claims of independent origins" in text_of(response)
    assert not Grade.objects.filter(claim=claim).exists()


def test_an_officer_reads_the_claims_and_cannot_judge_them(house: House) -> None:
    report = house.report()
    browser = house.browser("officer")
    assert "judge-claim" not in text_of(browser.get(f"/reports/{report.pk}/"))
    key = report.claims.all()[0].key
    assert browser.post(f"/reports/{report.pk}/claims/{key}/", {"verdict": "accept"}).status_code == 403


def test_grading_a_source_begins_with_no_grade_and_asks_for_one(house: House) -> None:
    report = house.report()
    browser, path = house.browser("analyst"), f"/reports/{report.pk}/"
    before = Grade.objects.filter(source=report.source).count()
    form = text_of(browser.get(path)).partition('name="reliability"')[2].partition("</select>")[0]
    assert form.index('value="" selected') < form.index('value="A"') and form.count(" selected") == 1
    refused = browser.post(f"{path}source/", {"reliability": "", "reason": "a long record"})
    assert refused.status_code == 422
    assert 'href="#id-reliability">Reliability: Choose a grade' in text_of(refused)
    assert 'value="a long record"' in text_of(refused), "what was typed is kept"
    assert Grade.objects.filter(source=report.source).count() == before


def test_grading_a_source_asks_why(house: House) -> None:
    report = house.report()
    browser = house.browser("analyst")
    refused = browser.post(f"/reports/{report.pk}/source/", {"reliability": "B", "reason": ""})
    assert refused.status_code == 422
    browser.post(f"/reports/{report.pk}/source/", {"reliability": "B", "reason": "a long record"})
    assert Grade.objects.get(source=report.source).value == "B"
