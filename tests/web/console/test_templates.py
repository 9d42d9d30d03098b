"""A draft begun from a template, with a report and a threat behind it, and the all-clear that it prepares."""

from __future__ import annotations

import re
from typing import Any

from tests.web.console.house import House, text_of
from tests.web.console.test_composing import form
from tests.web.console.test_mending import told
from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.roles import Role
from vedette.demo import texts
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Message, Warning
from vedette.warnings.own_templates import keep_template
from vedette.warnings.types.catalogue import shipped

KIND = shipped()["shooting-at-patrols"]


def value(page: str, name: str) -> str:
    """What a line of the form holds."""
    found = re.search(rf'name="{re.escape(name)}" type="text" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def test_a_template_and_a_report_are_put_together_and_the_citations_stay(house: House) -> None:
    report = house.report()
    browser = house.browser("officer")
    page = text_of(browser.get("/warnings/new/", {"report": report.pk, "template": "shooting-at-patrols"}))
    assert value(page, "event") == "shooting at patrols"
    assert value(page, "headline") == "Shooting at patrols {where}"
    assert value(page, "fill.where") == "in San Diego sector"
    assert KIND.placeholders["direction"] in page and KIND.instruction.splitlines()[0] in page
    assert "According to" in page and f'href="/reports/{report.pk}/#claim-' in page
    assert f"from the template “{KIND.title}”" in page
    words = {f"fill.{name}": name for name in KIND.blanks} | {"fill.where": "along the fence line"}
    sent = form(headline=KIND.headline, description=KIND.description, **words)
    browser.post(f"/warnings/new/?report={report.pk}&template=shooting-at-patrols", sent)
    message = Message.objects.get()
    assert message.content["headline"] == "Shooting at patrols along the fence line"
    assert set(message.citations) >= {"event", "headline"} and message.warning.report == report


def test_placeholders_left_open_hold_the_message_back(house: House) -> None:
    page = text_of(house.browser("officer").post("/warnings/check/", form(headline=KIND.headline)))
    assert re.search(r'<li class="error-level"><span class="rule">L21</span>', page)
    filled = form(headline=KIND.headline, fill="1", **{"fill.where": "near Otay Mesa"})
    page = text_of(house.browser("officer").post("/warnings/check/", filled))
    assert told(page, "blanks-left") == []


def test_a_template_that_is_not_there_is_said_so(house: House) -> None:
    assert house.browser("officer").get("/warnings/new/?template=none-such").status_code == 404


def test_an_own_template_brings_its_audience_its_plan_and_its_handling(house: House) -> None:
    admin = house.actor("admin")
    assert Role.ADMINISTRATOR in admin.roles
    words = {"event": "snow storm", "instruction": "Stay inside."}
    kept = keep_template(
        admin, "Snow", words, handling=Tlp.AMBER, audience={"include": ["ex-00001"]}, plan=texts.plan(60)
    )
    page = text_of(house.browser("officer").get(f"/warnings/new/?template=own-{kept.pk}"))
    assert value(page, "audience.include") == "ex-00001"
    assert re.search(r'name="plan" value="example" checked', page)
    assert re.search(r'value="TLP:AMBER" selected', page)


def issued_from_template(house: House) -> Warning:
    """A warning drafted from a template on the page, approved and issued."""
    house.browser("officer").post("/warnings/new/?template=wildfire", form(**{"fill.route": "Otay Lakes Road"}))
    message = Message.objects.get()
    actions.submit(house.actor("officer"), message, "the example's words stand")
    actions.approve(house.actor("second"), message, content_hash(message))
    actions.issue(house.actor("second"), Message.objects.get())
    return Warning.objects.get()


def test_the_all_clear_of_the_template_stands_ready_once_it_is_issued_and_is_drafted_with_one_click(
    house: House,
) -> None:
    warning = issued_from_template(house)
    browser: Any = house.browser("officer")
    page = text_of(browser.get(f"/warnings/{warning.pk}/"))
    assert "The fire is held and the road is open." in page
    assert "Return by Otay Lakes Road. Report flames and smoke at once." in page
    browser.post(f"/warnings/{warning.pk}/all-clear/", {"reason": value(page, "reason")})
    over = Message.objects.get(msg_type="AllClear")
    assert over.state == "draft" and over.content["instruction"].startswith("Return by Otay Lakes Road.")
    assert "ready</h2>" not in text_of(browser.get(f"/warnings/{warning.pk}/"))


def test_without_a_template_the_general_words_stand_ready_for_those_who_may_draft(house: House) -> None:
    warning = house.issued()
    path = f"/warnings/{warning.pk}/"
    page = text_of(house.browser("officer").get(path))
    assert f"ALL CLEAR: {texts.alert(clock.now())['event']}" in page and "Draft this all-clear" in page
    assert "Draft this all-clear" not in text_of(house.browser("overseer").get(path))
    draft = house.draft()
    assert "Draft this all-clear" not in text_of(house.browser("officer").get(f"/warnings/{draft.warning_id}/"))
