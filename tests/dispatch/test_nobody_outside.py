"""Nobody outside the rule is ever sent anything: over random rosters and rules, asserted at the channels' edge.

What a rule may reach is worked out here once more, a person at a time and without the product's arithmetic.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from shapely.geometry import Point, shape

from tests.dispatch.house import House, devices, mailboxes, work
from tests.servers import http, smtp
from vedette import clock
from vedette.formats.parts import BadInput
from vedette.people.models import Duty, Person, Position, SavedArea, Shift, Unit
from vedette.warnings.content import Content
from vedette.warnings.models import Message, Warning

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
#: The warned area's box is about this; posts and fixes are drawn around it (lon, lat).
WEST, SOUTH, EAST, NORTH = -117.4, 32.3, -116.5, 32.9
LINKS = ("unit", "assignment", "shift", "position")
FINDINGS = ("everybody", "unstaffed-shift", "no-unit-in-area")


@pytest.mark.parametrize("seed", range(3))
def test_nobody_outside_the_rule_is_ever_sent_anything(
    seed: int, house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    _play(random.Random(seed), house, hands, smtp_sink, http_gateway, warnings=5)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_nobody_outside_the_rule_is_ever_sent_anything_in_many_worlds(
    seed: int, house: House, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway
) -> None:
    _play(random.Random(seed), house, hands, smtp_sink, http_gateway, warnings=8)


def _play(
    chance: random.Random,
    house: House,
    hands: clock.Frozen,
    smtp_sink: smtp.Sink,
    http_gateway: http.Gateway,
    warnings: int,
) -> None:
    """Warnings one after the other over a roster that keeps changing; whoever is sent one was within its rule."""
    world = _World(chance, house)
    reached = 0
    for number in range(warnings):
        headline = f"Warning number {number} of this world"
        message = world.warn(headline)
        if message is None:
            continue
        allowed: set[str] = set()
        for _ in range(3):
            mails, calls = len(mailboxes(smtp_sink)), len(devices(http_gateway))
            # The rule may reach them as the roster is before or after the engine has looked.
            missed = _missed(message)
            allowed |= world.allowed(message, missed)
            work()
            allowed |= world.allowed(message, missed)
            new = [*mailboxes(smtp_sink)[mails:], *devices(http_gateway)[calls:]]
            outside = set(new) - allowed
            assert not outside, f"{sorted(outside)} were sent {headline!r}, whose rule is {message.audience}"
            reached += len(new)
            world.change()
            hands.advance(minutes=chance.choice([1, 30, 200]))
        Warning.objects.filter(pk=message.warning_id).update(ended_at=clock.now(), ended_by="Expiry")
    assert reached, "the worlds are such that somebody is reached"


@dataclass
class _World:
    """A random roster around the warned area, and random rules over it."""

    chance: random.Random
    house: House

    def __post_init__(self) -> None:
        chance, house, now = self.chance, self.house, clock.now()
        like = {"realm": house.realm.value, "created_at": now}
        self.posts = [house.area]
        for number in range(4):
            west, south = chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)
            ring = [[west, south], [west + 0.1, south], [west + 0.1, south + 0.1], [west, south + 0.1], [west, south]]
            ground = {"type": "Polygon", "coordinates": [ring]}
            self.posts.append(SavedArea.objects.create(code=f"post-{number}", name="Post", geometry=ground, **like))
        house.person("told", house.elsewhere)
        self.units = [house.sector, house.post, house.elsewhere]
        for number in range(4):
            self.units.append(
                Unit.objects.create(
                    code=f"unit-{number}",
                    name="Unit",
                    parent=chance.choice([None, *self.units]),
                    area=chance.choice([None, *self.posts]),
                    **like,
                )
            )
        self.duties = [Duty.objects.create(code=code, name=code) for code in ("rider", "medic")]
        for number in range(16):
            person = house.person(f"w{number}", chance.choice(self.units), chance.choice(["smtp", "webhook"]))
            person.duties.set(chance.sample(self.duties, chance.randrange(3)))
            for _ in range(2):
                self.change()

    def change(self) -> None:
        """One thing about the roster."""
        chance, now = self.chance, clock.now()
        person = chance.choice(list(self.house.people.values()))
        match chance.randrange(5):
            case 0:
                Person.objects.filter(pk=person.pk).update(unit=chance.choice(self.units), changed_at=now)
            case 1:
                begins = now + chance.choice([-10, -1, 1, 5, 60]) * HOUR
                post = chance.choice([None, *self.posts])
                Shift.objects.create(person=person, starts=begins, ends=begins + 8 * HOUR, post=post, changed_at=now)
            case 2:
                fix = {
                    "lat": chance.uniform(SOUTH, NORTH),
                    "lon": chance.uniform(WEST, EAST),
                    "accuracy_m": chance.choice([5, 500]),
                    "fixed_at": now - timedelta(minutes=chance.choice([0, 10, 300])),
                    "received_at": now,
                }
                Position.objects.update_or_create(person=person, defaults=fix)
            case 3:
                consent = chance.random() < 0.8
                Person.objects.filter(pk=person.pk).update(position_consent=consent, changed_at=now)
            case 4 if chance.random() < 0.3:
                Person.objects.filter(pk=person.pk).update(active=False, changed_at=now)

    def warn(self, headline: str) -> Message | None:
        """A warning by a random rule, issued; None when the rule cannot stand."""
        chance = self.chance
        codes = [f"w{number}" for number in range(16)]
        terms = [self._term() for _ in range(chance.randrange(1, 3))]
        answers = [{"finding": finding, "reason": "it is meant"} for finding in FINDINGS]
        answers += [
            {"finding": finding, "about": about, "reason": "it is meant"}
            for finding, named in (("empty-unit", [unit.code for unit in self.units]), ("inactive-person", codes))
            for about in named
        ]
        rule: dict[str, Any] = {
            "terms": terms,
            "include": chance.sample(codes, chance.choice([0, 0, 1])),
            "exclude": chance.sample(codes, chance.choice([0, 2, 5])),
            "maybe": chance.choice(["include", "exclude", None]),
            "maybe_cap": 1,
            "answers": answers,
        }
        severity = chance.choice(["Severe", "Minor"])
        if chance.random() < 0.8:
            rule["goal"] = self._goal(codes, ["unit"] if severity == "Severe" else LINKS)
            rule["answers"] += [
                {"finding": finding, "about": about, "reason": "it is meant"}
                for finding, named in (
                    ("empty-wave", ["wave-1", "wave-2"]),
                    ("wave-in-danger", ["wave-1", "wave-2"]),
                    ("goal-unknown", codes),
                    ("goal-above-group", [""]),
                )
                for about in named
            ]
        plan = {
            "name": "both",
            "steps": [{"action": "send", "channel": name, "wait_s": 60} for name in ("smtp", "webhook")],
        }
        try:
            return self.house.warn(audience=rule, plan=plan, headline=headline, severity=severity)
        except BadInput:
            return None

    def _goal(self, codes: list[str], links: Sequence[str]) -> dict[str, Any]:
        """A goal that nobody will meet, with waves and people who are told."""
        chance = self.chance
        waves = [
            {"terms": [self._term(links) for _ in range(chance.randrange(2))], "include": chance.sample(codes, 2)}
            for _ in range(chance.randrange(1, 3))
        ]
        return {
            "answers": 1,
            "within_minutes": chance.choice([1, 30]),
            "waves": waves,
            "tell": chance.choice([[], ["told"]]),
            "call_off": chance.random() < 0.5,
        }

    def _term(self, links: Sequence[str] = LINKS) -> dict[str, Any]:
        chance = self.chance
        link = chance.choice(links)
        units = chance.sample([unit.code for unit in self.units], 1 if link == "unit" else chance.choice([0, 0, 2]))
        term: dict[str, Any] = {"link": link, "units": units, "duties": chance.choice([[], [], ["medic"]])}
        if link == "shift":
            term["lead_minutes"] = chance.choice([0, 120])
        return term

    def allowed(self, message: Message, missed: int) -> set[str]:
        """Codes of those whom the rule can reach now, for whatever reason it may have; with so many waves at most."""
        content, rule = message.parsed_content(), message.audience
        goal = rule.get("goal") or {"waves": [], "tell": []}
        excluded = set(rule["exclude"])
        ways = [rule, *goal["waves"][:missed]]
        include = {code for way in ways for code in way["include"]}
        terms = [term for way in ways for term in way["terms"]]
        found = set(goal["tell"]) if missed else set()
        for person in Person.objects.filter(active=True).select_related("unit__area", "unit__parent"):
            within = person.code in include or any(self._fits(one, person, content) for one in terms)
            if within and person.code not in excluded:
                found.add(person.code)
        return found

    def _fits(self, term: dict[str, Any], person: Person, content: Content) -> bool:
        if term["units"] and not set(term["units"]) & {unit.code for unit in _upward(person.unit)}:
            return False
        if term["duties"] and not person.duties.filter(code__in=term["duties"]).exists():
            return False
        area = shape(content.area.geometry)
        match term["link"]:
            case "unit":
                return True
            case "assignment":
                ground = next((unit.area for unit in _upward(person.unit) if unit.area is not None), None)
                return ground is not None and shape(ground.geometry).intersection(area).area > 0
            case "shift":
                lead = timedelta(minutes=term.get("lead_minutes", 0))
                # The window began when the message was issued; the clock has gone on by some hours at most.
                return any(
                    shift.starts < content.expires
                    and shift.ends > _issued(content) - lead
                    and (shift.post is None or shape(shift.post.geometry).intersection(area).area > 0)
                    for shift in person.shifts.select_related("post")
                )
            case _:
                position = Position.objects.filter(person=person).first()
                return person.position_consent and position is not None and _may_be_in(position, area)


def _missed(message: Message) -> int:
    """How often the message's goal can have been missed by now: nobody ever answers, and a wave may add nobody."""
    issued, goal = message.issued_at, message.audience.get("goal")
    if goal is None or issued is None or clock.now() < issued + timedelta(minutes=goal["within_minutes"]):
        return 0
    return len(goal["waves"]) + 1


def _upward(unit: Unit | None) -> list[Unit]:
    found: list[Unit] = []
    while unit is not None and unit not in found:
        found.append(unit)
        unit = Unit.objects.select_related("area", "parent").get(pk=unit.parent_id) if unit.parent_id else None
    return found


def _issued(content: Content) -> datetime:
    """The house's warnings last two days."""
    return content.expires - 48 * HOUR


def _may_be_in(position: Position, area: Any) -> bool:
    """Whether the fix's reach meets the area, taken a tenth too wide: degrees are compared with metres."""
    reach_m = position.accuracy_m + 10 * max((clock.now() - position.fixed_at).total_seconds(), 0)
    return bool(Point(position.lon, position.lat).distance(area) * 93_000 <= reach_m * 1.1 + 1)
