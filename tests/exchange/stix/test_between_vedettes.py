"""One Vedette reads another over TAXII: what was judged there is told here in the same words, and judged anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.access.cast import make_actor, make_user
from tests.exchange.stix.conftest import Case
from tests.exchange.stix.test_taxii_server import Asked, token_of
from vedette.access.handling import Realm, Tlp
from vedette.access.roles import Role
from vedette.clock import Frozen
from vedette.exchange.actions import keep_feed
from vedette.exchange.intake.poll import poll_feed
from vedette.formats.stix import read_stix, shared_of
from vedette.formats.stix.records import SharedThreat
from vedette.reports.models import Report
from vedette.threats.models import Threat


@pytest.mark.django_db(transaction=True)
def test_a_threat_that_another_judged_arrives_as_a_report_with_its_likelihood_marks_and_exercise(
    case: Case, live_server: Any, stopped_clock: Frozen
) -> None:
    token = token_of(make_user("neighbour", Role.ANALYST, clearance=Tlp.AMBER))
    shared = f"{live_server.url}{Asked(token).shared}"
    office = make_actor("alba", Role.ADMINISTRATOR)
    feed = keep_feed(office, "neighbour", shared, kind="taxii", secret=token, handling=Tlp.GREEN, allow_private=True)
    assert poll_feed(feed).outcomes == {"taken": 1}
    report = Report.objects.latest("pk")
    assert (report.handling, report.source.handle) == ("TLP:AMBER", "feed-neighbour")
    assert "Report: EXERCISE: Shooting at patrols (EXERCISE)" in report.text
    assert "Likelihood: likely (60%)\nConfidence in its basis: low" in report.text
    (told,) = [
        one for one in map(shared_of, read_stix(bytes(report.original)).objects) if isinstance(one, SharedThreat)
    ]
    assert (told.title, told.likelihood, told.window_to - told.window_from) == (
        case.threat.title,
        case.threat.likelihood,
        timedelta(days=3),
    )
    assert Threat.objects.count() == 1
    assert poll_feed(feed).outcomes == {}


@pytest.mark.django_db(transaction=True)
def test_another_ones_exercise_never_arrives_in_live(case: Case, live_server: Any) -> None:
    token = token_of(make_user("neighbour", Role.ANALYST))
    shared = f"{live_server.url}{Asked(token).shared}"
    live = replace(make_actor("alba", Role.ADMINISTRATOR), realm=Realm.LIVE)
    count = Report.objects.count()
    feed = keep_feed(live, "neighbour", shared, kind="taxii", secret=token, allow_private=True)
    assert poll_feed(feed).outcomes == {"other_realm": 1}
    assert Report.objects.count() == count
