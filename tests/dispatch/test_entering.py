"""Who comes into the area of a warning in force is warned: by a fix, by the way between two, once, and nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.dispatch.house import INSIDE, OUTSIDE, House, fresh, mailboxes, states, work
from tests.dispatch.house import house as build
from tests.servers import http, smtp
from vedette import clock
from vedette.access.handling import Realm
from vedette.dispatch import entering, expand
from vedette.dispatch.models import Recipient
from vedette.dispatch.standing import Standing
from vedette.ledger.verify import verify
from vedette.people.models import AreaEntry, Person, WatchedArea
from vedette.people.positions import Fix, record_position, record_positions, set_consent
from vedette.warnings.content import Severity
from vedette.warnings.models import Outbox

pytestmark = pytest.mark.django_db(transaction=True)

WHERE: dict[str, Any] = {"terms": [{"link": "position"}]}
#: To the west, the east and the south of the warned area; and on its southern border.
WEST, EAST, SOUTH, BORDER = (32.57, -117.2), (32.57, -116.8), (32.5, -116.98), (32.5481, -116.98)


def goes(person: Person, *spots: tuple[float, float], every: timedelta = timedelta(seconds=10)) -> None:
    """A person's device tells where they were, in one batch; the last fix was taken now."""
    now = clock.now()
    times: list[datetime] = [now - every * (len(spots) - 1 - at) for at in range(len(spots))]
    record_positions([Fix(person.pk, lat, lon, 10.0, at) for (lat, lon), at in zip(spots, times, strict=True)])


@pytest.fixture
def driver(house: House) -> Person:
    """Somebody known to be outside, while a warning for whoever is inside is in force; ann is inside."""
    person = house.person("driver", house.elsewhere, "smtp")
    goes(house.person("ann", None, "smtp"), INSIDE)
    goes(person, WEST)
    house.warn(audience=WHERE)
    work()
    return person


