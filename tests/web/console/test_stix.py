"""A threat or an incident taken along as STIX from its page."""

from __future__ import annotations

import json

from tests.web.console.house import House, text_of
from tests.web.console.test_threats import judged
from vedette import clock
from vedette.access.handling import Tlp
from vedette.clock import Frozen
from vedette.ledger.models import Entry
from vedette.reports.models import Report
from vedette.threats.actions import keep_incident


def test_a_threat_and_an_incident_are_exported_from_their_pages(house: House, stopped_clock: Frozen) -> None:
    threat = judged(house, house.report())
    analyst = house.browser("analyst")
    told = text_of(analyst.get(f"/threats/{threat.pk}/"))
    assert "Export as STIX" in told
    answer = analyst.get(f"/threats/{threat.pk}/stix.json")
    assert answer["Content-Type"] == "application/stix+json"
    assert answer["Content-Disposition"] == f'attachment; filename="threat-{threat.pk}.stix.json"'
    names = [one.get("name") for one in json.loads(answer.content)["objects"]]
    assert "EXERCISE: Shots at patrols (EXERCISE)" in names
    assert Entry.objects.get(kind="stix.exported").subject == f"threat:{threat.pk}"
    happened = {"happened_from": clock.now(), "happened_to": clock.now()}
    incident = keep_incident(house.actor("analyst"), title="Shots", place="the wall", **happened)
    assert "Export as STIX" in text_of(analyst.get(f"/incidents/{incident.pk}/"))
    assert b"Shots" in analyst.get(f"/incidents/{incident.pk}/stix.json").content


def test_what_rests_on_something_above_whoever_asks_is_not_exported_and_that_is_said(
    house: House, stopped_clock: Frozen
) -> None:
    threat = judged(house, house.report())
    Report.objects.update(handling=Tlp.RED)
    officer = house.users["officer"]
    officer.clearance = Tlp.AMBER
    officer.save()
    answer = house.browser("officer").get(f"/threats/{threat.pk}/stix.json", follow=True)
    assert "It was not exported" in text_of(answer)
    assert not Entry.objects.filter(kind="stix.exported").exists()
