"""The page of a warning in force, and what is pushed to those who watch it."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace

from tests.web.console.house import AUDIENCE, House, answered, sent, text_of
from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.demo import texts
from vedette.dispatch.acknowledge import Answer, record
from vedette.dispatch.levels import Response, State
from vedette.dispatch.models import Recipient
from vedette.dispatch.tokens import RecipientRef
from vedette.people.models import ContactPoint, Person, Position, SavedArea, Unit
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Warning
from vedette.web.console.live import NEEDS, Watch, fragments, sight_of


def counted(html: str, name: str) -> int:
    """The figure shown for a state."""
    found = re.search(rf'id="count-{name}">(\d+)', html)
    assert found is not None, name
    return int(found[1])


def test_the_counts_are_those_of_the_recipients_states(house: House) -> None:
    warning = house.issued()
    recipients = list(Recipient.objects.filter(warning=warning))
    for recipient, state in zip(
        recipients, [State.SAFE, State.SAFE, State.ACKNOWLEDGED, State.NEEDS_HELP], strict=False
    ):
        sent(recipient)
        answered(recipient, state)
    html = fragments(house.actor("officer"), warning.pk)["counts"]
    assert counted(html, "total") == len(recipients)
    assert counted(html, "answered") == 4
    assert (counted(html, "safe"), counted(html, "acknowledged"), counted(html, "needs_help")) == (2, 1, 1)
    assert counted(html, "open") == len(recipients) - 4
    assert "1 person needs help" in " ".join(html.split())


def test_after_an_update_the_page_counts_its_own_answers_beside_those_to_any_message(house: House) -> None:
    warning, officer = house.issued(), house.actor("officer")
    ann, ben = Recipient.objects.filter(warning=warning)[:2]
    assert "any message" not in fragments(officer, warning.pk)["counts"]
    record([Answer(recipient=RecipientRef(one.pk, Realm.EXERCISE), response=Response.SAFE) for one in (ann, ben)])
    content = {**texts.alert(clock.now()), "change": "The area is larger."}
    update = actions.draft_update(officer, warning, actions.Draft.of(content, AUDIENCE, texts.plan(60)))
    actions.submit(officer, update, "stands")
    actions.approve(house.actor("second"), update, content_hash(update))
    actions.issue(house.actor("second"), update)
    html = fragments(officer, warning.pk)["counts"]
    assert "answered, any message" in html
    assert (counted(html, "answered"), counted(html, "latest")) == (2, 0)
    again = Answer(recipient=RecipientRef(ann.pk, Realm.EXERCISE), response=Response.SAFE, seen=update.identifier)
    record([again])
    html = fragments(officer, warning.pk)["counts"]
    assert "answered the latest, message 2" in html
    assert (counted(html, "answered"), counted(html, "latest")) == (2, 1)


def test_the_fragments_need_no_request_and_are_none_for_no_warning(house: House) -> None:
    warning = house.issued()
    assert set(fragments(house.actor("officer"), warning.pk)) == set(NEEDS) == {"counts", "help", "silent", "map"}
    assert fragments(house.actor("officer"), 0) == {}


def test_whoever_has_answered_leaves_the_silent_list(house: House) -> None:
    warning = house.issued()
    recipient = Recipient.objects.filter(warning=warning).select_related("person__unit__supervisor").first()
    assert recipient is not None
    link = f'href="/people/{recipient.person_id}/"'
    before = fragments(house.actor("officer"), warning.pk)["silent"]
    assert link in before
    assert recipient.person.unit.supervisor.name in before
    answered(recipient, State.ACKNOWLEDGED)
    assert link not in fragments(house.actor("officer"), warning.pk)["silent"]


def test_the_map_tells_counts_by_unit_and_nobody_s_position(house: House) -> None:
    warning = house.issued()
    told = json.loads(fragments(house.actor("officer"), warning.pk)["map"])
    whole = Recipient.objects.filter(warning=warning, person__unit__area__isnull=False).count()
    assert sum(unit["total"] for unit in told["units"]) == whole
    text = json.dumps(told)
    for fix in Position.objects.all():
        assert str(fix.lat) not in text and str(round(fix.lat, 5)) not in text


def test_the_map_draws_no_unit_whose_ground_is_above_the_reader(house: House) -> None:
    warning = house.issued()
    officer = house.actor("officer")
    assert json.loads(fragments(officer, warning.pk)["map"])["units"]
    SavedArea.objects.update(handling="TLP:RED")
    assert json.loads(fragments(officer, warning.pk)["map"])["units"]
    less = replace(officer, clearance=Tlp.AMBER_STRICT)
    assert json.loads(fragments(less, warning.pk)["map"])["units"] == []


def test_names_of_the_silent_are_shown_only_to_those_who_may_see_people(house: House) -> None:
    warning = house.issued()
    recipient = Recipient.objects.filter(warning=warning).select_related("person").first()
    assert recipient is not None
    path = f"/warnings/{warning.pk}/"
    assert recipient.person.name in text_of(house.browser("officer").get(path))
    assert recipient.person.name not in text_of(house.browser("analyst").get(path))
    assert house.browser("analyst").get(f"{path}live/silent").status_code == 404
    assert house.browser("analyst").get(f"{path}live/counts").status_code == 200


def test_the_silent_whom_a_reader_may_not_see_are_counted_and_not_named(house: House) -> None:
    warning = house.issued()
    staff = Recipient.objects.filter(warning=warning, person__supervises=None)
    recipient = staff.select_related("person__unit__supervisor").first()
    assert recipient is not None
    secret, supervisor = recipient.person, recipient.person.unit.supervisor
    Person.objects.filter(pk=secret.pk).update(handling="TLP:RED", name="Zed Underwood")
    Person.objects.filter(pk=supervisor.pk).update(handling="TLP:RED", name="Yara Overton")
    Unit.objects.filter(pk=secret.unit_id).update(handling="TLP:RED", name="Quiet Unit")
    hidden = Recipient.objects.filter(warning=warning, person__handling="TLP:RED").count()
    path = f"/warnings/{warning.pk}/"
    cleared = house.actor("officer")
    User.objects.filter(username=house.users["officer"].username).update(clearance="TLP:AMBER+STRICT")
    house.users["officer"].refresh_from_db()
    officer, actor = house.browser("officer"), house.actor("officer")
    pushed = Watch(warning.pk).look([cleared, actor])
    for text in (text_of(officer.get(path)), text_of(officer.get(f"{path}live/silent")), pushed[actor]["silent"]):
        assert f"{hidden} not shown: you may not see them" in text
        for name in ("Zed Underwood", "Yara Overton", "Quiet Unit", f'"/people/{secret.pk}/"'):
            assert name not in text
    assert "Quiet Unit" not in pushed[actor]["map"]
    assert all(name in pushed[cleared]["silent"] for name in ("Zed Underwood", "Yara Overton", "Quiet Unit"))
    assert "Quiet Unit" in pushed[cleared]["map"]
    assert "not shown" not in pushed[cleared]["silent"]


def test_whoever_needs_help_is_named_newest_first_with_what_they_wrote_and_where_to_ring(house: House) -> None:
    warning = house.issued()
    ann, ben, zed = Recipient.objects.filter(warning=warning).select_related("person")[:3]
    officer, path = house.browser("officer"), f"/warnings/{warning.pk}/"
    assert "Who needs help" not in text_of(officer.get(path))
    ContactPoint.objects.create(person=ann.person, channel="voice", address="+12505550134", rank=9)
    Person.objects.filter(pk=zed.person_id).update(handling="TLP:RED", name="Zed Underwood")
    for recipient, note in ((ann, "Water at the <door>"), (ben, ""), (zed, "Behind the mill")):
        ref = RecipientRef(recipient.pk, Realm.EXERCISE)
        record([Answer(recipient=ref, response=Response.NEEDS_HELP, note=note)])
    User.objects.filter(pk=house.users["officer"].pk).update(clearance="TLP:AMBER+STRICT")
    house.users["officer"].refresh_from_db()
    page = text_of(officer.get(path))
    pushed = Watch(warning.pk).look([house.actor("officer"), house.actor("analyst")])
    for text in (page, text_of(officer.get(f"{path}live/help")), pushed[house.actor("officer")]["help"]):
        listed = text[text.index("Who needs help") :].partition("</section>")[0]
        assert listed.index(ben.person.name) < listed.index(ann.person.name)
        assert "“Water at the &lt;door&gt;”" in listed and 'href="tel:+12505550134"' in listed
        assert "1 not shown: you may not see them" in listed
        assert "Zed Underwood" not in text and "Behind the mill" not in text
    assert page.index('href="#help"') < page.index('id="help"') < page.index("Who has not answered")
    assert "help" not in pushed[house.actor("analyst")]
    assert "3 people need help" in pushed[house.actor("analyst")]["counts"]
    assert 'href="#help"' not in pushed[house.actor("analyst")]["counts"]


def test_where_everyone_silent_is_above_a_reader_nobody_is_said_to_have_answered(house: House) -> None:
    warning = house.issued()
    Person.objects.update(need_to_know="|ridge|")
    text = fragments(house.actor("officer"), warning.pk)["silent"]
    assert "Nobody whom you may see." in text
    assert "answered" not in text


def test_viewers_with_the_same_rights_have_one_text_between_them(house: House) -> None:
    officer, second, analyst = (sight_of(house.actor(name)) for name in ("officer", "second", "analyst"))
    assert officer == second != analyst


def test_deliveries_are_counted_by_channel_and_level(house: House) -> None:
    warning = house.issued()
    first, second, third = Recipient.objects.filter(warning=warning)[:3]
    sent(first, "smtp", "delivered")
    sent(second, "smtp", "accepted")
    sent(third, "webhook", "failed")
    html = fragments(house.actor("officer"), warning.pk)["counts"]
    heads = re.findall(r'<th class="number">(\w+)</th>', html)
    rows = {
        name: dict(zip(heads, map(int, re.findall(r'class="number[^"]*">(\d+)<', cells)), strict=True))
        for name, cells in re.findall(r'<td class="strong">(\w+)</td>(.*?)</tr>', html, re.DOTALL)
    }
    assert rows == {
        "smtp": {"accepted": 1, "delivered": 1, "failed": 0},
        "webhook": {"accepted": 0, "delivered": 0, "failed": 1},
    }


def test_the_curve_ends_at_everyone_who_has_answered(house: House) -> None:
    warning = house.issued()
    for recipient in Recipient.objects.filter(warning=warning)[:7]:
        answered(recipient, State.SAFE)
    assert json.loads(fragments(house.actor("officer"), warning.pk)["map"])["answers"][-1] == [30.0, 7]


def test_the_cap_message_is_given_out_byte_for_byte(house: House) -> None:
    warning = house.issued()
    response = house.browser("officer").get(f"/warnings/{warning.pk}/messages/1/cap.xml")
    assert response.content == bytes(warning.messages.get().cap or b"")
    assert response["Content-Type"] == "application/cap+xml"
    assert house.browser("officer").get(f"/warnings/{warning.pk}/messages/2/cap.xml").status_code == 404


def test_what_ended_can_be_neither_updated_nor_called_off(house: House) -> None:
    warning = house.issued()
    Warning.objects.filter(pk=warning.pk).update(ended_at=clock.now(), ended_by="Cancel")
    browser = house.browser("officer")
    page = text_of(browser.get(f"/warnings/{warning.pk}/"))
    assert f'href="/warnings/{warning.pk}/cancel/"' not in page
    refused = browser.post(f"/warnings/{warning.pk}/cancel/", {"reason": "again"})
    assert refused.status_code == 422
    assert "the warning ended at" in text_of(refused)


def test_the_start_page_shows_what_waits_for_whom(house: House) -> None:
    message = house.submitted()
    link = f'href="/warnings/{message.warning_id}/messages/1/"'
    assert link in text_of(house.browser("second").get("/"))
    assert link not in text_of(house.browser("officer").get("/"))


def test_a_person_s_page_tells_their_whole_history_and_why_they_were_included(house: House) -> None:
    warning = house.issued()
    recipient = Recipient.objects.filter(warning=warning, reason__startswith="shift:").first()
    assert recipient is not None
    sent(recipient, "smtp", "delivered")
    answered(recipient, State.SAFE)
    page = text_of(house.browser("officer").get(f"/people/{recipient.person_id}/"))
    assert "on shift in the area" in page
    history = re.findall(r"<li><span class=\"mono note\">.*?</li>", page, re.DOTALL)
    assert [("delivered" in step, "safe" in step) for step in history] == [(True, False), (False, True)]
    assert f"{recipient.person.code}@people.example" in page


def test_somebody_silent_can_be_vouched_for_with_a_word_on_how_it_is_known(house: House) -> None:
    warning = house.issued()
    recipient = Recipient.objects.filter(warning=warning).first()
    assert recipient is not None
    page, path = f"/people/{recipient.person_id}/", f"/people/{recipient.person_id}/vouch/{recipient.pk}/"
    browser = house.browser("officer")
    assert f'action="{path}"' in text_of(browser.get(page))
    assert f'action="{path}"' not in text_of(house.browser("overseer").get(page))
    refused = browser.post(path, {"note": " "})
    assert refused.status_code == 422
    assert 'href="#id-note"' in text_of(refused)
    browser.post(path, {"note": "spoke to them by radio"})
    assert Recipient.objects.get(pk=recipient.pk).state == "attested"
    assert "spoke to them by radio" in text_of(browser.get(page))
    assert house.browser("overseer").post(path, {"note": "x"}).status_code == 403


def test_the_drill_s_block_is_downloaded_by_those_who_may_see_people(house: House) -> None:
    warning = house.issued()
    first = Recipient.objects.filter(warning=warning).select_related("joined_by").first()
    assert first is not None
    sent(first)
    answered(first, State.SAFE)
    officer = house.browser("officer")
    whole = json.loads(officer.get(f"/warnings/{warning.pk}/drill.json").getvalue())
    assert (whole["warning"], whole["answered"], len(whole["people"])) == (warning.identifier, 1, whole["recipients"])
    table = list(csv.DictReader(officer.get(f"/warnings/{warning.pk}/drill.csv").getvalue().decode().splitlines()))
    assert [row["responded"] for row in table].count("not yet") == len(table) - 1
    assert (table[0]["notified_by"], table[0]["seconds_to_answer"]) == ("smtp", "30.0")
    for form in ("csv", "json"):
        assert house.browser("analyst").get(f"/warnings/{warning.pk}/drill.{form}").status_code == 403
        assert f'href="/warnings/{warning.pk}/drill.{form}"' in text_of(officer.get(f"/warnings/{warning.pk}/"))


def test_a_watch_sees_each_answer_at_its_next_look(house: House) -> None:
    warning = house.issued()
    watch = Watch(warning.pk)
    officer = house.actor("officer")
    before = watch.look([officer])
    assert watch.look([officer]) == before
    answered_one = Recipient.objects.filter(warning=warning).select_related("joined_by").first()
    assert answered_one is not None
    answered(answered_one, State.SAFE)
    assert counted(watch.look([officer])[officer]["counts"], "safe") == 1
