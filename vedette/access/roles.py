"""Roles and what each may do. Duties that check each other are never in one role."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a user is here for."""

    ANALYST = "analyst"
    DUTY_OFFICER = "duty_officer"
    SUPERVISOR = "supervisor"
    OVERSEER = "overseer"
    ADMINISTRATOR = "administrator"


class Verb(StrEnum):
    """What can be asked of the policy."""

    SEE = "see"
    #: See who a person is and how they are reached.
    SEE_PEOPLE = "see_people"
    REPORT = "report"
    GRADE = "grade"
    JUDGE = "judge"
    DRAFT = "draft"
    APPROVE = "approve"
    ISSUE = "issue"
    CANCEL = "cancel"
    ATTEST = "attest"
    KEEP_ROSTER = "keep_roster"
    #: Say who is on: put on shift, take off, let another stand in.
    KEEP_SHIFTS = "keep_shifts"
    #: Keep the roster as an identity provider does, by SCIM.
    PROVISION = "provision"
    SEE_LEDGER = "see_ledger"
    ADMINISTER = "administer"


ALLOWED: dict[Role, frozenset[Verb]] = {
    Role.ANALYST: frozenset({Verb.SEE, Verb.REPORT, Verb.GRADE, Verb.JUDGE, Verb.DRAFT}),
    Role.DUTY_OFFICER: frozenset(
        {
            Verb.SEE,
            Verb.SEE_PEOPLE,
            Verb.REPORT,
            Verb.DRAFT,
            Verb.APPROVE,
            Verb.ISSUE,
            Verb.CANCEL,
            Verb.ATTEST,
            Verb.KEEP_SHIFTS,
        }
    ),
    Role.SUPERVISOR: frozenset({Verb.SEE, Verb.SEE_PEOPLE, Verb.ATTEST}),
    Role.OVERSEER: frozenset({Verb.SEE, Verb.SEE_PEOPLE, Verb.SEE_LEDGER}),
    Role.ADMINISTRATOR: frozenset(
        {Verb.SEE, Verb.SEE_PEOPLE, Verb.KEEP_ROSTER, Verb.KEEP_SHIFTS, Verb.PROVISION, Verb.ADMINISTER}
    ),
}


def who_may(verb: Verb) -> str:
    """Whom the table allows `verb`, in words: "an administrator or a duty officer"."""
    named = sorted(role.value.replace("_", " ") for role in Role if verb in ALLOWED[role])
    spoken = [f"{'an' if name[0] in 'aeiou' else 'a'} {name}" for name in named]
    return " or ".join(filter(None, (", ".join(spoken[:-1]), spoken[-1])))
