"""An audience tried by itself, kept under a name, answered for, and what changes of it before it goes out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db.models import Q

from tests.people.house import square
from tests.web.console.house import House, text_of
from vedette import clock
from vedette.clock import Frozen
from vedette.demo import texts
from vedette.formats.parts import BadInput
from vedette.ledger.models import Entry
from vedette.people import actions as people
from vedette.people.models import NamedAudience, Person, Position, Unit
from vedette.warnings import actions
from vedette.warnings.approval import content_hash
from vedette.warnings.models import ApprovedReach, Message
from vedette.warnings.reach import reach_of

#: A box around the example's fence line.
BOX = json.dumps(square(-117.2, 32.5, -116.8, 32.7))


def form(**changed: Any) -> dict[str, Any]:
    """A rule for everyone of a unit, and a box, as the page sends them."""
    return {
        "audience.link": ["unit"],
        "audience.units": ["chula-vista"],
        "audience.maybe_cap": "50",
        "area.geometry": BOX,
        "grave": "1",
        "do": "try",
    } | changed


def test_a_rule_is_composed_and_tried_on_the_page_and_nothing_is_stored(house: House) -> None:
    before = Message.objects.count()
    page = text_of(house.browser("officer").post("/audience/", form()))
    unit = Unit.objects.get(code="chula-vista")
    reached = Person.objects.filter(unit=unit, active=True)
    assert f"<b>{reached.count()}</b> in" in page
    assert reached.order_by("pk")[0].code in page, "who is told by name to whoever may see people"
    assert 'class="reach-map"' in page and "By ground" in page
    assert "What they were sent in the last 24 hours" in page
    assert Message.objects.count() == before


def test_ways_with_units_and_duties_of_their_own_need_no_json(house: House) -> None:
    sent = form(**{"audience.do": "more"})
    page = text_of(house.browser("officer").post("/audience/", sent))
    assert 'name="audience.further.1.link"' in page
    further = {
        "audience.further.0.link": "unit",
        "audience.further.0.units": ["chula-vista"],
        "audience.further.1.link": "unit",
        "audience.further.1.units": ["san-diego"],
        "audience.further.1.duties": ["medic"],
    }
    page = text_of(house.browser("officer").post("/audience/", form(**{"audience.link": []}, **further)))
    medics = Q(duties__code="medic", unit__parent__code="san-diego")
    reached = Person.objects.filter(medics | Q(unit__code="chula-vista"), active=True).distinct()
    assert f"<b>{reached.count()}</b> in" in page


def test_an_analyst_gets_rounded_figures_without_reasons_names_or_last_positions(house: House) -> None:
    officer = text_of(house.browser("officer").post("/audience/", form(**{"audience.link": ["position"]})))
    assert "last seen in the area" in officer
    looks = Entry.objects.filter(kind="positions.counted")
    assert looks.count() == 1, "that positions were counted is in the ledger"
    house.browser("officer").post("/audience/", form(**{"audience.link": ["position"]}))
    assert looks.count() == 1, "the same look again is one"
    page = text_of(house.browser("analyst").post("/audience/", form()))
    assert "Rounded down to tens" in page and "By ground" not in page
    seen = text_of(house.browser("analyst").post("/audience/", form(**{"audience.link": ["position"]})))
    assert "nobody, as far as can be told without last positions" in seen
    assert looks.count() == 1


@pytest.mark.parametrize("there", [True, False])
def test_submitting_tells_an_author_who_may_not_see_people_nothing_of_positions(house: House, there: bool) -> None:
    """Refused or not, it would tell whether somebody is in an area drawn around them; who issues is told."""
    if not there:
        Position.objects.all().delete()
    message = house.draft("analyst")
    rule = {"terms": [{"link": "position"}], "maybe_cap": 1.0}
    message = actions.revise(house.actor("analyst"), message, audience=rule)
    assert (len(reach_of(message, clock.now())) > 0) is there
    message = actions.submit(house.actor("analyst"), message, "the example's words stand")
    actions.approve(house.actor("officer"), message, content_hash(message))
    if there:
        assert actions.issue(house.actor("second"), message).issued_at is not None
    else:
        with pytest.raises(BadInput, match="the rule reaches nobody"):
            actions.issue(house.actor("second"), message)
    unknown = {"terms": [{"link": "position"}, {"link": "unit", "units": ["nowhere"]}], "maybe_cap": 1.0}
    other = house.draft("analyst")
    other = actions.revise(house.actor("analyst"), other, audience=unknown)
    with pytest.raises(BadInput, match="no unit has the code 'nowhere'"):
        actions.submit(house.actor("analyst"), other, "the example's words stand")


def test_an_audience_is_kept_under_a_name_begun_with_and_dropped(house: House) -> None:
    officer = house.browser("officer")
    page = text_of(officer.post("/audience/", form(**{"audience.do": "keep", "audience.name": "Chula Vista"})))
    assert "is kept as" in page
    kept = NamedAudience.objects.get()
    page = text_of(officer.post("/warnings/new/", {"audience.do": "put", "audience.saved": str(kept.pk)}))
    assert 'value="chula-vista" checked' in page
    assert 'value="chula-vista" checked' in text_of(officer.get("/audience/", {"audience": kept.pk}))
    officer.post("/audience/", form(**{"audience.do": "drop", "audience.saved": str(kept.pk)}))
    assert not NamedAudience.objects.exists()
    kinds = list(Entry.objects.filter(kind__startswith="audience.").order_by("seq").values_list("kind", flat=True))
    assert kinds == ["audience.kept", "audience.dropped"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"audience.do": "keep", "audience.name": " "}, "Must be 1 to 100 characters"),
        ({"audience.do": "put", "audience.saved": "99"}, "Choose one that is there"),
        ({"audience.do": "put", "audience.saved": "9" * 5_000}, "Choose one that is there"),
        ({"expires": "soon"}, "is not a date and time"),
        ({"audience.link": []}, "needs at least one term"),
    ],
)
def test_what_cannot_stand_is_told_at_its_field(house: House, sent: dict[str, Any], said: str) -> None:
    response = house.browser("officer").post("/audience/", form(**sent))
    assert response.status_code == 422 and said in text_of(response)
    assert not NamedAudience.objects.exists()


def test_what_is_odd_is_answered_on_the_page_and_the_approver_reads_the_answer(house: House) -> None:
    empty = people.keep_unit(house.actor("admin"), code="new-unit", name="New unit")
    rule = {**texts.AUDIENCE, "terms": [*texts.AUDIENCE["terms"], {"link": "unit", "units": [empty.code]}]}
    message = house.draft()
    Message.objects.filter(pk=message.pk).update(audience=rule)
    officer = house.browser("officer")
    at = f"/warnings/{message.warning_id}/messages/{message.number}/"
    page = text_of(officer.get(f"{at}edit/"))
    assert 'name="audience.answer.empty-unit:new-unit"' in page
    refused = officer.post(f"{at}decide/", {"do": "submit", "override": "the words stand"})
    assert refused.status_code == 422 and "say why it may stand" in text_of(refused)
    answer = {"finding": "empty-unit", "about": "new-unit", "reason": "its people come tomorrow"}
    Message.objects.filter(pk=message.pk).update(audience={**rule, "answers": [answer]})
    officer.post(f"{at}decide/", {"do": "submit", "override": "the words stand"})
    page = text_of(house.browser("second").get(at))
    assert "The author says: its people come tomorrow" in page
    assert "meant so (empty unit new-unit): its people come tomorrow" in page, "it is among what is approved"


def test_who_came_and_went_since_the_approval_is_shown_before_it_is_sent(stopped_clock: Frozen, house: House) -> None:
    message = house.approved()
    at = f"/warnings/{message.warning_id}/messages/{message.number}/issue/"
    officer = house.browser("second")
    assert "Nobody came to the audience and nobody went" in text_of(officer.get(at))
    stopped_clock.advance(minutes=5)
    keeper = house.actor("admin")
    unit = Unit.objects.get(code="chula-vista")
    gone = Person.objects.filter(unit=unit, active=True).order_by("pk")[0]
    people.deactivate_person(keeper, gone)
    people.keep_person(keeper, code="joined-since", name="Joined Since", unit=unit)
    page = text_of(officer.get(at))
    assert "joined-since" in page and gone.code in page
    assert ">1</strong> came" in page and ">1</strong> went" in page
    officer.post(at, {})
    assert Message.objects.get(pk=message.pk).state == "issued"
    assert not ApprovedReach.objects.exists(), "a list of who was where is not kept longer than it is needed"


def test_whom_only_a_last_fix_put_in_is_counted_among_those_who_moved_and_not_named(house: House) -> None:
    message = house.draft()
    rule = {"terms": [{"link": "position"}], "maybe": "include", "maybe_cap": 1}
    Message.objects.filter(pk=message.pk).update(audience=rule)
    actions.submit(house.actor("officer"), message, "the words stand")
    message = Message.objects.get(pk=message.pk)
    come, gone = (Person.objects.get(pk=one.person_id) for one in list(reach_of(message, clock.now()))[:2])
    fix = Position.objects.get(person=come)
    Position.objects.filter(person=come).delete()
    actions.approve(house.actor("second"), message, content_hash(message))
    fix.save(force_insert=True)
    Position.objects.filter(person=gone).delete()
    at = f"/warnings/{message.warning_id}/messages/{message.number}/issue/"
    page = text_of(house.browser("second").get(at))
    assert ">1</strong> came" in page and ">1</strong> went" in page
    assert gone.code not in page and come.code not in page
    assert page.count("is counted here, and not named") == 2
