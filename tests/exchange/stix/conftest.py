"""A case to share: a memo, an incident with an account, a threat that rests on both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.access.cast import make_actor
from tests.reports.texts import MEMO
from tests.warnings.good import FENCE_LINE
from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.people.models import Organisation
from vedette.reports.actions import grade_claim, grade_source, receive
from vedette.reports.models import Claim, Report
from vedette.threats import actions
from vedette.threats.models import Incident, Threat


@dataclass
class Case:
    """What is shared, and the analyst who judged it."""

    analyst: Actor
    report: Report
    incident: Incident
    threat: Threat

    @property
    def claim(self) -> Claim:
        """The one that the threat rests on first."""
        found = self.threat.claims_for.first()
        assert found is not None
        return found


@pytest.fixture
def analyst(stopped_clock: clock.Frozen) -> Actor:
    return make_actor("analyst", Role.ANALYST)


@pytest.fixture
def case(analyst: Actor, stopped_clock: clock.Frozen) -> Case:
    Organisation.objects.create(
        name="Example Border Service",
        sender="warn@vedette.example",
        mail_from="warn@vedette.example",
        public_address="https://warn.example",
    )
    report = receive(analyst, original=MEMO, media_type="text/plain", source="unit", handling=Tlp.AMBER)
    one, other, *_ = report.claims.all()
    grade_source(analyst, report.source, "B", "long known")
    grade_claim(analyst, one, "2", "fits what else is known")
    incident = actions.keep_incident(
        analyst,
        title="A vehicle struck a person",
        happened_from=clock.now() - timedelta(days=7),
        happened_to=clock.now() - timedelta(days=7),
        place="near Chula Vista",
        lat=32.64,
        lon=-117.08,
        precision_m=500.0,
        accounts=[other],
    )
    actions.open_inquiry(analyst, incident, "The prosecutor's office")
    named = actions.keep_actor(analyst, name="An organisation", handling=Tlp.GREEN)
    threat = judged(analyst, report, claims_for=[one], claims_against=[other], actor=named, trigger=incident)
    return Case(analyst, report, incident, threat)


def judged(by: Actor, report: Report, **other: Any) -> Threat:
    """A threat that rests on the first claim of a report."""
    return actions.assess(
        by,
        **{
            "title": "Shooting at patrols",
            "target_group": "All agents",
            "place": "Fence line",
            "area": FENCE_LINE,
            "window_from": clock.now(),
            "window_to": clock.now() + timedelta(days=3),
            "likelihood": 0.6,
            "confidence": "low",
            "claims_for": [report.claims.all()[0]],
            **other,
        },
    )
