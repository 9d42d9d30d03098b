"""Two people change one draft: nothing of either is lost unseen."""

from __future__ import annotations

import html
import re
from typing import Any

from tests.web.browser import Browser
from tests.web.console.house import House, text_of
from tests.web.console.test_composing import form
from vedette.warnings import actions
from vedette.warnings.models import Message


def opened(browser: Browser, path: str) -> dict[str, str]:
    """What the form takes along of the draft as it was read."""
    page = text_of(browser.get(path))
    return {
        name: html.unescape(value) for name, value in re.findall(r'name="(read\.\w+)" value="([^"]*)"', page, re.DOTALL)
    }


def saved(browser: Browser, path: str, read: dict[str, str], **changed: Any) -> Any:
    """The form sent as its writer read the draft, with what they changed."""
    return browser.post(path, {**form(**changed), **read})


def test_the_later_of_two_saves_is_refused_shows_what_the_other_changed_and_keeps_what_was_typed(house: House) -> None:
    message = house.draft()
    path = f"/warnings/{message.warning_id}/messages/1/edit/"
    one, other = house.browser("officer"), house.browser("second")
    read_by_one, read_by_other = opened(one, path), opened(other, path)
    assert set(read_by_one) == {"read.hash", "read.state", "read.begun"}
    assert saved(one, path, read_by_one, headline="What the officer wrote", contact="channel 2").status_code == 302
    refused = saved(other, path, read_by_other, headline="What the second wrote")
    page = text_of(refused)
    assert refused.status_code == 422
    assert "changed this draft while you were writing" in page and "Dora Dutton" in page
    theirs = page.split('id="theirs"')[1].split("</section>")[0]
    assert "What the officer" in re.sub(r"<[^>]+>", "", theirs).replace("new: ", "")
    assert "Whom to ask" in theirs and "Outline" not in theirs, "only what they changed"
    assert 'value="What the second wrote"' in page
    message.refresh_from_db()
    assert message.content["headline"] == "What the officer wrote"
    again = {
        name: html.unescape(value) for name, value in re.findall(r'name="(read\.\w+)" value="([^"]*)"', page, re.DOTALL)
    }
    assert saved(other, path, again, headline="What both want").status_code == 302
    message.refresh_from_db()
    assert message.content["headline"] == "What both want"


def test_a_form_that_is_shown_again_for_a_slip_has_read_nothing_newer(house: House) -> None:
    message = house.draft()
    path = f"/warnings/{message.warning_id}/messages/1/edit/"
    one, other = house.browser("officer"), house.browser("second")
    read = opened(other, path)
    saved(one, path, opened(one, path), headline="What the officer wrote")
    slip = saved(other, path, read, severity="")
    assert slip.status_code == 422 and f'value="{read["read.hash"]}"' in text_of(slip)
    assert "while you were writing" in text_of(saved(other, path, read))


def test_a_draft_that_was_submitted_meanwhile_is_not_taken_back_unseen(house: House) -> None:
    message = house.draft()
    path = f"/warnings/{message.warning_id}/messages/1/edit/"
    other = house.browser("second")
    read = opened(other, path)
    actions.submit(house.actor("officer"), message, "the example's words stand")
    page = text_of(saved(other, path, read))
    assert "it now waits for approval" in page and "only where it stands" in page
    message.refresh_from_db()
    assert message.state == "submitted"


def test_a_save_with_a_lint_error_has_read_what_it_saved(house: House) -> None:
    message = house.draft()
    path, browser = f"/warnings/{message.warning_id}/messages/1/edit/", house.browser("officer")
    first = saved(browser, path, opened(browser, path), do="submit", override="", instruction="Be vigilant.")
    assert first.status_code == 422 and 'href="#id-override"' in text_of(first)
    read = {
        name: html.unescape(value)
        for name, value in re.findall(r'name="(read\.\w+)" value="([^"]*)"', text_of(first), re.DOTALL)
    }
    assert saved(browser, path, read, instruction="Stay in cover.").status_code == 302


def test_what_was_begun_from_is_only_shown_never_trusted(house: House) -> None:
    message = house.draft()
    path, browser = f"/warnings/{message.warning_id}/messages/1/edit/", house.browser("officer")
    read = opened(browser, path)
    actions.revise(house.actor("second"), message, content=message.content | {"headline": "Another"})
    for begun in ("", "{", "[]", '{"content": 1, "audience": {}, "plan": {}}', "[" * 100_000, '{"content": null}'):
        page = saved(browser, path, read | {"read.begun": begun})
        assert page.status_code == 422 and "not known any more" in text_of(page), begun[:20]
    assert Message.objects.get().content["headline"] == "Another"
