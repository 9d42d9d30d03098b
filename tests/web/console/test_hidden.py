"""A page that one may see says nothing of the records that one may not."""

from __future__ import annotations

from tests.web.console.house import House, text_of
from vedette import clock
from vedette.access.handling import Tlp
from vedette.demo import texts
from vedette.warnings import actions
from vedette.warnings.models import Message


def test_the_ledger_page_does_not_open_what_was_said_of_a_hidden_warning(house: House) -> None:
    for name in ("officer", "second", "overseer"):
        house.users[name].clearance = Tlp.RED.value
        house.users[name].save()
    content = {**texts.alert(clock.now()), "handling": Tlp.RED.value}
    draft = actions.Draft.of(content, texts.AUDIENCE, texts.plan(60))
    message = actions.submit(house.actor("officer"), actions.draft_warning(house.actor("officer"), draft), "it stands")
    actions.return_to_author(house.actor("second"), message, "names the informant")
    assert "names the informant" in text_of(house.browser("overseer").get("/ledger/"))
    house.users["overseer"].clearance = Tlp.AMBER_STRICT.value
    house.users["overseer"].save()
    page = text_of(house.browser("overseer").get("/ledger/"))
    assert "warning.returned" in page
    assert "not for you" in page
    assert "names the informant" not in page
    assert Message.objects.count() == 1
