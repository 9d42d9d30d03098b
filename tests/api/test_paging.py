"""Lists in pages."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import Caller, drafted, reported
from tests.warnings.good import EXPIRES, SENT
from vedette import clock
from vedette.reports.models import Source

pytestmark = pytest.mark.django_db


def make(count: int, first: int = 0) -> None:
    Source.objects.bulk_create(
        [
            Source(realm="exercise", handling="TLP:GREEN", handle=f"s{number}", created_at=clock.now())
            for number in range(first, first + count)
        ]
    )


def walk(caller: Caller, limit: int, between: int = 0) -> list[str]:
    """Follow `next` to the end; `between` sources are added after the first page."""
    found, cursor = [], {}
    while True:
        page = caller.get("/sources", limit=limit, **cursor).json()
        found += [item["handle"] for item in page["items"]]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}
        make(between, 1000)
        between = 0


@pytest.mark.parametrize("count", [0, 1, 6, 7])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_following_next_shows_each_row_once(analyst: Caller, count: int, limit: int) -> None:
    make(count)
    assert walk(analyst, limit) == [f"s{number}" for number in reversed(range(count))]


def test_rows_added_meanwhile_shift_nothing(analyst: Caller) -> None:
    make(6)
    assert walk(analyst, 2, between=3) == [f"s{number}" for number in reversed(range(6))]


def test_an_exact_last_page_has_no_next(analyst: Caller) -> None:
    make(4)
    page = analyst.get("/sources", limit=4).json()
    assert len(page["items"]) == 4 and page["next"] is None


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1e3"])
def test_a_limit_out_of_range_is_refused(analyst: Caller, limit: str) -> None:
    answer = analyst.get("/sources", limit=limit)
    assert (answer.status_code, answer.json()["field"]) == (422, "limit")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_any_text_is_a_cursor_or_one_clear_error(analyst: Caller, cursor: str) -> None:
    answer = analyst.get("/sources", cursor=cursor)
    assert answer.status_code == 200 or (answer.status_code, answer.json()["field"]) == (422, "cursor")


@pytest.mark.parametrize("path", ["/reports", "/claims", "/threats", "/incidents", "/warnings"])
def test_a_longer_list_asks_the_database_no_more_often(
    analyst: Caller, roster: object, path: str, django_assert_max_num_queries: Any
) -> None:
    def add() -> None:
        report = reported(analyst, f"Gunmen may attack patrols near Otay Mesa {uuid4()}.".encode()).json()
        claim = analyst.get("/claims", report=report["id"]).json()["items"][0]["id"]
        window = {"window_from": SENT.isoformat(), "window_to": EXPIRES.isoformat()}
        named = {"title": "t", "target_group": "all", "place": "p", "likelihood": 0.5, "confidence": "low"}
        assert analyst.post("/threats", {**named, **window, "claims_for": [claim]}).status_code == 201
        happened = {"happened_from": SENT.isoformat(), "happened_to": SENT.isoformat()}
        told = {"title": "t", "place": "p", **happened, "accounts": [claim]}
        assert analyst.post("/incidents", told).status_code == 201
        drafted(analyst, report=report["id"])

    add()
    with CaptureQueriesContext(connection) as one:
        analyst.get(path)
    asked = len(one)
    for _ in range(4):
        add()
    with django_assert_max_num_queries(asked):
        assert len(analyst.get(path).json()["items"]) >= 5
