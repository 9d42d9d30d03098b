"""The threat board, a judgement, and the decision to warn."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from tests.web.console.house import House, text_of
from vedette import clock
from vedette.clock import Frozen
from vedette.reports.actions import reject_claim
from vedette.reports.models import Report
from vedette.threats import actions
from vedette.threats.models import Determination, Threat
from vedette.warnings import actions as warnings
from vedette.warnings.approval import content_hash

JUDGED: dict[str, Any] = {
    "title": "Shots at patrols",
    "target_group": "all agents",
    "place": "San Diego sector",
    "window_from": "2031-01-02T06:00",
    "window_to": "2031-01-05T06:00",
    "likelihood": "60",
    "confidence": "moderate",
    "handling": "TLP:AMBER",
    "area": "san-diego",
}


def judged(house: House, report: Report) -> Threat:
    """A threat judged on the page by the analyst."""
    first, second = report.claims.all()[:2]
    sides = {f"claim-{first.pk}": "for", f"claim-{second.pk}": "against"}
    house.browser("analyst").post(f"/threats/new/?report={report.pk}", JUDGED | sides)
    return Threat.objects.get()


def test_a_judgement_is_recorded_with_claims_on_both_sides(house: House) -> None:
    report = house.report()
    threat = judged(house, report)
    first, second = report.claims.all()[:2]
    assert (list(threat.claims_for.all()), list(threat.claims_against.all())) == ([first], [second])
    page = text_of(house.browser("officer").get(f"/threats/{threat.pk}/"))
    assert "likely, 60 %" in page
    assert "moderate confidence" in page
    assert first.quote in page and second.quote in page


def test_a_judgement_without_a_claim_is_refused(house: House) -> None:
    report = house.report()
    response = house.browser("analyst").post(f"/threats/new/?report={report.pk}", JUDGED)
    assert response.status_code == 422
    assert "Cite at least one claim" in text_of(response)
    assert not Threat.objects.exists()


def test_a_certainty_is_no_likelihood(house: House) -> None:
    report = house.report()
    sides = {f"claim-{report.claims.all()[0].pk}": "for"}
    for said in ("100", "0", "often"):
        response = house.browser("analyst").post(
            f"/threats/new/?report={report.pk}", {**JUDGED, **sides, "likelihood": said}
        )
        assert response.status_code == 422
        assert 'href="#id-likelihood"' in text_of(response)
    assert not Threat.objects.exists()


def test_an_undetermined_threat_stands_on_the_board_and_on_the_start_page_until_it_is_warned_of(house: House) -> None:
    threat = judged(house, house.report())
    browser = house.browser("officer")
    assert "not determined" in text_of(browser.get("/threats/"))
    assert threat.title in text_of(browser.get("/"))
    answers = {"credible": "yes", "specific": "yes", "decision": "not_warn", "ground": "a hoax, says the source"}
    path = f"/threats/{threat.pk}/"
    refused = browser.post(f"{path}determine/", answers)
    assert refused.status_code == 422 and 'href="#id-basis"' in text_of(refused)
    browser.post(f"{path}determine/", answers | {"basis": "not_credible"})
    found = Determination.objects.get()
    assert (found.decision, found.credible, found.impending) == ("not_warn", True, False)
    assert "a second must agree" in text_of(browser.get("/"))
    assert "Agree that nobody is warned" not in text_of(browser.get(path)), "it is for somebody else"
    second = house.browser("second")
    assert "Agree that nobody is warned" in text_of(second.get(path))
    second.post(f"{path}determinations/{found.pk}/agree/")
    assert threat.title not in text_of(browser.get("/"))
    assert "Otto Second agreed" in text_of(browser.get(path))


def test_the_list_says_for_how_long_how_likely_and_what_is_left(house: House, stopped_clock: Frozen) -> None:
    threat = judged(house, house.report())
    stopped_clock.advance(hours=5)
    for path in ("/", "/threats/"):
        panel = text_of(house.browser("officer").get(path)).split('id="unwarned"')[1].split("</section>")[0]
        assert "likely (60 %)" in panel and "5 h 00 min" in panel
        assert "left of its window" in panel and "not determined" in panel
    stopped_clock.advance(seconds=(threat.window_to - clock.now()).total_seconds() + 60)
    assert "window over" in text_of(house.browser("officer").get("/"))


def test_figures_tell_of_threats_nobody_is_warned_of_and_of_broken_glass(house: House, stopped_clock: Frozen) -> None:
    judged(house, house.report())
    message = house.submitted()
    warnings.approve(house.actor("officer"), message, content_hash(message), "nobody answers", break_glass=True)
    stopped_clock.advance(hours=1)
    figures = text_of(Client().get("/metrics"))
    assert 'vedette_threats_unwarned{realm="exercise"} 1.0' in figures
    assert 'vedette_threats_unwarned_oldest_seconds{realm="exercise"} 3600.0' in figures
    assert 'vedette_break_glass{realm="exercise"} 1.0' in figures
    assert 'vedette_break_glass{realm="live"} 0.0' in figures


def test_a_threat_is_closed_on_its_page_once_it_is_settled_and_not_before(house: House) -> None:
    threat = judged(house, house.report())
    path, browser = f"/threats/{threat.pk}/", house.browser("officer")
    refused = browser.post(f"{path}close/")
    assert refused.status_code == 422
    assert "decide first whether people are warned of it" in text_of(refused)
    actions.agree(
        house.actor("second"),
        actions.determine(
            house.actor("officer"),
            threat,
            "not_warn",
            basis="passed",
            credible=True,
            specific=True,
            impending=False,
            ground="arrests",
        ),
    )
    browser.post(f"{path}close/")
    assert Threat.objects.get().closed_at is not None
    assert "Close the threat" not in text_of(browser.get(path))


def test_a_decision_without_grounds_is_refused_at_its_field(house: House) -> None:
    threat = judged(house, house.report())
    response = house.browser("officer").post(f"/threats/{threat.pk}/determine/", {"decision": "warn", "ground": ""})
    assert response.status_code == 422
    assert 'href="#id-ground"' in text_of(response)


def test_its_author_may_not_say_what_became_of_a_threat(house: House) -> None:
    threat = judged(house, house.report())
    response = house.browser("analyst").post(f"/threats/{threat.pk}/outcome/", {"result": "happened", "note": ""})
    assert response.status_code == 422
    assert "somebody else must" in text_of(response)


def test_a_warning_drafted_from_a_threat_takes_its_place_and_window(house: House) -> None:
    threat = judged(house, house.report())
    page = text_of(house.browser("officer").get("/warnings/new/", {"threat": threat.pk}))
    assert f'href="/threats/{threat.pk}/"' in page
    assert '"type": "Polygon"' in page.replace("&quot;", '"')
    shown = dict(re.findall(r'name="([a-z.]+)" type="[a-z-]+" value="([^"]*)"', page))
    assert (shown["onset"], shown["expires"]) == (JUDGED["window_from"], JUDGED["window_to"])
    assert (shown["headline"], shown["area.description"]) == (JUDGED["title"], JUDGED["place"])


def test_a_warning_drafted_from_a_threat_whose_window_has_begun_holds_from_when_it_goes_out(
    house: House, stopped_clock: Frozen
) -> None:
    threat = judged(house, house.report())
    stopped_clock.advance(seconds=(threat.window_from - clock.now()).total_seconds() + 36_000)
    page = text_of(house.browser("officer").get("/warnings/new/", {"threat": threat.pk}))
    shown = dict(re.findall(r'name="([a-z.]+)" type="[a-z-]+" value="([^"]*)"', page))
    assert (shown.get("onset", ""), shown["expires"]) == ("", JUDGED["window_to"])
    stopped_clock.advance(days=4)
    page = text_of(house.browser("officer").get("/warnings/new/", {"threat": threat.pk}))
    assert not dict(re.findall(r'name="([a-z.]+)" type="[a-z-]+" value="([^"]*)"', page)).get("expires")


def test_what_became_of_a_threat_is_said_again_and_both_stand_on_its_page(house: House, stopped_clock: Frozen) -> None:
    threat = judged(house, house.report())
    claim = threat.claims_for.get()
    browser, path = house.browser("officer"), f"/threats/{threat.pk}/"
    browser.post(f"{path}outcome/", {"result": "unknown", "note": "Nobody has looked."})
    stopped_clock.advance(seconds=(threat.window_to - clock.now()).total_seconds())
    refused = browser.post(f"{path}outcome/", {"result": "happened", "note": "Shots.", "claim": [str(claim.pk)]})
    assert refused.status_code == 422 and 'href="#id-happened_at"' in text_of(refused)
    assert f'value="{claim.pk}" checked' in text_of(refused), "what was chosen stays chosen"
    told = {"result": "happened", "note": "Shots.", "happened_at": "2031-01-03T06:00", "claim": [str(claim.pk)]}
    assert browser.post(f"{path}outcome/", told).status_code == 302
    page = text_of(browser.get(path))
    assert "Nobody has looked." in page and "said before" in page
    assert threat.outcomes.last().claims.get() == claim


def test_the_calibration_page_says_in_words_what_its_drawing_shows(house: House, stopped_clock: Frozen) -> None:
    browser = house.browser("officer")
    assert "Too few to tell" in text_of(browser.get("/threats/calibration/"))
    threat = judged(house, house.report())
    stopped_clock.advance(seconds=(threat.window_to - clock.now()).total_seconds())
    actions.set_outcome(house.actor("officer"), threat, "did_not", "Quiet.")
    page = text_of(browser.get("/threats/calibration/", {"threshold": "55"}))
    assert "1 false alarm<" in page and "likely: 0 of 1 happened, 60 % said" in page
    assert "too few to tell" in page and threat.title in page
    for wrong in ("0", "100", "often", "nan"):
        assert browser.get("/threats/calibration/", {"threshold": wrong}).status_code == 422


def test_a_judgement_s_words_are_told_while_it_is_written_and_on_its_page(house: House) -> None:
    report, browser = house.report(), house.browser("analyst")
    said = JUDGED | {"intent": "They may attack. It is likely, with high confidence."}
    fragment = text_of(browser.post("/threats/new/check/", said))
    assert [rule in fragment for rule in ("J01", "J02", "J03", "J04")] == [True, True, False, True]
    assert "They <mark>may</mark> attack." in fragment and 'href="#id-intent"' in fragment
    sound = text_of(browser.post("/threats/new/check/", JUDGED | {f"claim-{report.claims.all()[0].pk}": "for"}))
    assert "kept apart" in sound and "J0" not in sound
    browser.post(f"/threats/new/?report={report.pk}", said | {f"claim-{report.claims.all()[0].pk}": "for"})
    assert "<mark>may</mark>" in text_of(house.browser("officer").get(f"/threats/{Threat.objects.get().pk}/"))


def test_whether_it_is_growing_is_said_in_words_and_as_a_table(house: House, stopped_clock: Frozen) -> None:
    threat, browser = judged(house, house.report()), house.browser("officer")
    stopped_clock.advance(hours=1)
    for of in ("", f"group:{threat.target_group}", "area:san-diego"):
        page = text_of(browser.get("/threats/escalation/", {"of": of, "days": "7"}))
        assert "too few to tell" in page and "1 in the last 7 days, 0 in the 35 before" in page
        assert threat.title in page
    assert browser.get("/threats/escalation/", {"of": "area:nowhere"}).status_code == 404


def test_a_source_s_page_has_every_grade_and_takes_one_more(house: House) -> None:
    report = house.report()
    judged(house, report)
    path, browser = f"/sources/{report.source_id}/", house.browser("analyst")
    assert path in text_of(browser.get(f"/reports/{report.pk}/"))
    assert browser.post(path, {"value": "B", "reason": ""}).status_code == 422
    for value in "BC":
        assert browser.post(path, {"value": value, "reason": f"Known as {value}."}).status_code == 302
    page = text_of(house.browser("officer").get(path))
    assert "Known as B." in page and "Known as C." in page and "Too few to tell" in page
    assert "Grade it" not in page


def test_what_is_refused_is_told_by_the_names_that_stand_on_the_page(house: House) -> None:
    report = house.report()
    browser, sides = house.browser("analyst"), {f"claim-{report.claims.all()[0].pk}": "for"}
    sent = {**JUDGED, **sides, "confidence": "", "likelihood": "100"}
    page = text_of(browser.post(f"/threats/new/?report={report.pk}", sent))
    assert "Likelihood, %: Give a number from 1 to 99." in page
    page = text_of(browser.post(f"/threats/new/?report={report.pk}", sent | {"likelihood": "60"}))
    assert "Confidence in the basis: Choose one of those listed." in page and "Input should" not in page
    backwards = {**JUDGED, **sides, "window_from": JUDGED["window_to"], "window_to": JUDGED["window_from"]}
    page = text_of(browser.post(f"/threats/new/?report={report.pk}", backwards))
    assert "To: Must be later than “From”" in page and "later than window_from" not in page
    threat = judged(house, report)
    page = text_of(house.browser("officer").post(f"/threats/{threat.pk}/determine/", {"ground": "on these"}))
    assert "So we: Choose one of those listed." in page and "not_warn," not in page


def test_a_rejected_claim_fills_nothing_of_the_judgement(house: House) -> None:
    report = house.report()
    analyst, path = house.browser("analyst"), f"/threats/new/?report={report.pk}"
    where = re.compile(r'name="place" type="text" value="([^"]*)"')
    filled = where.search(text_of(analyst.get(path)))
    assert filled is not None and filled[1]
    for key in report.draft["area"]["claims"]:
        reject_claim(house.actor("analyst"), report.claims.get(key=key))
    left = where.search(text_of(analyst.get(path)))
    assert left is not None and not left[1]
