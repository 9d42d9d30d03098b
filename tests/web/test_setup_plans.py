"""Plans, wardens and the cap as an administrator keeps them on the settings pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.access.roster import make_roster
from tests.warnings.good import FENCE_LINE
from tests.web.setup_house import organisation, signed_in, user
from vedette.access.roles import Role
from vedette.formats.parts import BadInput
from vedette.people.models import Organisation, SavedArea
from vedette.warnings.content import Office, Step
from vedette.warnings.models import NamedPlan
from vedette.web.setup.plan_form import Row, rows_of, said, seconds, steps_of

steps = st.lists(
    st.builds(
        Step,
        action=st.just("send"),
        channel=st.sampled_from(["smtp", "webhook"]),
        wait_s=st.integers(1, 604_800),
        repeat=st.integers(1, 12),
    )
    | st.builds(
        Step,
        action=st.just("escalate"),
        channel=st.just("smtp"),
        wait_s=st.integers(0, 604_800),
        to=st.sampled_from(Office),
    ),
    min_size=1,
    max_size=20,
)


@given(steps)
def test_a_plan_that_is_shown_and_sent_back_is_the_same(plan: list[Step]) -> None:
    assert [Step.model_validate(one) for one in steps_of(rows_of(plan))] == plan


@given(st.integers(0, 604_800))
def test_a_wait_that_is_written_is_read_again(wait: int) -> None:
    assert seconds(said(wait)) == wait


@pytest.mark.parametrize(
    ("text", "wait"), [("90", 90), ("90 s", 90), ("15min", 900), ("2 H", 7200), ("1 h 30 min", 5400), ("0", 0)]
)
def test_waits_are_read_as_people_write_them(text: str, wait: float) -> None:
    assert seconds(text) == wait


@pytest.mark.parametrize("text", ["", "soon", "1.5 h", "-1", "2 weeks"])
def test_what_is_no_wait_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInput, match="90 s, 15 min or 2 h"):
        seconds(text)


def test_a_row_without_a_channel_is_named() -> None:
    with pytest.raises(BadInput) as refused:
        steps_of([Row(1, "send", "smtp", "60"), Row(2), Row(3, "warden", "", "60")])
    assert refused.value.field == "step-3-channel"


@pytest.fixture
def office(db: None) -> Client:
    """An administrator's browser, in the exercise realm."""
    organisation()
    return signed_in(user("alba", Role.ADMINISTRATOR))


FIELDS = ("does", "channel", "wait", "repeat")


def form(*rows: tuple[str, str, str, str], **more: str) -> dict[str, Any]:
    sent: dict[str, Any] = {"name": "night watch", "used_for": "", "do": "keep", **more}
    for number, row in enumerate(rows, 1):
        sent |= {f"step-{number}-{name}": value for name, value in zip(FIELDS, row, strict=True)}
    return sent


def test_a_plan_is_made_changed_and_dropped(office: Client) -> None:
    sent = form(("send", "smtp", "0", "1"), ("send", "webhook", "2 min", "3"), ("warden", "smtp", "10 min", "1"))
    assert office.post("/settings/plans/new/", sent | {"used_for": "danger"}).status_code == 302
    kept = NamedPlan.objects.get()
    assert (kept.name, kept.realm, kept.used_for) == ("night watch", "exercise", "danger")
    assert kept.steps == [
        {"action": "send", "channel": "smtp", "wait_s": 0.0},
        {"action": "send", "channel": "webhook", "wait_s": 120.0, "repeat": 3},
        {"action": "escalate", "channel": "smtp", "wait_s": 600.0, "to": "warden"},
    ]
    listed = office.get("/settings/plans/").content.decode()
    assert "send by smtp, and at once" in listed
    assert "send by webhook 3 times, 2 min apart" in listed
    assert "which is not set in the exercise realm" in listed
    page = office.get(f"/settings/plans/{kept.pk}/").content.decode()
    assert 'value="2 min"' in page and 'value="10 min"' in page
    assert office.post(f"/settings/plans/{kept.pk}/", form(("send", "smtp", "60", "1"))).status_code == 302
    kept.refresh_from_db()
    assert (len(kept.steps), kept.used_for) == (1, "")
    assert office.post(f"/settings/plans/{kept.pk}/drop/").status_code == 302
    assert not NamedPlan.objects.exists()


