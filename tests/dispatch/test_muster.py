"""Muster: what is in force for a unit at shift start, and whom its supervisor briefed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from tests.dispatch.house import House, answer, fresh, states, user, work
from tests.servers import smtp
from tests.web.browser import Browser
from vedette import clock
from vedette.access.actors import actor_for, make_token
from vedette.access.handling import Realm
from vedette.access.models import User
from vedette.access.policy import Refused
from vedette.access.roles import Role, Verb
from vedette.cli import build
from vedette.dispatch.acknowledge import Recorded
from vedette.dispatch.levels import Response
from vedette.dispatch.models import Acknowledgement
from vedette.dispatch.muster import attest_briefed, muster_of, units_mustered_by
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.ledger.verify import verify
from vedette.people.models import Person
from vedette.warnings.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def warned(house: House, smtp_sink: smtp.Sink) -> Message:
    """A warning to three people of the post: one on shift, one coming on, one off; and one elsewhere."""
    now = clock.now()
    for code in ("ann", "ben", "cat"):
        house.person(code)
    house.person("out", house.elsewhere)
    for code, begins in (("ann", -4), ("ben", 1), ("cat", 12)):
        house.on_shift(house.people[code], now + timedelta(hours=begins))
    message = house.warn()
    work()
    return message


def supervisor(house: House, unit: Any, name: str = "sup") -> Any:
    """Somebody who supervises a unit, with a login of their own."""
    login = user(name, Role.SUPERVISOR)
    person = house.person(name, house.elsewhere)
    Person.objects.filter(pk=person.pk).update(user=login)
    house.supervised_by(unit, person)
    return actor_for(login, Realm.EXERCISE)


def test_the_muster_shows_what_is_in_force_for_the_unit_and_who_of_it_is_on(house: House, warned: Message) -> None:
    found = muster_of(supervisor(house, house.sector), house.post, clock.now())
    (one,) = found.warnings
    assert one.message.pk == warned.pk
    assert [row.recipient.person.code for row in one.on] == ["ann", "ben"], "on now, or within two hours"
    assert [row.recipient.person.code for row in one.off] == ["cat"]


def test_only_the_supervisor_of_the_unit_or_one_above_musters_it(house: House, warned: Message) -> None:
    above, beside = supervisor(house, house.sector), supervisor(house, house.elsewhere, "other")
    assert {unit.code for unit in units_mustered_by(above)} == {"sector", "post"}
    assert [unit.code for unit in units_mustered_by(beside)] == ["elsewhere"]
    with pytest.raises(Refused):
        muster_of(beside, house.post, clock.now())
    with pytest.raises(Refused):
        attest_briefed(beside, house.post, fresh(warned.warning), ["ann"])
    assert house.post in units_mustered_by(house.officer), "the duty officer is above them all"


def test_whoever_was_briefed_counts_as_attested_and_their_own_word_stands(house: House, warned: Message) -> None:
    by = supervisor(house, house.post)
    answer(warned, "ann", Response.SAFE)
    before = Entry.objects.filter(kind="dispatch.answered").count()
    done = attest_briefed(by, house.post, fresh(warned.warning), ["ann", "ben", "cat"])
    assert done == {"ann": Recorded.REPEATED, "ben": Recorded.RECORDED, "cat": Recorded.RECORDED}
    assert states(warned) == {"ann": "safe", "ben": "attested", "cat": "attested"}
    assert Entry.objects.filter(kind="dispatch.answered").count() == before + 1, "one entry for all of them"
    assert set(Acknowledgement.objects.filter(response="attested").values_list("attested_by", flat=True)) == {by.ref}
    answer(warned, "ben", Response.NEEDS_HELP)
    assert states(warned)["ben"] == "needs_help", "what they say themselves outranks it"
    assert attest_briefed(by, house.post, fresh(warned.warning), ["ben"]) == {"ben": Recorded.REPEATED}
    assert states(warned)["ben"] == "needs_help"
    assert verify().verified


@pytest.mark.parametrize(
    ("codes", "field"), [([], "people"), (["ann", "out"], "people"), (["ann", "nobody"], "people")]
)
def test_a_roll_with_one_wrong_name_changes_nothing(
    house: House, warned: Message, codes: list[str], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        attest_briefed(supervisor(house, house.post), house.post, fresh(warned.warning), codes)
    assert refused.value.field == field
    assert not Acknowledgement.objects.exists()


def test_nobody_is_briefed_of_what_is_over(house: House, warned: Message) -> None:
    by = supervisor(house, house.post)
    house.cancel(warned.warning)
    assert muster_of(by, house.post, clock.now()).warnings == ()
    with pytest.raises(BadInput, match="not in force"):
        attest_briefed(by, house.post, fresh(warned.warning), ["ann"])


def test_the_page_lists_the_warnings_to_read_out_and_takes_the_marks(house: House, warned: Message) -> None:
    by = supervisor(house, house.post)
    browser = Browser()
    browser.force_login(User.objects.get(pk=by.user_id))
    assert browser.get("/muster/")["Location"] == "/muster/post/", "there is only one that is theirs"
    page = browser.get("/muster/post/").content.decode()
    assert warned.content["headline"] in page and "Wear body armour" in page
    assert page.count('name="people"') == 3 and "Signature" in page
    sent = {"warning": warned.warning_id, "people": ["ann", "ben"], "note": "read out at 08:00"}
    assert "2 attested" in browser.post("/muster/post/", sent, follow=True).content.decode()
    assert states(warned) == {"ann": "attested", "ben": "attested", "cat": "open"}
    refused = browser.post("/muster/post/", {"warning": warned.warning_id})
    assert refused.status_code == 422 and "Say who was briefed" in refused.content.decode()
    assert browser.post("/muster/post/", {**sent, "warning": "9" * 5_000}).status_code == 404
    assert browser.get("/muster/sector/").status_code == 404


def test_the_api_and_the_command_do_the_same(house: House, warned: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    by = supervisor(house, house.post)
    token = make_token(
        User.objects.get(pk=by.user_id), "muster", Realm.EXERCISE, [Verb.SEE, Verb.SEE_PEOPLE, Verb.ATTEST]
    )
    client, path = Client(), f"/api/v1/units/{house.post.pk}/muster"
    headers = {"Authorization": f"Bearer {token}"}
    told = client.get(path, headers=headers).json()
    assert [row["code"] for row in told["warnings"][0]["people"]] == ["ann", "ben", "cat"]
    body = {"warning": warned.warning_id, "people": ["ann"]}
    done = client.post(path, json.dumps(body), content_type="application/json", headers=headers)
    assert done.json() == {"outcomes": {"ann": "recorded"}}
    above = client.get(f"/api/v1/units/{house.sector.pk}/muster", headers=headers)
    assert above.status_code == 403

    monkeypatch.setenv("VEDETTE_TOKEN", token)
    shown = CliRunner().invoke(build(), ["muster", "show", "post", "--json"])
    assert json.loads(shown.stdout)["warnings"][0]["people"][0] == {
        "code": "ann",
        "on_shift": True,
        "state": "attested",
    }
    done = CliRunner().invoke(build(), ["muster", "attest", "post", str(warned.warning_id), "ben"])
    assert done.exit_code == 0 and "recorded" in done.stdout
    wrong = CliRunner().invoke(build(), ["muster", "attest", "post", str(warned.warning_id), "out"])
    assert wrong.exit_code == 2
    assert CliRunner().invoke(build(), ["muster", "show", "sector"]).exit_code == 1
    assert states(warned) == {"ann": "attested", "ben": "attested", "cat": "open"}
