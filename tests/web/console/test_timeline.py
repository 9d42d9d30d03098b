"""Incidents, threats and warnings in one line of time."""

from __future__ import annotations

from datetime import timedelta

from tests.web.console.house import House, text_of
from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.models import User
from vedette.demo.geography import FENCE_LINE
from vedette.people.models import SavedArea, Unit
from vedette.reports.models import Report
from vedette.threats import actions
from vedette.threats.models import Incident, Threat
from vedette.warnings.models import Warning

PATH = "/threats/timeline/"


def filled(house: House) -> tuple[Incident, Incident, Threat, Warning]:
    """An incident at the fence with the threat it set off and a warning; another far away, long ago."""
    analyst, now, report = house.actor("analyst"), clock.now(), house.report()
    at_the_fence = actions.keep_incident(
        analyst,
        title="A vehicle struck a person",
        happened_from=now - timedelta(days=7),
        happened_to=now - timedelta(days=7),
        place="at the fence",
        lat=32.56,
        lon=-117.03,
        precision_m=2_000,
        handling=Tlp.AMBER,
    )
    elsewhere = actions.keep_incident(
        analyst,
        title="Shots in the north",
        happened_from=now - timedelta(days=60),
        happened_to=now - timedelta(days=60),
        place="far in the north",
        lat=47.0,
        lon=-110.0,
        handling=Tlp.AMBER,
    )
    threat = actions.assess(
        analyst,
        title="Shots at patrols",
        target_group="All agents",
        place="Fence line",
        area=FENCE_LINE,
        window_from=now,
        window_to=now + timedelta(days=3),
        likelihood=0.6,
        confidence="low",
        claims_for=list(report.claims.all()[:1]),
        trigger=at_the_fence,
    )
    return at_the_fence, elsewhere, threat, house.issued()


def test_all_three_stand_in_one_line_the_newest_first_each_with_its_number_and_its_ground(house: House) -> None:
    near, far, threat, warning = filled(house)
    page = house.browser("officer").get(PATH)
    events = [(row["event"].kind.value, row["event"].pk) for row in page.context["rows"]]
    assert events[0] == ("warning", warning.pk)
    assert events[1:] == [("threat", threat.pk), ("incident", near.pk), ("incident", far.pk)]
    assert len(page.context["map"]["events"]) == 4
    shown = text_of(page)
    for path in (f"/warnings/{warning.pk}/", f"/threats/{threat.pk}/", f"/incidents/{near.pk}/"):
        assert f'href="{path}"' in shown
    assert shown.count("<rect") >= 7, "three lanes and four bars are drawn without a script"


def test_it_is_narrowed_to_a_group_an_area_and_a_unit_and_to_how_far_back(house: House) -> None:
    near, far, threat, warning = filled(house)
    browser = house.browser("officer")

    def found(of: str, back: str = "90") -> set[tuple[str, int]]:
        rows = browser.get(PATH, {"of": of, "back": back}).context["rows"]
        return {(row["event"].kind.value, row["event"].pk) for row in rows}

    both = {("incident", near.pk), ("threat", threat.pk)}
    assert found("group:All agents") == both, "with what set its threats off"
    here = both | {("warning", warning.pk)}
    assert found("area:san-diego") == here
    assert found("unit:san-diego") == here
    assert ("incident", far.pk) not in found("", "30")
    assert ("incident", far.pk) in found("", "often")
    assert browser.get(PATH, {"of": "unit:nowhere"}).status_code == 404
    assert browser.get(PATH, {"of": "group:nobody"}).status_code == 404


def test_it_shows_nothing_of_what_the_reader_may_not_see(house: House) -> None:
    _, _, threat, warning = filled(house)
    Threat.objects.update(handling=Tlp.RED.value, title="The hidden threat", target_group="Hidden people")
    Warning.objects.filter(pk=warning.pk).update(handling=Tlp.RED.value)
    Report.objects.update(handling=Tlp.RED.value)
    officer = house.users["officer"]
    officer.clearance = Tlp.AMBER.value
    officer.save()
    page = text_of(house.browser("officer").get(PATH))
    assert "The hidden threat" not in page and "Hidden people" not in page
    assert f"/threats/{threat.pk}/" not in page and f"/warnings/{warning.pk}/" not in page
    assert "A vehicle struck a person" in page


def test_the_ground_of_a_unit_is_drawn_only_for_those_who_may_see_that_area(house: House) -> None:
    unit = Unit.objects.filter(area__isnull=False).order_by("pk")[0]
    browser = house.browser("officer")
    assert browser.get(PATH, {"of": f"unit:{unit.code}"}).context["map"]["ground"] == unit.area.geometry
    User.objects.filter(pk=house.users["officer"].pk).update(clearance="TLP:AMBER+STRICT")
    SavedArea.objects.update(handling="TLP:RED")
    page = browser.get(PATH, {"of": f"unit:{unit.code}"})
    assert page.status_code == 200
    assert page.context["map"]["ground"] is None
