"""How a warning ends, and a warning that is out before it holds: what the pages say, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.console.house import House, text_of
from vedette import clock
from vedette.access.handling import Realm
from vedette.clock import Frozen
from vedette.demo import texts
from vedette.ledger.models import Entry
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.models import Outbox, Warning


def said(house: House, warning: Warning, name: str = "overseer") -> str:
    """What the warning's page says of its end."""
    page = text_of(house.browser(name).get(f"/warnings/{warning.pk}/"))
    return page.split('role="note">')[1].split("</div>")[0] if 'role="note">' in page else ""


def test_one_person_calls_off_an_error_and_the_page_says_who_and_why(house: House) -> None:
    warning = house.issued()
    assert said(house, warning) == ""
    house.browser("officer").post(f"/warnings/{warning.pk}/cancel/", {"reason": "the wrong sector was drawn"})
    end = said(house, warning)
    assert "Called off</strong> by Dora Dutton, " in end and "“the wrong sector was drawn”" in end
    assert "approved by" not in end
    assert Outbox.objects.filter(message__warning=warning, message__msg_type="Cancel").exists(), "begun at once"
    assert "called off" in text_of(house.browser("analyst").get("/warnings/"))


def test_an_all_clear_takes_two_and_the_page_names_both(house: House) -> None:
    warning = house.issued()
    officer, second = house.browser("officer"), house.browser("second")
    officer.post(f"/warnings/{warning.pk}/all-clear/", {"reason": "the area was searched"})
    message = warning.messages.get(number=2)
    path = f"/warnings/{warning.pk}/messages/2/"
    officer.post(f"{path}decide/", {"do": "submit", "override": "stands"})
    alone = officer.post(f"{path}decide/", {"do": "approve", "content_hash": content_hash(message)})
    assert alone.status_code == 422 and Warning.objects.get().ended_at is None
    second.post(f"{path}decide/", {"do": "approve", "content_hash": content_hash(message)})
    officer.post(f"{path}issue/")
    end = said(house, warning)
    told = "All clear</strong> drafted by Dora Dutton, approved by Otto Second, issued by Dora Dutton, "
    assert told in end and "the area was searched" in end


def test_an_all_clear_that_its_approver_issued_is_still_said_to_be_drafted_by_its_author(house: House) -> None:
    warning = house.issued()
    message = actions.draft_all_clear(house.actor("officer"), warning, "the area was searched")
    actions.submit(house.actor("officer"), message, "stands")
    actions.approve(house.actor("second"), message, content_hash(message))
    page = text_of(house.browser("second").get(f"/warnings/{warning.pk}/messages/2/issue/"))
    assert "ALL CLEAR" in page and "Until" not in page
    actions.issue(house.actor("second"), message)
    told = "drafted by Dora Dutton, approved by Otto Second, issued by Otto Second, "
    assert told in said(house, warning)
    page = text_of(house.browser("officer").get(f"/warnings/{warning.pk}/"))
    assert "<dt>When</dt>" not in page and "until" not in page


def test_expiry_needs_nobody_and_the_page_says_that_nothing_was_sent(house: House, stopped_clock: Frozen) -> None:
    warning = house.issued()
    assert warning.expires_at is not None
    stopped_clock.advance(seconds=(warning.expires_at - clock.now()).total_seconds() + 1)
    actions.expire_due(Realm.EXERCISE, clock.now())
    assert "Expired</strong> by itself" in said(house, warning)
    assert warning.messages.count() == 1
    assert Entry.objects.get(kind="warning.expired").actor == "engine"
    page = text_of(house.browser("officer").get(f"/warnings/{warning.pk}/"))
    for gone in ("update/", "all-clear/", "cancel/"):
        assert f'href="/warnings/{warning.pk}/{gone}"' not in page


@pytest.mark.parametrize("name", ["analyst", "overseer", "admin"])
def test_calling_off_is_for_duty_officers(house: House, name: str) -> None:
    warning = house.issued()
    browser = house.browser(name)
    assert browser.post(f"/warnings/{warning.pk}/cancel/", {"reason": "x"}).status_code == 403
    assert f'href="/warnings/{warning.pk}/cancel/"' not in text_of(browser.get(f"/warnings/{warning.pk}/"))
    assert Warning.objects.get().ended_at is None


def test_a_warning_that_is_out_before_it_holds_says_when_it_begins_until_then(
    house: House, stopped_clock: Frozen
) -> None:
    onset = clock.now() + timedelta(hours=6)
    officer, second = house.actor("officer"), house.actor("second")
    draft = house.draft(onset=onset.isoformat(), expires=(onset + timedelta(days=1)).isoformat())
    message = actions.submit(officer, draft, "stands")
    actions.approve(second, message, content_hash(message))
    browser = house.browser("second")
    assert "holds only from" in text_of(browser.get(f"/warnings/{message.warning_id}/messages/1/issue/"))
    browser.post(f"/warnings/{message.warning_id}/messages/1/issue/")
    pages = ("/", "/warnings/", f"/warnings/{message.warning_id}/")
    for path in pages:
        assert "begins <time" in text_of(browser.get(path)), path
    stopped_clock.advance(hours=7)
    for path in pages:
        assert "begins <time" not in text_of(browser.get(path)), path


def test_what_an_update_says_is_different_stands_first_in_every_text(house: House) -> None:
    warning = house.issued()
    before = warning.messages.get()
    told = texts.update(before.content, clock.now())
    message = actions.draft_update(
        house.actor("officer"), warning, actions.Draft.of(told, before.audience, before.plan)
    )
    page = text_of(house.browser("second").get(f"/warnings/{warning.pk}/messages/{message.number}/"))
    assert page.count(str(told["change"])) >= 4, "the list of changes, the message, and the previews"
