"""From a report to an issued warning, through the pages."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tests.web.console.house import House, text_of
from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.clock import Frozen
from vedette.demo import texts
from vedette.dispatch.models import Channel
from vedette.people.models import ContactPoint, Organisation, Person, Unit
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.changes import by_word
from vedette.warnings.models import Approval, Message, Outbox, Warning
from vedette.warnings.plans import ROUTINE
from vedette.warnings.reach import reach_of
from vedette.web.console import drafting
from vedette.web.middleware import zone


def form(**changed: Any) -> dict[str, Any]:
    """The composer filled with the example's warning."""
    shown = drafting.show(texts.alert(clock.now()), texts.AUDIENCE, ROUTINE.model_dump(mode="json"), zone())
    rule = shown.pop("audience")
    sent = {name: value for name, value in shown.items() if not name.startswith("area_")}
    sent |= {"area.description": shown["area_description"], "area.geometry": shown["area_geometry"]}
    sent |= {f"audience.{name}": value for name, value in rule.items() if name not in ("links", "further")}
    return sent | {"audience.link": rule["links"], "override": "the example's words stand", "do": "save"} | changed


def test_a_draft_begun_from_a_report_shows_its_words_and_leaves_the_judgements_open(house: House) -> None:
    report = house.report()
    page = text_of(house.browser("officer").get("/warnings/new/", {"report": report.pk}))
    event = re.search(r'name="event" type="text" value="([^"]+)"', page)
    assert event is not None and event[1] in report.text
    assert f'href="/reports/{report.pk}/#claim-' in page
    for name in drafting.JUDGED:
        select = re.search(rf'<select id="id-{name}".*?</select>', page, re.DOTALL)
        assert select is not None and "selected" not in select[0].replace('value="" selected', "")


def test_saving_the_form_makes_a_draft_that_rests_on_the_report(house: House) -> None:
    report = house.report()
    response = house.browser("officer").post(f"/warnings/new/?report={report.pk}", form())
    message = Message.objects.get()
    assert response["Location"] == f"/warnings/{message.warning_id}/"
    assert (message.state, message.warning.report_id) == ("draft", report.pk)
    assert message.content["headline"] == texts.alert(clock.now())["headline"]
    assert message.audience["terms"][0]["units"] == ["san-diego"]
    assert set(message.citations) >= {"event"}


def test_all_that_is_missing_is_told_at_once_and_nothing_is_stored(house: House) -> None:
    sent = form(event="", severity="", **{"area.geometry": "", "audience.link": []})
    response = house.browser("officer").post("/warnings/new/", sent)
    assert response.status_code == 422
    page = text_of(response)
    for name in ("event", "severity", "area.geometry", "audience"):
        assert f'href="#id-{name}"' in page
        assert f'id="id-{name}"' in page
    assert not Message.objects.exists()


def test_handling_below_that_of_the_report_is_refused_at_its_field(house: House) -> None:
    report = house.report(handling=Tlp.RED)
    response = house.browser("officer").post(f"/warnings/new/?report={report.pk}", form(handling="TLP:GREEN"))
    assert response.status_code == 422
    assert 'href="#id-handling"' in text_of(response)


def test_submitting_with_lint_errors_keeps_the_draft_and_asks_why(house: House) -> None:
    browser = house.browser("officer")
    response = browser.post("/warnings/new/", form(do="submit", override="", instruction="Be vigilant."))
    message = Message.objects.get()
    own = f"/warnings/{message.warning_id}/messages/1/edit/"
    assert (response["Location"], message.state) == (own, "draft")
    response = browser.get(own)
    assert 'href="#id-override"' in text_of(response)
    assert "The draft is saved, but not submitted" in text_of(response)
    assert "Nothing was changed" not in text_of(response)
    again = re.search(r'<form method="post" id="composer"[^>]*action="([^"]+)"', text_of(response))
    assert again is not None
    assert again[1] == own
    assert 'href="#id-override"' not in text_of(browser.get(own)), "it is told once"
    again_refused = browser.post(own, form(do="submit", override="", instruction="Be vigilant."))
    assert again_refused.status_code == 422 and "The draft is saved, but not submitted" in text_of(again_refused)
    browser.post(again[1], form(do="submit", override="no time", instruction="Be vigilant."))
    message.refresh_from_db()
    assert (message.state, message.lint_override) == ("submitted", "no time")
    assert Message.objects.count() == 1


