"""A page that one may see says nothing of the records that one may not."""

from __future__ import annotations

from tests.web.console.house import House, text_of
from vedette import clock
from vedette.access.handling import Tlp
from vedette.demo import texts
from vedette.people.models import Person, SavedArea, Unit
from vedette.reports.models import Report, Source
from vedette.warnings import actions
from vedette.warnings.models import Message, Warning


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


def test_a_report_that_was_raised_later_is_not_shown_by_the_pages_of_its_warning(house: House) -> None:
    lower(house)
    report = house.report()
    claim = report.claims.order_by("pk")[0]
    draft = actions.Draft.of(texts.alert(clock.now()), texts.AUDIENCE, texts.plan(60))
    message = actions.draft_warning(house.actor("officer"), draft, report=report, citations={"event": [claim.pk]})
    browser, where = house.browser("second"), f"/warnings/{message.warning_id}/"
    assert browser.get(f"{where}messages/1/").context["cites"]
    assert f"/reports/{report.pk}/" in text_of(browser.get(where))
    Report.objects.filter(pk=report.pk).update(handling=Tlp.RED.value, title="The hidden title")
    for path in (where, f"{where}messages/1/", f"{where}messages/1/edit/"):
        page = browser.get(path)
        assert page.status_code == 200
        assert not page.context.get("cites")
        assert "The hidden title" not in text_of(page)
        assert f"/reports/{report.pk}/" not in text_of(page)


def test_an_update_of_a_warning_does_not_show_its_hidden_report(house: House) -> None:
    lower(house)
    warning, report = house.issued(), house.report()
    Report.objects.filter(pk=report.pk).update(handling=Tlp.RED.value, title="The hidden title")
    Warning.objects.filter(pk=warning.pk).update(report=report)
    page = house.browser("second").get(f"/warnings/{warning.pk}/update/")
    assert page.status_code == 200
    assert "The hidden title" not in text_of(page)


def test_the_approval_page_draws_only_the_areas_that_one_may_see(house: House) -> None:
    lower(house)
    message = house.submitted()
    hidden = SavedArea.objects.filter(realm="exercise")[0]
    where = f"/warnings/{message.warning_id}/messages/1/"
    SavedArea.objects.filter(pk=hidden.pk).update(name="The hidden area")
    assert "The hidden area" in text_of(house.browser("second").get(where))
    SavedArea.objects.filter(pk=hidden.pk).update(handling=Tlp.RED.value)
    assert "The hidden area" not in text_of(house.browser("second").get(where))


def test_the_handle_of_a_hidden_source_is_a_dash(house: House) -> None:
    lower(house)
    report = house.report()
    Source.objects.filter(pk=report.source_id).update(handle="hidden-source")
    browser, paths = house.browser("officer"), ("/", "/reports/", f"/reports/{report.pk}/")
    assert all("hidden-source" in text_of(browser.get(path)) for path in paths)
    Source.objects.filter(pk=report.source_id).update(handling=Tlp.RED.value)
    assert not any("hidden-source" in text_of(browser.get(path)) for path in paths)


def test_the_inbox_does_not_count_hidden_warnings(house: House) -> None:
    lower(house)
    message = house.draft(report=house.report())
    assert "1 warning" in text_of(house.browser("analyst").get("/reports/"))
    Warning.objects.filter(pk=message.warning_id).update(handling=Tlp.RED.value)
    assert "1 warning" not in text_of(house.browser("analyst").get("/reports/"))


def test_a_person_s_page_names_no_unit_ground_host_or_guardian_that_one_may_not_see(house: House) -> None:
    lower(house)
    people = Person.objects.filter(realm="exercise", active=True, unit__area__isnull=False, supervises=None)
    guest, host = people.select_related("unit")[:2]
    ground = guest.unit.area_id
    Person.objects.filter(pk=guest.pk).update(kind="visitor", host=host)
    own = Unit.objects.exclude(pk=guest.unit_id).filter(realm="exercise")[0]
    Unit.objects.filter(pk=own.pk).update(supervisor=guest, name="Hidden command")
    SavedArea.objects.filter(pk=ground).update(warden=guest, alternate=guest, name="Hidden ground")
    Person.objects.filter(pk=host.pk).update(name="Hidden host")
    Unit.objects.filter(pk=guest.unit_id).update(name="Hidden unit")
    names, path = ("Hidden command", "Hidden ground", "Hidden host", "Hidden unit"), f"/people/{guest.pk}/"
    shown = text_of(house.browser("officer").get(path))
    assert all(name in shown for name in names)
    for records in (Unit.objects.all(), SavedArea.objects.all(), Person.objects.filter(pk=host.pk)):
        records.update(handling=Tlp.RED.value)
    browser = house.browser("officer")
    for page in (browser.get(path), browser.get("/people/", {"search": guest.code})):
        text = text_of(page)
        assert page.status_code == 200 and guest.name in text
        assert not [name for name in names if name in text]


def lower(house: House) -> None:
    """Nobody is cleared for TLP:RED."""
    for user in house.users.values():
        user.clearance = Tlp.AMBER_STRICT.value
        user.save()


def test_why_people_are_reached_and_what_they_read_is_for_those_who_may_see_people(house: House) -> None:
    message = house.submitted()
    paths = (f"/warnings/{message.warning_id}/messages/1/", f"/warnings/{message.warning_id}/messages/1/edit/")
    for name, shown in (("officer", True), ("analyst", False)):
        for path in paths:
            page = house.browser(name).get(path)
            assert page.status_code == 200, (name, path)
            check = page.context["check"]
            assert check.audience.total
            assert bool(check.audience.reasons) is shown, (name, path)
            assert bool(check.reading.texts) is shown, (name, path)
