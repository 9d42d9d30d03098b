"""`vedette threats`, by token."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.house import House, one_line

#: One threat, judged by the analyst four hours ago.
JUDGE = """
from datetime import timedelta
from vedette.cli.session import open_house
open_house()
from vedette import clock
from vedette.access.actors import actor_for
from vedette.access.handling import Realm, Tlp
from vedette.access.models import User
from vedette.reports.actions import receive
from vedette.threats.actions import assess
from vedette.threats.models import Threat
analyst, now = actor_for(User.objects.get(username="analyst"), Realm.EXERCISE), clock.now()
memo = b"A source reported that smugglers will shoot at agents."
report = receive(analyst, original=memo, media_type="text/plain", source="unit", handling=Tlp.AMBER)
threat = assess(
    analyst, title="Shooting at patrols", target_group="All agents", place="Fence line", likelihood=0.6,
    confidence="low", window_from=now, window_to=now + timedelta(days=1), claims_for=report.claims.all()[:1],
)
Threat.objects.update(created_at=now - timedelta(hours=4, minutes=5))
"""

#: And an incident that the threat's claim is an account of, which an office looks into.
HAPPENED = """
from vedette.threats.actions import keep_incident, open_inquiry
happened = keep_incident(
    analyst, title="A vehicle struck a person", happened_from=now, happened_to=now, place="near Chula Vista",
    accounts=report.claims.all()[:1],
)
open_inquiry(analyst, happened, "County prosecutor")
"""

HIDE_THE_SOURCE = """
from vedette.cli.session import open_house
open_house()
from vedette.reports.models import Source
Source.objects.filter(handle="unit").update(need_to_know="|falcon|")
"""


def test_what_nobody_is_warned_of_is_listed_with_its_age(house: House) -> None:
    assert house.ok("threats", "unwarned", actor="officer") == []
    assert house.python("-c", JUDGE).returncode == 0
    (row,) = house.ok("threats", "unwarned", actor="officer")
    assert (row["standing"], row["likelihood_words"]) == ("not determined", "likely")
    assert 4 * 3600 < row["age_s"] < 5 * 3600 and 0 < row["left_s"] <= 24 * 3600
    told = house.run("threats", "unwarned", actor="officer").stdout
    assert "4 h 05" in told and "likely (60%)" in told and "not determined: Shooting at patrols" in told


def test_how_judgements_turned_out_is_told_with_what_it_does_not_cover(house: House) -> None:
    assert house.python("-c", JUDGE).returncode == 0
    found = house.ok("threats", "calibration", actor="officer")
    assert (found["scored"], found["left_out"]["open"], found["enough"], found["brier"]) == (0, 1, False, None)
    assert found["bands"][0]["word"] == "almost no chance"
    told = house.run("threats", "calibration", "--threshold", "0.6", actor="officer").stdout
    assert "0 scored" in told and "Too few to tell" in told and "from 60% on" in told
    refused = house.run("threats", "calibration", "--threshold", "1", actor="officer")
    assert "does not lie between 0 and 1" in one_line(refused)


def test_what_escalates_is_told_and_what_cannot_be_asked_refused(house: House) -> None:
    assert house.python("-c", JUDGE).returncode == 0
    found = house.ok("threats", "escalation", "--group", "all agents", "--days", "7", actor="officer")
    assert (found["threats"]["now"], found["threats"]["change"]) == (1, "too few to tell")
    told = house.run("threats", "escalation", actor="officer").stdout
    assert "too few to tell" in told and "Shooting at patrols" in told
    assert "no threat that you may see" in one_line(house.run("threats", "escalation", "--group", "x", actor="officer"))
    assert "no saved area" in one_line(house.run("threats", "escalation", "--area", "x", actor="officer"))


def test_a_judgements_words_are_read_from_a_file_and_as_they_are_stored(house: House, tmp_path: Path) -> None:
    file = tmp_path / "judgement.json"
    file.write_text(json.dumps({"title": "They may shoot", "claims_for": [1]}))
    read = house.run("threats", "lint", file)
    assert read.returncode == 1 and read.stdout.startswith("J02 title: “may” is no word of ICD 203")
    file.write_text(json.dumps({"title": "Shots are likely", "claims_for": [1]}))
    assert house.ok("threats", "lint", file) == []
    assert "is not JSON" in one_line(house.run("threats", "lint", "-", given="no"))
    assert house.python("-c", JUDGE).returncode == 0
    assert house.ok("threats", "lint", "1", actor="analyst") == []
    assert "no such threat" in one_line(house.run("threats", "lint", "99", actor="analyst"))


def test_a_sources_record_and_an_incident_are_told(house: House) -> None:
    assert house.python("-c", JUDGE + HAPPENED).returncode == 0
    assert any(one["handle"] == "unit" for one in house.ok("sources", "list", actor="analyst"))
    record = house.ok("sources", "track", "unit", actor="analyst")
    assert (record["turned"], record["suggested"]) == (0, None)
    assert "8 are needed" in house.run("sources", "track", "unit", actor="analyst").stdout
    assert "no such source" in one_line(house.run("sources", "track", "nobody", actor="analyst"))
    listed = {one["title"]: one["id"] for one in house.ok("incidents", "list", actor="analyst")}
    number = str(listed["A vehicle struck a person"])
    shown = house.ok("incidents", "show", number, actor="analyst")
    assert shown["accounts"][0]["source"] == "unit" and shown["inquiries"][0]["body"] == "County prosecutor"
    assert house.python("-c", HIDE_THE_SOURCE).returncode == 0
    told = house.run("incidents", "show", number, actor="analyst").stdout
    assert "smugglers will shoot at agents" in told and "County prosecutor, " in told
    assert "a source you may not see: " in told and "unit" not in told
    assert "no such incident" in one_line(house.run("incidents", "show", "99", actor="analyst"))
