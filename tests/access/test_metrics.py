"""Who is let in to the figures without a token: this machine, and nobody that a proxy speaks for."""

from __future__ import annotations

import pytest
from django.test import Client

from vedette.web.setup.here import FORWARDED

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("header", FORWARDED)
@pytest.mark.parametrize("value", ["192.0.2.7", "127.0.0.1", ""])
def test_a_request_that_a_proxy_hands_on_sees_no_figures(header: str, value: str) -> None:
    assert Client().get("/metrics").status_code == 200
    assert Client(**{header: value}).get("/metrics").status_code == 404
