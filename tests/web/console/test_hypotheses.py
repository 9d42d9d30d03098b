"""The matrix of competing hypotheses, on its page."""

from __future__ import annotations

from tests.web.console.house import House, text_of
from tests.web.console.test_threats import judged
from vedette.threats.models import Mark


def test_claims_are_marked_against_explanations_and_the_page_says_who_did(house: House) -> None:
    threat = judged(house, house.report())
    one, other = threat.claims_for.get(), threat.claims_against.get()
    path, browser = f"/threats/{threat.pk}/hypotheses/", house.browser("analyst")
    assert path in text_of(browser.get(f"/threats/{threat.pk}/"))
    assert "Nothing leads" in text_of(browser.get(path))
    marks = {
        f"mark-{one.pk}-hoax": "inconsistent",
        f"mark-{other.pk}-judged": "",
        f"mark-{one.pk}-judged": "consistent",
    }
    assert browser.post(path, marks).status_code == 302
    assert set(Mark.objects.values_list("claim", "hypothesis", "value")) == {
        (one.pk, "hoax", "inconsistent"),
        (one.pk, "judged", "consistent"),
    }
    page = text_of(house.browser("officer").get(path))
    assert "Anouk Analyst" in page and "same origin as" in page
    assert "<select" not in page, "who may not judge reads the matrix"


def test_another_explanation_is_added_and_a_bad_one_refused_at_its_field(house: House) -> None:
    threat = judged(house, house.report())
    path, browser = f"/threats/{threat.pk}/hypotheses/", house.browser("analyst")
    refused = browser.post(f"{path}add/", {"statement": " "})
    assert refused.status_code == 422 and 'href="#id-statement"' in text_of(refused)
    browser.post(f"{path}add/", {"statement": "A rival wants agents elsewhere"})
    assert "A rival wants agents elsewhere" in text_of(browser.get(path))
    assert browser.post(path, {"mark-999-hoax": "neutral"}).status_code == 422
