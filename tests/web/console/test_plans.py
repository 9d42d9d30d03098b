"""Plans in the console: chosen by severity or by name, what stands in their way, and who is not reached."""

from __future__ import annotations

import re

from tests.web.console.house import House, text_of
from tests.web.console.test_composing import form
from vedette.people.models import ContactPoint, Person
from vedette.warnings.models import Message
from vedette.warnings.own_plans import keep_plan
from vedette.warnings.plans import WarningClass


def chosen(page: str) -> str:
    """The value of the plan that the form shows as chosen."""
    found = re.search(r'name="plan" value="([^"]*)" checked', page)
    assert found is not None
    return found[1]


def test_the_severity_chooses_the_plan_unless_the_author_does(house: House) -> None:
    browser = house.browser("officer")
    assert chosen(text_of(browser.get("/warnings/new/"))) == ""
    for severity, plan in (("Extreme", "danger to life"), ("Minor", "routine")):
        browser.post("/warnings/new/", form(plan="", severity=severity))
        assert Message.objects.latest("pk").plan["name"] == plan
    browser.post("/warnings/new/", form(plan="danger to life", severity="Minor"))
    assert Message.objects.latest("pk").plan["name"] == "danger to life"


def test_a_draft_whose_severity_changes_gets_the_plan_of_the_new_one(house: House) -> None:
    browser = house.browser("officer")
    browser.post("/warnings/new/", form(plan="", severity="Extreme"))
    message = Message.objects.get()
    edit = f"/warnings/{message.warning_id}/messages/1/edit/"
    assert chosen(text_of(browser.get(edit))) == ""
    browser.post(edit, form(plan="", severity="Minor"))
    message.refresh_from_db()
    assert message.plan["name"] == "routine"


def test_a_plan_that_is_offered_no_more_stays_the_draft_s_own(house: House) -> None:
    message = house.draft()
    browser = house.browser("officer")
    edit = f"/warnings/{message.warning_id}/messages/1/edit/"
    assert chosen(text_of(browser.get(edit))) == "as-drafted"
    browser.post(edit, form(plan="as-drafted", headline="Another headline, and the plan as it was"))
    again = Message.objects.get(pk=message.pk)
    assert again.plan == message.plan
    assert again.content["headline"] != message.content["headline"]


def test_the_organisations_own_plan_is_offered_by_name_and_chosen_for_its_class(house: House) -> None:
    steps = [{"action": "send", "channel": "smtp", "wait_s": 60}]
    keep_plan(house.actor("admin"), "night watch", steps, WarningClass.DANGER)
    browser = house.browser("officer")
    page = text_of(browser.get("/warnings/new/"))
    assert "night watch (the organisation’s own)" in page
    assert "“night watch” for Extreme and Severe" in page
    browser.post("/warnings/new/", form(plan="", severity="Severe"))
    assert Message.objects.get().plan == {"name": "night watch", "steps": [{**steps[0], "wait_s": 60.0}]}


def test_the_check_names_those_whom_the_plan_does_not_reach_and_links_to_them(house: House) -> None:
    ContactPoint.objects.filter(person__code="ex-00001").delete()
    person = Person.objects.get(code="ex-00001")
    sent = form(plan="", **{"audience.include": "ex-00001"})
    found = text_of(house.browser("officer").post("/warnings/check/", sent))
    assert "One person has no address on any channel of this plan." in found
    assert f'href="/people/{person.pk}/"' in found
    link = re.search(r'href="(/people/\?without=[^"]+)"', found)
    assert link is not None
    page = text_of(house.browser("officer").get(link[1]))
    assert person.name in page and "1 whom you may see, narrowed" in page


def test_whoever_may_not_see_people_learns_only_that_there_are_some(house: House) -> None:
    ContactPoint.objects.filter(person__code="ex-00001").delete()
    sent = form(plan="", **{"audience.include": "ex-00001"})
    found = text_of(house.browser("analyst").post("/warnings/check/", sent))
    assert "There are people who have no address" in found
    assert "One person" not in found
    assert "/people/" not in found


def test_the_approver_sees_the_plan_in_words_and_what_stands_in_its_way(house: House) -> None:
    message = house.submitted()
    page = text_of(house.browser("second").get(f"/warnings/{message.warning_id}/messages/1/"))
    assert "send by smtp, wait 60 s" in page
    assert "tell the supervisor of those silent by smtp" in page
    told = {**message.plan, "steps": [{"action": "send", "channel": "carrier-pigeon", "wait_s": 60.0}]}
    Message.objects.filter(pk=message.pk).update(plan=told)
    page = text_of(house.browser("second").get(f"/warnings/{message.warning_id}/messages/1/"))
    assert "carrier-pigeon, which is not set in the exercise realm" in page
    issue = text_of(house.browser("second").get(f"/warnings/{message.warning_id}/messages/1/issue/"))
    assert "carrier-pigeon, which is not set in the exercise realm" in issue


def test_an_error_of_the_plan_alone_asks_its_author_to_mend_it_or_to_say_why_it_stands(house: House) -> None:
    message = house.draft()
    told = {**message.plan, "steps": [{"action": "send", "channel": "carrier-pigeon", "wait_s": 60.0}]}
    Message.objects.filter(pk=message.pk).update(plan=told)
    path = f"/warnings/{message.warning_id}/messages/1/"
    author = house.browser("officer")
    assert 'id="id-override"' in text_of(author.get(path))
    refused = author.post(f"{path}decide/", {"do": "submit"})
    assert refused.status_code == 422 and "or say why they may stand" in text_of(refused)
    assert author.post(f"{path}decide/", {"do": "submit", "override": "it flies"}).status_code == 302
    assert "it flies" in text_of(house.browser("second").get(path))


def test_quiet_hours_are_set_on_a_persons_page_by_whoever_keeps_the_roster(house: House) -> None:
    person = Person.objects.get(code="ex-00001")
    path = f"/people/{person.pk}/quiet/"
    assert house.browser("admin").post(path, {"quiet": "22:00-06:00", "zone": ""}).status_code == 302
    assert "22:00-06:00" in text_of(house.browser("officer").get(f"/people/{person.pk}/"))
    assert house.browser("officer").post(path, {"quiet": "", "zone": ""}).status_code == 403
    refused = house.browser("admin").post(path, {"quiet": "nights", "zone": ""})
    assert refused.status_code == 422
    assert 'value="nights"' in text_of(refused) and 'href="#id-quiet"' in text_of(refused)