def test_a_way_that_leads_through_the_area_is_an_entry(
    driver: Person, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    hands.advance(seconds=60)
    goes(driver, EAST)
    work()
    assert mailboxes(smtp_sink) == ["ann", "driver"]
    joined = Recipient.objects.get(person=driver)
    assert (joined.late, joined.presence, joined.reason) == (True, "in", "position")
    assert verify().verified


def test_a_way_of_more_than_half_an_hour_is_not_known(
    driver: Person, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    hands.advance(minutes=31)
    goes(driver, EAST)
    work()
    assert mailboxes(smtp_sink) == ["ann"]


def test_whoever_has_left_again_before_anyone_looked_is_warned_all_the_same(
    driver: Person, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    hands.advance(seconds=60)
    goes(driver, WEST, INSIDE, WEST)
    work()
    assert mailboxes(smtp_sink) == ["ann", "driver"]


def test_jumping_about_the_border_is_one_warning(driver: Person, hands: clock.Frozen, smtp_sink: smtp.Sink) -> None:
    for spot in (BORDER, INSIDE, BORDER, WEST, INSIDE, BORDER):
        hands.advance(seconds=20)
        goes(driver, spot)
        work()
    assert mailboxes(smtp_sink) == ["ann", "driver"]
    assert not AreaEntry.objects.exists()


def test_a_doubtful_fix_warns_where_life_is_in_danger_and_not_otherwise(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    driver = house.person("driver", house.elsewhere, "smtp")
    goes(driver, SOUTH)
    goes(house.person("ann", None, "smtp"), INSIDE)
    for severity in (Severity.MINOR, Severity.EXTREME):
        house.warn(audience=WHERE, severity=severity.value)
        work()
    hands.advance(seconds=60)
    goes(driver, BORDER)
    work()
    (joined,) = Recipient.objects.filter(person=driver)
    assert (joined.presence, joined.reason) == ("maybe", "position?")
    assert joined.joined_by.content["severity"] == "Extreme"
    hands.advance(seconds=60)
    goes(driver, INSIDE)
    work()
    assert mailboxes(smtp_sink).count("driver") == 2


def test_whoever_enters_while_the_first_audience_is_being_stored_is_not_missed(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, between = (house.person(code, house.elsewhere, "smtp") for code in ("before", "between"))
    for code in ("ann", "ben", "cat"):
        goes(house.person(code, None, "smtp"), INSIDE)
    goes(before, OUTSIDE), goes(between, OUTSIDE)
    monkeypatch.setattr(expand, "CHUNK", 1)
    house.warn(audience=WHERE)
    step = expand.Expander(Outbox.objects.get().pk, clock.now())
    step.step(clock.now())
    hands.advance(seconds=1)
    goes(before, INSIDE)  # behind the resolved audience, before the area is watched
    Standing().tick(None, clock.now())
    assert WatchedArea.objects.count() == 1
    hands.advance(seconds=1)
    goes(between, WEST, INSIDE, WEST)
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "before", "ben", "between", "cat"]


def test_those_who_entered_what_cannot_be_dealt_with_yet_hold_nobody_else_back(
    driver: Person, house: House, hands: clock.Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "AT_ONCE", 1)
    slow = house.warn(audience=WHERE)
    Standing().tick(None, clock.now())
    assert WatchedArea.objects.filter(subject=slow.pk).exists()
    hands.advance(seconds=60)
    goes(driver, INSIDE)
    AreaEntry.objects.filter(watched__subject=slow.pk).update(id=0)  # the earliest of all
    assert AreaEntry.objects.count() == 2
    assert Standing().enter(None, clock.now()) == 1
    assert AreaEntry.objects.get().watched.subject == slow.pk


def test_the_more_urgent_warning_comes_first_for_whoever_enters_two(
    house: House, hands: clock.Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "AT_ONCE", 1)
    driver = house.person("driver", house.elsewhere, "smtp")
    goes(house.person("ann", None, "smtp"), INSIDE)
    goes(driver, WEST)
    for severity in (Severity.MINOR, Severity.EXTREME):
        house.warn(audience=WHERE, severity=severity.value)
        work()
    hands.advance(seconds=60)
    goes(driver, INSIDE)
    assert Standing().enter(None, clock.now()) == 1
    assert Recipient.objects.get(person=driver).joined_by.content["severity"] == "Extreme"


def test_an_engine_that_comes_back_finds_who_entered_meanwhile(
    driver: Person, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    hands.advance(seconds=60)
    goes(driver, WEST, INSIDE, WEST)
    assert AreaEntry.objects.get().surely
    hands.advance(minutes=20)
    assert Standing().enter(None, clock.now()) == 1
    assert Standing().enter(None, clock.now()) == 0
    work()
    assert mailboxes(smtp_sink) == ["ann", "driver"]


def test_an_area_that_grows_over_people_and_one_that_they_left_are_told_by_the_version(
    house: House, driver: Person, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    hands.advance(seconds=60)
    warning = Recipient.objects.get().warning
    ring = [[-117.25, 32.54], [-116.86, 32.54], [-116.86, 32.65], [-117.25, 32.65], [-117.25, 32.54]]
    larger = {**_words(), "geometry": {"type": "Polygon", "coordinates": [ring]}}
    update = house.update(warning, audience=WHERE, area=larger)
    work()
    assert sorted(mailboxes(smtp_sink)) == ["ann", "ann", "driver"]
    assert set(WatchedArea.objects.values_list("subject", flat=True)) == {update.pk}
    hands.advance(seconds=60)
    goes(driver, EAST)
    work()
    house.all_clear(fresh(warning))
    work()
    assert mailboxes(smtp_sink).count("driver") == 2, "who has left gets the all-clear"
    assert not WatchedArea.objects.exists()


def test_nobody_is_watched_for_a_warning_that_does_not_ask_where_people_are(
    house: House, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    stranger = house.person("stranger", house.elsewhere, "smtp")
    house.person("ann", None, "smtp")
    house.warn()
    work()
    hands.advance(seconds=60)
    goes(stranger, INSIDE)
    work()
    assert mailboxes(smtp_sink) == ["ann"]
    assert not WatchedArea.objects.exists() and not AreaEntry.objects.exists()


def test_whoever_takes_consent_back_before_anyone_looked_is_left_alone(
    driver: Person, hands: clock.Frozen, smtp_sink: smtp.Sink
) -> None:
    hands.advance(seconds=60)
    goes(driver, INSIDE)
    set_consent(None, driver, False)
    work()
    assert mailboxes(smtp_sink) == ["ann"]


def test_an_exercise_does_not_see_who_moves_in_the_live_realm(
    driver: Person, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    live = build(Realm.LIVE, smtp_sink, http_gateway, prefix="live-").person("livia", None, "smtp")
    record_position(live, *OUTSIDE, 10, clock.now())
    hands.advance(seconds=60)
    goes(live, INSIDE)
    work()
    assert mailboxes(smtp_sink) == ["ann"]
    assert states(Recipient.objects.get().joined_by) == {"ann": "open"}


def _words() -> dict[str, Any]:
    """The warned area's words."""
    content: dict[str, Any] = Recipient.objects.get().joined_by.content
    return dict(content["area"])
