"""What a report proposes for a warning: its own words, cited, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.access.cast import make_actor
from tests.access.roster import make_organisation
from tests.reports.texts import MEMO
from tests.warnings.good import FENCE_LINE
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor
from vedette.access.roles import Role
from vedette.people.models import Organisation, SavedArea
from vedette.reports.actions import receive, reject_claim
from vedette.reports.models import Report
from vedette.warnings.content import Content
from vedette.warnings.proposal import Proposal, propose

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 12, 4, 16, 0, tzinfo=UTC)


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation()


@pytest.fixture
def analyst() -> Actor:
    return make_actor("analyst", Role.ANALYST)


@pytest.fixture
def memo(analyst: Actor, organisation: Organisation) -> Report:
    return receive(analyst, original=MEMO, media_type="text/plain", source="unit", handling=Tlp.AMBER)


def save_area(name: str = "San Diego sector", **other: str) -> SavedArea:
    given = {"realm": "exercise", "handling": Tlp.GREEN.value, "code": f"a{SavedArea.objects.count()}", **other}
    return SavedArea.objects.create(name=name, geometry=FENCE_LINE, created_at=NOW, **given)


def fold(text: str) -> str:
    return " ".join(text.split())


def test_every_proposed_field_is_cited_and_cites_claims_of_the_report(memo: Report, organisation: Organisation) -> None:
    proposal = propose(memo, organisation, NOW)
    own = set(memo.claims.values_list("pk", flat=True))
    assert set(proposal.citations) == set(proposal.content) - {"source", "handling"}
    assert all(cited and set(cited) <= own for cited in proposal.citations.values())
    assert not set(proposal.content) & set(proposal.missing)


def test_the_words_are_the_report_s_own(memo: Report, organisation: Organisation) -> None:
    content = propose(memo, organisation, NOW).content
    text = fold(memo.text)
    for name in ("event", "audience_note"):
        assert content[name] in text
    assert content["area"]["description"] in text
    assert all(line in text for line in content["instruction"].splitlines())
    assert not any(line.startswith("-") for line in content["instruction"].splitlines())
    for line in content["description"].splitlines():
        speaker, _, quote = line.removeprefix("According to ").partition(": “")
        assert quote.removesuffix("”") in text
        assert speaker.split(", citing ")[0] in text
    assert content["source"] == organisation.name and content["handling"] == Tlp.AMBER


def test_a_saved_area_of_that_name_gives_the_outline(memo: Report, organisation: Organisation) -> None:
    save_area("SAN DIEGO SECTOR")
    assert propose(memo, organisation, NOW).content["area"]["geometry"] == FENCE_LINE


@pytest.mark.parametrize(
    "areas",
    [
        [],
        [{"name": "Another sector"}],
        [{"realm": Realm.LIVE.value}],
        [{"handling": Tlp.RED.value}],
        [{"need_to_know": "|ridge|"}],
        [{}, {}],
    ],
)
def test_without_one_saved_area_that_its_readers_may_see_no_outline_is_invented(
    memo: Report, organisation: Organisation, areas: list[dict[str, str]]
) -> None:
    for area in areas:
        save_area(**area)
    proposal = propose(memo, organisation, NOW)
    assert "geometry" not in proposal.content["area"]
    assert proposal.missing["area.geometry"]


def test_a_hazard_told_by_a_bare_verb_is_no_order_in_the_headline(analyst: Actor, organisation: Organisation) -> None:
    told = b"The group may shoot at agents near San Ysidro on 6 December, an officer said."
    report = receive(analyst, original=told, media_type="text/plain", source="unit", handling=Tlp.AMBER)
    proposal = propose(report, organisation, NOW)
    assert proposal.content["event"].startswith("shooting at agents")
    assert proposal.content["headline"].startswith("Shooting at agents")


def test_a_rejected_claim_supports_nothing(analyst: Actor, memo: Report, organisation: Organisation) -> None:
    hazard = memo.claims.get(key=memo.draft["hazard"]["claims"][0])
    reject_claim(analyst, hazard)
    proposal = propose(memo, organisation, NOW)
    assert {"event", "headline"} <= set(proposal.missing) and "rejected" in proposal.missing["event"]
    assert all(hazard.pk not in cited for cited in proposal.citations.values())


def test_a_time_that_is_past_is_not_proposed(memo: Report, organisation: Organisation) -> None:
    assert "expires" in propose(memo, organisation, NOW).content
    proposal = propose(memo, organisation, NOW + timedelta(days=30))
    assert "expires" not in proposal.content and "past" in proposal.missing["expires"]
    assert "onset" not in proposal.content


def test_what_people_judge_is_left_to_people(memo: Report, organisation: Organisation) -> None:
    proposal = propose(memo, organisation, NOW)
    assert {"urgency", "severity", "certainty", "impact", "contact", "next_update"} <= set(proposal.missing)


def test_a_report_that_says_nothing_of_danger_proposes_nothing(analyst: Actor, organisation: Organisation) -> None:
    lunch = receive(
        analyst, original=b"The canteen serves soup today.", media_type="text/plain", source="x", handling=Tlp.GREEN
    )
    proposal = propose(lunch, organisation, NOW)
    assert {"event", "headline", "instruction", "description"} <= set(proposal.missing)
    assert not set(proposal.citations) & {"event", "headline", "instruction"}


def test_with_what_people_add_the_proposal_is_a_whole_content(memo: Report, organisation: Organisation) -> None:
    save_area()
    proposal: Proposal = propose(memo, organisation, NOW)
    judged = {"urgency": "Expected", "severity": "Extreme", "certainty": "Likely"}
    content = Content.model_validate({**proposal.content, **judged})
    assert content.event == proposal.content["event"] and len(content.headline) <= 160
