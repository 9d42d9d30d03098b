"""The ledger's page: what an overseer can check from a browser."""

from __future__ import annotations

from tests.web.console.house import House, text_of
from vedette.access.handling import Realm
from vedette.ledger.models import Entry


def test_the_entries_of_the_realm_are_listed_and_narrowed_by_subject(house: House) -> None:
    message = house.submitted()
    browser = house.browser("overseer")
    subject = f"warning:{message.warning_id}"
    page = text_of(browser.get("/ledger/", {"subject": subject}))
    assert page.count("<tr id=") == Entry.objects.filter(subject=subject).count() == 2
    assert "Dora Dutton" in page
    assert "<tr id=" not in text_of(house.browser("overseer", Realm.LIVE).get("/ledger/"))


def test_a_whole_ledger_is_said_to_hold_and_a_changed_entry_is_named(house: House) -> None:
    house.submitted()
    browser = house.browser("overseer")
    assert "The ledger holds." in text_of(browser.post("/ledger/verify/"))
    Entry.objects.filter(seq=1).update(actor="user:99")
    page = text_of(browser.post("/ledger/verify/"))
    assert "The ledger does not hold." in page
    assert "entry 1: changed after it was written" in page


def test_against_a_checkpoint_kept_elsewhere_a_cut_tail_shows(house: House) -> None:
    house.submitted()
    browser = house.browser("overseer")
    kept = browser.post("/ledger/checkpoint/")
    assert kept["Content-Disposition"].startswith("attachment")
    assert "The ledger holds." in text_of(browser.post("/ledger/verify/", {"against": kept.content.decode()}))
    foreign = kept.content.decode().replace("vedette/ledger\n", "another/ledger\n", 1)
    assert "not a Vedette checkpoint" in text_of(browser.post("/ledger/verify/", {"against": foreign}))
