"""The composer puts a finding's fix in, and the words for placeholders, where somebody asks it to."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.web.console.house import House, text_of
from tests.web.console.test_composing import form
from vedette.dispatch.models import Recipient
from vedette.people.models import Organisation
from vedette.reports.models import Claim
from vedette.warnings.lint_rules.load import OFTEN
from vedette.warnings.models import Message

#: The memo's own words, where the example has better ones.
MEMO: dict[str, Any] = {
    "source": "sources within leadership",
    "description": "Agents may be shot at in the next few days.",
    "instruction": "All agents must remain vigilant on and off duty until further notice.\nWear body armour.",
}


def told(page: str, name: str) -> Any:
    """The data that the page hands its script under an id."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page)
    assert found is not None
    return json.loads(found[1])


def offered(page: str) -> list[str]:
    """The fixes that can be put in, as their buttons send them."""
    return re.findall(r'name="mend" value="([^"]+)"', page)


def errors(page: str) -> set[str]:
    """The rules with findings of level error."""
    return set(re.findall(r'<li class="error-level"><span class="rule">(L\d\d)</span>', page))


def test_the_memos_words_trip_time_action_and_source_and_the_composers_fixes_clear_them(house: House) -> None:
    browser, sent = house.browser("officer"), form(**MEMO)
    page = text_of(browser.post("/warnings/check/", sent))
    assert errors(page) >= {"L01", "L06", "L07"}
    for _ in range(10):
        fixes = offered(page)
        if not fixes:
            break
        page = text_of(browser.post("/warnings/check/", {**sent, "mend": fixes[0]}))
        sent |= told(page, "changed-fields")
    assert errors(page) == set()
    assert sent["source"] == "Example Border Service, duty officer"
    assert sent["instruction"] == "Wear body armour."
    assert re.fullmatch(r"Agents may be shot at until \w+day \d+ \w+ \d{4}, \d\d:00 P[SD]T\.", sent["description"])


def test_the_memo_itself_as_it_is_written_is_mended_in_the_composer(house: House) -> None:
    report = house.report("memo")
    text = report.text
    sent = form(
        source="sources within leadership",
        description=re.sub(r"^\d\. Summary\. ", "", between(text, "1. Summary.", "2. What")),
        instruction=re.sub(r"^- ", "", between(text, "All agents must remain", "6. The unit"), flags=re.MULTILINE),
    )
    assert "in the next few days" in sent["description"] and "must remain vigilant" in sent["instruction"]
    browser, path = house.browser("officer"), f"/warnings/check/?report={report.pk}"
    page = text_of(browser.post(path, sent))
    assert errors(page) >= {"L01", "L06", "L07"}
    while fixes := offered(page):
        page = text_of(browser.post(path, {**sent, "mend": fixes[0]}))
        assert told(page, "changed-fields")
        sent |= told(page, "changed-fields")
    assert errors(page) == set()
    assert sent["instruction"].startswith("Wear body armour whenever you are outside a station.")
    assert "next few days" not in sent["description"] and "until further notice" not in sent["instruction"]


def between(text: str, first: str, then: str) -> str:
    """The lines from one that begins so to before another."""
    return text[text.index(first) : text.index(then)].strip()


def test_short_forms_that_all_its_people_know_need_no_explaining(house: House) -> None:
    browser, sent = house.browser("officer"), form(source="SDIU duty officer")
    assert "L01" in errors(text_of(browser.post("/warnings/check/", sent)))
    Organisation.objects.update(short_forms={"SDIU": "San Diego Intelligence Unit"})
    assert "SDIU is not explained" not in text_of(browser.post("/warnings/check/", sent))


def test_a_fix_that_is_no_more_changes_nothing(house: House) -> None:
    page = text_of(house.browser("officer").post("/warnings/check/", form(mend="L07:description:0:4")))
    assert told(page, "changed-fields") == {}


def test_words_for_placeholders_are_put_everywhere_and_what_is_left_is_named(house: House) -> None:
    sent = form(headline="Shooting {place}", description="{place} is dangerous until {time}.", fill="1")
    page = text_of(house.browser("officer").post("/warnings/check/", sent | {"fill.place": "near the wall"}))
    assert told(page, "changed-fields") == {
        "headline": "Shooting near the wall",
        "description": "Near the wall is dangerous until {time}.",
    }
    assert told(page, "blanks-left") == ["time"]


def test_words_for_placeholders_count_without_any_script(house: House) -> None:
    sent = form(headline="Shooting at patrols {place}", **{"fill.place": "near Otay Mesa"})
    house.browser("officer").post("/warnings/new/", sent)
    assert Message.objects.get().content["headline"] == "Shooting at patrols near Otay Mesa"


def test_what_would_give_a_source_or_a_person_of_the_report_away_is_flagged(house: House) -> None:
    report = house.report()
    claim = Claim.objects.filter(report=report).first()
    assert claim is not None
    link = {"speaker": "Pablo Ruiz", "kind": "person", "verb": "said", "start": 0, "end": 5, "inferred": False}
    claim.details = {**claim.details, "attribution": [link]}
    claim.save()
    sent = form(description="Pablo Ruiz says that shots are likely (60%).")
    browser = house.browser("officer")
    assert "L17" not in errors(text_of(browser.post("/warnings/check/", sent)))
    page = text_of(browser.post(f"/warnings/check/?report={report.pk}", sent))
    assert "L17" in errors(page) and "is a person named in the report" in page
    browser.post(f"/warnings/new/?report={report.pk}", sent)
    stored = Message.objects.get()
    assert "L17" in errors(text_of(browser.post(f"/warnings/check/?message={stored.pk}", sent)))


def test_the_room_on_each_channel_is_shown(house: House) -> None:
    page = text_of(house.browser("officer").post("/warnings/check/", form(source="Façade desk, duty officer")))
    for budget in ("of 360 characters", "of 3 segments", "of 3,993 bytes", "of 200 bytes"):
        assert budget in page
    assert "“ç” is not in GSM-7" in page


def test_people_who_were_warned_often_are_counted_before_they_are_warned_again(house: House) -> None:
    for _ in range(OFTEN - 1):
        house.issued()
    browser = house.browser("officer")
    assert "more other warnings" not in text_of(browser.post("/warnings/check/", form()))
    last = house.issued()
    page = text_of(browser.post("/warnings/check/", form()))
    warned = Recipient.objects.filter(warning=last).count()
    assert f"{warned} of {warned} people were sent 5 or more other warnings in the last 24 hours." in page
    # The warning that goes on is no other warning.
    assert "more other warnings" not in text_of(
        browser.post(f"/warnings/check/?warning={last.pk}", form(change="New."))
    )
