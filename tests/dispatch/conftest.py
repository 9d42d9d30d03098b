"""A stopped clock, an organisation in the exercise realm, and real sinks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.dispatch.house import House
from tests.dispatch.house import house as build
from tests.servers import http, smtp
from tests.warnings.good import SENT
from vedette import clock
from vedette.access.handling import Realm


@pytest.fixture
def hands() -> Iterator[clock.Frozen]:
    """The clock, stopped when the warning is issued; the story moves it."""
    with clock.frozen(SENT) as frozen:
        yield frozen


@pytest.fixture
def house(transactional_db: None, hands: clock.Frozen, smtp_sink: smtp.Sink, http_gateway: http.Gateway) -> House:
    """The organisation, in the exercise realm."""
    return build(Realm.EXERCISE, smtp_sink, http_gateway)