def test_the_check_counts_the_audience_and_says_what_the_rules_find(house: House) -> None:
    found = text_of(house.browser("officer").post("/warnings/check/", form(instruction="Be vigilant.")))
    message = house.draft()
    total = reached(message)
    assert f'<span class="strong">{total}</span>' in found
    assert 'class="error-level"' in found
    assert "EXERCISE" in found and "segment" in found


def reached(message: Message) -> int:
    """How many the message would reach now."""
    return len(reach_of(message, clock.now()))


def test_without_an_area_the_check_counts_nobody_and_says_why(house: House) -> None:
    found = text_of(house.browser("officer").post("/warnings/check/", form(**{"area.geometry": ""})))
    assert "an audience is never widened because its area is missing" in found
    assert 'class="strong">' not in found.split('id="audience"')[1].split("</header>")[0]


def test_a_saved_area_is_taken_without_any_script(house: House) -> None:
    house.browser("officer").post("/warnings/new/", form(**{"area.geometry": "", "area.saved": "otay-mesa"}))
    assert Message.objects.get().content["area"]["geometry"] == Unit.objects.get(code="otay-mesa").area.geometry


def test_what_was_returned_says_who_returned_it_and_why(house: House) -> None:
    message = house.submitted()
    actions.return_to_author(house.actor("second"), message, "name the road")
    page = text_of(house.browser("officer").get(f"/warnings/{message.warning_id}/messages/1/edit/"))
    assert "Returned by Otto Second" in page and "name the road" in page


def test_the_approver_sees_everything_and_approves_exactly_that(house: House) -> None:
    message = house.submitted()
    browser, path = house.browser("second"), f"/warnings/{message.warning_id}/messages/1/"
    page = text_of(browser.get(path))
    content = message.parsed_content()
    for said in (content.headline, content.source, content.area.description, *content.instruction.splitlines()):
        assert said in page
    seen = re.search(r'name="content_hash" value="([0-9a-f]{64})"', page)
    assert seen is not None and seen[1] == content_hash(message)
    browser.post(f"{path}decide/", {"do": "approve", "content_hash": seen[1]})
    assert Approval.objects.get().approver == house.users["second"]
    assert Message.objects.get().state == "approved"


def test_what_changed_since_it_was_read_is_not_approved(house: House) -> None:
    message = house.submitted()
    seen = content_hash(message)
    actions.revise(house.actor("officer"), message, content={**message.content, "event": "shots at boats"})
    actions.submit(house.actor("officer"), message, "stands")
    response = house.browser("second").post(
        f"/warnings/{message.warning_id}/messages/1/decide/", {"do": "approve", "content_hash": seen}
    )
    assert response.status_code == 422
    assert "the message has changed since you looked at it" in text_of(response)
    assert not Approval.objects.exists()


def test_the_author_sees_why_they_cannot_approve_and_is_offered_break_glass(house: House) -> None:
    message = house.submitted()
    browser, path = house.browser("officer"), f"/warnings/{message.warning_id}/messages/1/"
    page = text_of(browser.get(path))
    assert "you wrote part of it. A second person is needed" in page
    assert 'value="approve"' not in page
    hidden = page.split("<details")[1:]
    assert any('value="break-glass"' in part.split("</details>")[0] for part in hidden)
    refused = browser.post(f"{path}decide/", {"do": "approve", "content_hash": content_hash(message)})
    assert refused.status_code == 422
    assert not Approval.objects.exists()


def test_break_glass_needs_a_reason_and_reaches_the_overseers(house: House) -> None:
    message = house.submitted()
    browser, path = house.browser("officer"), f"/warnings/{message.warning_id}/messages/1/decide/"
    sent = {"do": "break-glass", "content_hash": content_hash(message), "reason": ""}
    assert browser.post(path, sent).status_code == 422
    browser.post(path, {**sent, "reason": "nobody else is awake"})
    assert Approval.objects.get().break_glass
    assert "nobody else is awake" in text_of(house.browser("overseer").get("/"))


