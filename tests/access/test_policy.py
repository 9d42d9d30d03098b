"""The one policy: who may do what, to which records; and that its query form says the same."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from vedette.access.handling import Realm, Tlp, most_restrictive, parse_tlp
from vedette.access.policy import Actor, Reason, Refused, check, compartments_text, decide, visible
from vedette.access.roles import Role, Verb
from vedette.reports.models import Claim, Report, Source

#: Who may do what, written out: a change of the policy shows here.
MATRIX: dict[Verb, set[Role]] = {
    Verb.SEE: set(Role),
    Verb.SEE_PEOPLE: {Role.DUTY_OFFICER, Role.SUPERVISOR, Role.OVERSEER, Role.ADMINISTRATOR},
    Verb.REPORT: {Role.ANALYST, Role.DUTY_OFFICER},
    Verb.GRADE: {Role.ANALYST},
    Verb.JUDGE: {Role.ANALYST},
    Verb.DRAFT: {Role.ANALYST, Role.DUTY_OFFICER},
    Verb.APPROVE: {Role.DUTY_OFFICER},
    Verb.ISSUE: {Role.DUTY_OFFICER},
    Verb.CANCEL: {Role.DUTY_OFFICER},
    Verb.ATTEST: {Role.DUTY_OFFICER, Role.SUPERVISOR},
    Verb.KEEP_ROSTER: {Role.ADMINISTRATOR},
    Verb.KEEP_SHIFTS: {Role.DUTY_OFFICER, Role.ADMINISTRATOR},
    Verb.PROVISION: {Role.ADMINISTRATOR},
    Verb.SEE_LEDGER: {Role.OVERSEER},
    Verb.ADMINISTER: {Role.ADMINISTRATOR},
}
CODES = ("ridge", "press", "a")
MADE = "2025-01-01T00:00Z"


@dataclass(frozen=True)
class Shown:
    """What a record shows the policy."""

    realm: str = "exercise"
    handling: str = "TLP:GREEN"
    need_to_know: str | None = None


def actor(
    *roles: Role,
    clearance: Tlp = Tlp.RED,
    compartments: frozenset[str] = frozenset(),
    realm: Realm = Realm.EXERCISE,
    scopes: frozenset[Verb] | None = None,
) -> Actor:
    return Actor(
        ref="user:1",
        name="somebody",
        roles=frozenset(roles),
        clearance=clearance,
        compartments=compartments,
        realm=realm,
        scopes=scopes,
    )


def test_the_matrix_names_every_verb() -> None:
    assert set(MATRIX) == set(Verb)


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_matrix_says_and_nothing_else(role: Role, verb: Verb) -> None:
    expected = Reason.ALLOWED if role in MATRIX[verb] else Reason.NO_ROLE
    assert decide(actor(role), verb) is expected
    assert decide(actor(role), verb, Shown()) is expected


@pytest.mark.parametrize("verb", Verb)
def test_without_a_role_nothing_is_allowed(verb: Verb) -> None:
    assert decide(actor(), verb, Shown()) is Reason.NO_ROLE


@pytest.mark.parametrize("verb", Verb)
def test_a_token_s_scopes_narrow_and_never_widen(verb: Verb) -> None:
    everyone = tuple(Role)
    assert decide(actor(*everyone, scopes=frozenset()), verb) is Reason.NO_SCOPE
    assert decide(actor(*everyone, scopes=frozenset({verb})), verb) is Reason.ALLOWED
    assert decide(actor(*everyone, scopes=frozenset(Verb) - {verb}), verb) is Reason.NO_SCOPE
    assert decide(actor(scopes=frozenset({verb})), verb) is Reason.NO_ROLE


@pytest.mark.parametrize("realm", Realm)
@pytest.mark.parametrize("other", Realm)
def test_the_realms_never_meet(realm: Realm, other: Realm) -> None:
    allowed = Reason.ALLOWED if realm is other else Reason.OTHER_REALM
    assert decide(actor(Role.ANALYST, realm=realm), Verb.SEE, Shown(realm=other.value)) is allowed


@pytest.mark.parametrize("mark", Tlp)
@pytest.mark.parametrize("clearance", Tlp)
def test_nobody_sees_above_their_clearance(clearance: Tlp, mark: Tlp) -> None:
    allowed = list(Tlp).index(mark) <= list(Tlp).index(clearance)
    reason = decide(actor(Role.OVERSEER, clearance=clearance), Verb.SEE, Shown(handling=mark.value))
    assert (reason is Reason.ALLOWED) is allowed
    assert allowed or reason is Reason.ABOVE_CLEARANCE


@pytest.mark.parametrize(
    ("need_to_know", "own", "allowed"),
    [
        (None, (), True),
        (None, ("ridge",), True),
        ("", (), False),
        ("", ("ridge",), False),
        ("|", ("ridge",), False),
        ("|ridge|", (), False),
        ("|ridge|", ("ridge",), True),
        ("|ridge|", ("rid",), False),
        ("|press|ridge|", ("ridge", "other"), True),
        ("|ridge|", ("",), False),
    ],
)
def test_a_compartment_lets_its_members_in_and_an_empty_one_nobody(
    need_to_know: str | None, own: tuple[str, ...], allowed: bool
) -> None:
    reader = actor(Role.OVERSEER, compartments=frozenset(own))
    assert reader.may(Verb.SEE, Shown(need_to_know=need_to_know)) is allowed


def test_a_refusal_names_the_verb_and_the_reason() -> None:
    with pytest.raises(Refused) as refused:
        check(actor(Role.ANALYST), Verb.APPROVE, Shown())
    assert (refused.value.verb, refused.value.reason) == (Verb.APPROVE, Reason.NO_ROLE)
    check(actor(Role.DUTY_OFFICER), Verb.APPROVE, Shown())


@pytest.mark.parametrize(("codes", "text"), [(None, None), (frozenset(), ""), ({"a"}, "|a|"), ({"b", "a"}, "|a|b|")])
def test_compartments_are_stored_so_that_none_asked_and_none_allowed_differ(
    codes: frozenset[str] | None, text: str | None
) -> None:
    assert compartments_text(codes) == text


@given(st.lists(st.sampled_from(Tlp)))
def test_combined_records_have_the_most_restrictive_mark(marks: list[Tlp]) -> None:
    combined = most_restrictive(marks)
    assert all(mark.rank <= combined.rank for mark in marks)
    assert combined in marks if marks else combined is Tlp.AMBER_STRICT


@pytest.mark.parametrize(
    ("label", "mark"), [("TLP:RED", Tlp.RED), (" tlp:amber+strict ", Tlp.AMBER_STRICT), ("TLP:WHITE", Tlp.CLEAR)]
)
def test_labels_are_read_as_the_standard_spells_them(label: str, mark: Tlp) -> None:
    assert parse_tlp(label) is mark


@pytest.mark.parametrize("label", ["", "RED", "TLP:PURPLE", "TLP: RED"])
def test_what_is_no_label_is_refused_and_never_guessed(label: str) -> None:
    with pytest.raises(ValueError, match="handling"):
        parse_tlp(label)


ACTORS = st.builds(
    lambda roles, clearance, own, realm, scopes: actor(
        *roles, clearance=clearance, compartments=own, realm=realm, scopes=scopes
    ),
    st.sets(st.sampled_from(Role), max_size=3),
    st.sampled_from(Tlp),
    st.frozensets(st.sampled_from(CODES)),
    st.sampled_from(Realm),
    st.none() | st.frozensets(st.sampled_from(Verb)),
)
RECORDS = st.lists(
    st.tuples(
        st.sampled_from(Realm),
        st.sampled_from(Tlp),
        st.none() | st.frozensets(st.sampled_from(CODES)).map(compartments_text),
    ),
    max_size=12,
)


class Visible(TestCase):
    """`visible`, which lists and counts are made of, and `decide`, which single records are asked of."""

    @given(ACTORS, RECORDS, st.sampled_from(Verb))
    def test_the_query_lets_through_exactly_what_the_decision_allows(
        self, reader: Actor, marks: list[tuple[Realm, Tlp, str | None]], verb: Verb
    ) -> None:
        sources = Source.objects.bulk_create(
            [
                Source(
                    handle=f"s{number}", realm=realm, handling=mark, need_to_know=known, created_at="2025-01-01T00:00Z"
                )
                for number, (realm, mark, known) in enumerate(marks)
            ]
        )
        allowed = {source.pk for source in sources if decide(reader, verb, source) is Reason.ALLOWED}
        assert {source.pk for source in visible(reader, Source.objects.all(), verb)} == allowed

    def test_compartments_that_differ_in_case_are_different_ones(self) -> None:
        Source.objects.create(realm="exercise", handle="s", handling=Tlp.CLEAR, need_to_know="|Ridge|", created_at=MADE)
        reader = actor(Role.ANALYST, compartments=frozenset({"ridge"}))
        assert not visible(reader, Source.objects.all()).exists()

    def test_a_part_is_as_visible_as_the_record_it_belongs_to(self) -> None:
        common = {"realm": "exercise", "created_at": "2025-01-01T00:00Z"}
        source = Source.objects.create(handle="s", handling=Tlp.CLEAR, **common)
        for number, mark in enumerate((Tlp.GREEN, Tlp.RED)):
            report = Report.objects.create(
                source=source,
                handling=mark,
                sha256=str(number),
                original=b"",
                received_at="2025-01-01T00:00Z",
                **common,
            )
            Claim.objects.create(report=report, key="c1", start=0, end=1, quote=mark.value)
        seen = visible(actor(Role.ANALYST, clearance=Tlp.AMBER), Claim.objects.all(), through="report")
        assert [claim.quote for claim in seen] == ["TLP:GREEN"]


def test_who_is_refused_by_their_role_is_told_who_may_and_by_a_scope_which_one() -> None:
    with pytest.raises(Refused, match=r"^your role does not allow this; an administrator or a duty officer may$"):
        check(actor(Role.ANALYST), Verb.KEEP_SHIFTS)
    with pytest.raises(Refused, match=r"^approve: the token's scopes do not allow this$"):
        check(actor(Role.DUTY_OFFICER, scopes=frozenset({Verb.SEE})), Verb.APPROVE)
