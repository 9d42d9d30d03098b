"""Who reads and who decides, and the reports that judgements rest on."""

from __future__ import annotations

import pytest

from tests.access.cast import make_actor
from tests.reports.texts import MEMO, NEWS
from vedette.access.handling import Tlp
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.reports.actions import receive
from vedette.reports.models import Report


@pytest.fixture
def analyst() -> Actor:
    return make_actor("analyst", Role.ANALYST)


@pytest.fixture
def officer() -> Actor:
    return make_actor("officer", Role.DUTY_OFFICER)


@pytest.fixture
def memo(analyst: Actor) -> Report:
    return receive(analyst, original=MEMO, media_type="text/plain", source="unit", handling=Tlp.AMBER)


@pytest.fixture
def news(analyst: Actor) -> Report:
    return receive(analyst, original=NEWS, media_type="text/plain", source="desk", handling=Tlp.RED)


@pytest.fixture
def second() -> Actor:
    return make_actor("second", Role.DUTY_OFFICER)