def test_overseers_are_told_of_break_glass_on_every_page_and_in_either_realm_for_a_day(
    house: House, stopped_clock: Frozen
) -> None:
    message = house.submitted()
    actions.approve(house.actor("officer"), message, content_hash(message), "nobody else is awake", break_glass=True)
    here, elsewhere = house.browser("overseer"), house.browser("overseer", Realm.LIVE)
    told = "Dora Dutton approved their own message"
    page = text_of(here.get("/threats/"))
    assert told in page and f'href="/warnings/{message.warning_id}/messages/1/">Read it' in page
    page = text_of(elsewhere.get("/ledger/"))
    assert told in page and "in the other realm" in page
    assert told not in text_of(house.browser("second").get("/"))
    stopped_clock.advance(hours=25)
    assert told not in text_of(here.get("/threats/"))
    assert "nobody else is awake" in text_of(here.get("/")), "it stays on the start page"


def test_an_analyst_is_told_that_approving_is_not_theirs(house: House) -> None:
    message = house.submitted()
    path = f"/warnings/{message.warning_id}/messages/1/"
    assert "your role does not allow this; a duty officer may" in text_of(house.browser("analyst").get(path))
    sent = {"do": "approve", "content_hash": content_hash(message)}
    assert house.browser("analyst").post(f"{path}decide/", sent).status_code == 403


def test_returning_without_a_reason_is_refused_at_its_field(house: House) -> None:
    message = house.submitted()
    path = f"/warnings/{message.warning_id}/messages/1/decide/"
    response = house.browser("second").post(path, {"do": "return", "reason": " "})
    assert response.status_code == 422
    assert 'href="#id-reason"' in text_of(response)
    assert Message.objects.get().state == "submitted"


def test_an_update_shows_the_words_that_go_and_come(house: House) -> None:
    warning = house.issued()
    before = warning.messages.get()
    content = texts.update(before.content, clock.now())
    message = actions.draft_update(
        house.actor("officer"), warning, actions.Draft.of(content, before.audience, before.plan)
    )
    page = text_of(house.browser("second").get(f"/warnings/{warning.pk}/messages/{message.number}/"))
    assert '<del><span class="seen-by-readers" lang="en">no longer: </span>possible</del>' in page
    assert '<ins><span class="seen-by-readers" lang="en">new: </span>likely</ins>' in page


@given(*[st.text(alphabet="ab \n.", max_size=30)] * 2)
def test_the_words_that_stay_and_go_are_the_old_text_and_those_that_stay_and_come_the_new(old: str, new: str) -> None:
    found = by_word(old, new)
    assert "".join(text for kind, text in found if kind != "new") == old
    assert "".join(text for kind, text in found if kind != "gone") == new


def test_issuing_takes_a_confirmation_and_then_it_is_out(house: House) -> None:
    message = house.approved()
    browser, path = house.browser("second"), f"/warnings/{message.warning_id}/messages/1/issue/"
    page = text_of(browser.get(path))
    assert not Outbox.objects.exists()
    assert f"to {reached(message)} people" in page
    browser.post(path)
    assert Outbox.objects.filter(message=message).exists()


def test_issuing_live_asks_for_the_word(house: House) -> None:
    Organisation.objects.update(public_address="https://warnings.example")
    live = {name: house.actor(name, Realm.LIVE) for name in ("officer", "second")}
    message = live_message(live["officer"])
    actions.submit(live["officer"], message, "stands")
    actions.approve(live["second"], message, content_hash(message))
    browser, path = house.browser("second", Realm.LIVE), f"/warnings/{message.warning_id}/messages/1/issue/"
    for word in ("", "live", "EXERCISE"):
        assert browser.post(path, {"word": word}).status_code == 422
    assert not Outbox.objects.exists()
    browser.post(path, {"word": "LIVE"})
    assert Outbox.objects.filter(message=message, realm="live").exists()


def live_message(author: Any) -> Message:
    """A live draft for one named person."""
    now = clock.now()
    unit = Unit.objects.create(realm="live", handling="TLP:GREEN", created_at=now, code="one", name="One")
    person = Person.objects.create(
        realm="live", handling="TLP:AMBER", created_at=now, code="p1", name="Person", unit=unit, changed_at=now
    )
    ContactPoint.objects.create(person=person, channel="smtp", address="p1@people.example")
    Channel.objects.create(realm="live", name="smtp", settings={})
    return actions.draft_warning(author, actions.Draft.of(texts.alert(now), {"include": ["p1"]}))