@pytest.mark.parametrize(
    ("rows", "at", "why"),
    [
        ([("send", "smtp", "soon", "1")], "step-1-wait", "is not a time"),
        (
            [("send", "smtp", "60", "1"), ("", "", "", ""), ("send", "", "60", "1")],
            "step-3-channel",
            "choose a channel",
        ),
        ([("send", "smtp", "60", "none")], "step-1-repeat", "how often"),
        ([("", "", "", ""), ("send", "smtp", "0", "2")], "step-2-does", "needs a wait"),
        ([("supervisor", "smtp", "60", "1")], "steps", "begin with a send step"),
        ([("send", "smtp", "60", "250"), ("send", "smtp", "60", "2")], "steps", "252 attempts"),
        ([], "step-1-does", "what the plan does first"),
    ],
)
def test_a_plan_that_cannot_stand_is_told_at_its_row_and_what_was_typed_stays(
    office: Client, rows: list[tuple[str, str, str, str]], at: str, why: str
) -> None:
    answer = office.post("/settings/plans/new/", form(*rows))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id-{at}"' in page and f'id="id-{at}"' in page
    assert why in page.lower()
    assert 'value="night watch"' in page
    assert not NamedPlan.objects.exists()


def test_more_rows_are_given_without_losing_what_is_typed(office: Client) -> None:
    page = office.post("/settings/plans/new/", form(("send", "smtp", "60 s", "1"), do="more")).content.decode()
    assert page.count('-wait"') // 2 >= 3
    assert 'value="60 s"' in page
    assert not NamedPlan.objects.exists()


def test_a_plan_can_begin_as_one_that_comes_with_vedette(office: Client) -> None:
    page = office.get("/settings/plans/new/", {"like": "danger to life"}).content.decode()
    assert page.count(" selected>send</option>") >= 4


def test_an_officer_does_not_keep_plans(db: None) -> None:
    organisation()
    browser = signed_in(user("otto", Role.DUTY_OFFICER))
    assert browser.get("/settings/plans/").status_code == 403
    assert browser.post("/settings/plans/new/", form(("send", "smtp", "60", "1"))).status_code == 403


def test_an_area_is_given_a_warden_by_code(office: Client) -> None:
    people = make_roster()
    raw = SimpleUploadedFile("area.geojson", json.dumps(FENCE_LINE).encode())
    office.post("/settings/areas/", {"name": "Fence", "code": "fence", "handling": "TLP:GREEN", "area.file": raw})
    area = SavedArea.objects.get()
    path = f"/settings/areas/{area.pk}/"
    refused = office.post(path, {"warden": "nobody", "alternate": ""})
    assert refused.status_code == 422
    assert "There is no person" in refused.content.decode()
    assert office.post(path, {"warden": "ex-san-diego", "alternate": "ex-imperial-valley"}).status_code == 302
    area.refresh_from_db()
    assert (area.warden, area.alternate) == (people["san-diego"], people["imperial-valley"])
    assert "Sam Example" in office.get("/settings/areas/").content.decode()


def test_the_cap_on_routine_messages_is_set_and_taken_away(office: Client) -> None:
    house = Organisation.objects.get()
    given_with = {name: getattr(house, name) for name in ("name", "sender", "mail_from", "public_address", "zone")}
    for text, kept in (("5", 5), ("", None)):
        assert office.post("/settings/organisation/", {**given_with, "routine_cap": text}).status_code == 302
        assert Organisation.objects.get().routine_cap == kept
    for text in ("0", "many", "1001", "-1"):
        answer = office.post("/settings/organisation/", {**given_with, "routine_cap": text})
        assert answer.status_code == 422 and 'href="#id-routine_cap"' in answer.content.decode()
