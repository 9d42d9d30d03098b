"""Duties that check each other: what it costs when one user holds both. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from vedette.access.roles import Role

#: Two roles, and what is lost when one person holds both.
CHECKS: tuple[tuple[Role, Role, str], ...] = (
    (Role.ANALYST, Role.DUTY_OFFICER, "who judges a threat would also decide to warn of it"),
    (Role.ANALYST, Role.OVERSEER, "the overseer would check their own reading of the reports"),
    (Role.DUTY_OFFICER, Role.OVERSEER, "the overseer would check their own warnings"),
    (Role.SUPERVISOR, Role.OVERSEER, "the overseer would check their own attestations"),
    (Role.ADMINISTRATOR, Role.OVERSEER, "the overseer would check what they allowed themselves"),
    (Role.ADMINISTRATOR, Role.DUTY_OFFICER, "who approves warnings could make the second user that approval needs"),
)

#: What each role is here for, in a line.
PURPOSES: dict[Role, str] = {
    Role.ANALYST: "reads reports, grades them, judges threats, drafts warnings",
    Role.DUTY_OFFICER: "drafts, approves, issues and cancels warnings; sees who has answered",
    Role.SUPERVISOR: "is told who of their people is silent, and attests for them",
    Role.OVERSEER: "reads everything they are cleared for, and the ledger; changes nothing",
    Role.ADMINISTRATOR: "keeps users, the roster, channels and settings; issues no warning",
}


def conflicts(roles: Iterable[Role]) -> tuple[str, ...]:
    """Why these roles should not be one person's; empty when they may."""
    held = frozenset(roles)
    return tuple(
        f"{_said(one)} and {_said(other)}: {why}" for one, other, why in CHECKS if one in held and other in held
    )


def _said(role: Role) -> str:
    return role.value.replace("_", " ")