def test_a_withdrawn_draft_cannot_be_taken_up_again(house: House) -> None:
    message = house.draft()
    browser, path = house.browser("officer"), f"/warnings/{message.warning_id}/messages/1/"
    browser.post(f"{path}decide/", {"do": "withdraw"})
    assert Message.objects.get().state == "withdrawn"
    assert browser.get(f"{path}edit/").status_code == 302
    refused = browser.post(f"{path}decide/", {"do": "submit", "override": "x"})
    assert refused.status_code == 422
    assert "cannot submit a message that is withdrawn" in text_of(refused)


def test_calling_off_goes_out_at_once_with_its_reason(house: House) -> None:
    warning = house.issued()
    browser, path = house.browser("officer"), f"/warnings/{warning.pk}/cancel/"
    assert browser.post(path, {"reason": ""}).status_code == 422
    browser.post(path, {"reason": "the wrong sector was drawn"})
    last = warning.messages.order_by("number").last()
    assert last is not None and (last.msg_type, last.state) == ("Cancel", "issued")
    assert Warning.objects.get(pk=warning.pk).ended_by == "Cancel"


def test_an_all_clear_is_drafted_and_waits_for_a_second_person(house: House) -> None:
    warning = house.issued()
    response = house.browser("officer").post(f"/warnings/{warning.pk}/all-clear/", {"reason": "arrests were made"})
    last = warning.messages.order_by("number").last()
    assert last is not None and (last.msg_type, last.state) == ("AllClear", "draft")
    assert response["Location"] == f"/warnings/{warning.pk}/messages/{last.number}/"
    assert Warning.objects.get(pk=warning.pk).ended_at is None


def test_posted_forms_are_read_as_a_browser_sends_them() -> None:
    posted = QueryDict("event=shots%20at%20%0Aboats&response_types=Avoid&response_types=Prepare")
    parts = drafting.read(posted, UTC, {}, {})
    assert parts.content["event"] == "shots at boats"
    assert parts.content["response_types"] == ["Avoid", "Prepare"]


def test_an_update_in_work_is_gone_on_with_and_no_second_one_is_saved(house: House) -> None:
    warning = house.issued()
    browser, path = house.browser("officer"), f"/warnings/{warning.pk}/update/"
    written = form(change="Shots fired again.", do="save")
    assert browser.get(path).status_code == 200
    browser.post(path, written)
    assert browser.get(path)["Location"] == f"/warnings/{warning.pk}/messages/2/edit/"
    refused = browser.post(path, written)
    assert refused.status_code == 422 and "Message 2, an update, is in work already" in text_of(refused)
    assert warning.messages.count() == 2


def test_every_message_in_work_is_listed_and_one_that_was_overtaken_says_so_and_can_be_withdrawn(
    house: House,
) -> None:
    warning = house.issued()
    before = warning.messages.get()
    for change in ("first", "second"):
        actions.draft_update(
            house.actor("officer"),
            warning,
            actions.Draft.of({**before.content, "change": change}, before.audience, before.plan),
        )
    browser, path = house.browser("officer"), f"/warnings/{warning.pk}/"
    page = text_of(browser.get(path))
    assert all(f'href="{path}messages/{number}/edit/"' in page for number in (2, 3))
    Message.objects.filter(number=3).update(state=Message.State.ISSUED, issued_at=clock.now())
    page = text_of(browser.get(path))
    assert "message 3 was issued since" in page and f'href="{path}messages/2/edit/"' not in page
    assert browser.get(f"{path}update/").status_code == 200, "what cannot go out is no update to go on with"
    browser.post(f"{path}messages/2/decide/", {"do": "withdraw"})
    assert "was issued since" not in text_of(browser.get(path))


def test_the_composer_s_findings_and_errors_name_its_labels(house: House) -> None:
    browser = house.browser("officer")
    found = text_of(browser.post("/warnings/check/", form(instruction="Be vigilant.")))
    assert '<a href="#id-instruction">What to do</a>:' in found
    page = text_of(browser.post("/warnings/new/", form(event="", severity="", **{"audience.link": []})))
    for told in ("Hazard: ", "Severity: Is needed", "Who is warned: "):
        assert f">{told}" in page
