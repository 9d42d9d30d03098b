"""`vedette threats`, by token."""

from __future__ import annotations

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
