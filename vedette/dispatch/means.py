"""By what means a warning is followed up: the plans on offer, and whom a plan cannot reach with what is set here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from vedette.access.handling import Realm
from vedette.access.policy import Actor
from vedette.dispatch.models import Channel
from vedette.formats.parts import BadInput, parse
from vedette.people.models import ContactPoint, SavedArea, Unit
from vedette.people.world import Ints
from vedette.warnings.content import Content, Office, Plan, Severity
from vedette.warnings.lint_rules.rule import LintLevel
from vedette.warnings.own_plans import plans_for
from vedette.warnings.plans import STANDARD, WarningClass, class_of, fitted, flat


class FindingCode(StrEnum):
    """What can stand in a plan's way."""

    #: It uses a channel that is not set in this realm.
    NO_CHANNEL = "no-channel"
    #: People of the audience have no address on any of its channels.
    NO_ADDRESS = "no-address"
    #: None of its steps can reach anybody of the audience.
    REACHES_NOBODY = "reaches-nobody"
    #: It tells somebody whom no unit or area names.
    NOBODY_TO_TELL = "nobody-to-tell"
    #: It ends the moment it has sent its last.
    NO_TIME_TO_ANSWER = "no-time-to-answer"


@dataclass(frozen=True, slots=True)
class PlanFinding:
    """One thing in a plan's way, for its author to mend or to accept."""

    code: FindingCode
    message: str

    @property
    def level(self) -> LintLevel:
        """An error holds the message back as one of the text does."""
        return LintLevel.ERROR if self.code in _ERRORS else LintLevel.WARNING

    def words(self, *, exact: bool) -> str:
        """As it is told: with its numbers, or, to whoever may not see people, without."""
        return self.message if exact else _WITHOUT_NUMBERS.get(self.code, self.message)


#: An exact figure tells of one person: who is in reach of two rules that differ by them.
_WITHOUT_NUMBERS = {FindingCode.NO_ADDRESS: "There are people who have no address on any channel of this plan."}
_ERRORS = frozenset({FindingCode.NO_CHANNEL, FindingCode.REACHES_NOBODY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a plan comes to for an audience."""

    plan: Plan
    findings: tuple[PlanFinding, ...]
    #: Person ids of the audience whom none of the plan's channels reaches.
    without_address: tuple[int, ...] = ()

    @property
    def channels(self) -> tuple[str, ...]:
        """What the plan sends by, in its order."""
        return sends_by(self.plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A plan that can be chosen by its name."""

    plan: Plan
    #: The class of warnings it is chosen for unless somebody chooses another.
    used_for: WarningClass | None
    #: Kept by the organisation; else one that comes with Vedette.
    own: bool


def channels_set(realm: Realm) -> list[str]:
    """The channels by which something can be sent in a realm."""
    found = Channel.objects.filter(realm=realm.value, enabled=True)
    return list(found.order_by("name").values_list("name", flat=True).distinct())


def offers(actor: Actor) -> list[Offer]:
    """The plans to choose from: for each class the one that is chosen by itself first, then the others by name.

    Those that come with Vedette are fitted to the channels that are set.
    """
    channels = channels_set(actor.realm)
    own = [
        Offer(plan=kept.parsed(), used_for=WarningClass(kept.used_for) if kept.used_for else None, own=True)
        for kept in plans_for(actor)
    ]
    taken = {one.used_for for one in own}
    standard = [
        Offer(plan=fitted(plan, channels), used_for=None if kind in taken else kind, own=False)
        for kind, plan in STANDARD.items()
    ]
    first = [one for kind in WarningClass for one in (*own, *standard) if one.used_for is kind]
    return [*first, *(one for one in (*own, *standard) if one.used_for is None)]


def plan_for(actor: Actor, severity: Severity) -> Plan:
    """The plan that is chosen for a warning of this severity when its author chooses none."""
    return next(one.plan for one in offers(actor) if one.used_for is class_of(severity))


def chosen_plan(actor: Actor, given: object, content: object) -> Plan:
    """The plan of a draft: given whole, by the name of one on offer, or none: then the one for its severity.

    Raises BadInput naming what cannot stand.
    """
    if given is None:
        return plan_for(actor, parse(Content, content).severity)
    if isinstance(given, str):
        known = {one.plan.name: one.plan for one in offers(actor)}
        if given not in known:
            raise BadInput("plan", f"there is no plan {given!r}; there are {', '.join(sorted(known))}")
        return known[given]
    return parse(Plan, given, "plan")


def means_of(plan: Plan, realm: Realm, people: Ints | Collection[int] = ()) -> Means:
    """What stands in the plan's way in this realm, for these people of the audience. Errors come first."""
    there = set(channels_set(realm))
    used = dict.fromkeys(step.channel for step in plan.steps)
    findings = [
        PlanFinding(
            FindingCode.NO_CHANNEL,
            f"The plan uses {name}, which is not set in the {realm.value} realm: nothing can go out by it.",
        )
        for name in used
        if name not in there
    ]
    usable = [name for name in sends_by(plan) if name in there]
    without = _without_address(np.asarray(people, np.int64), realm, usable or list(sends_by(plan)))
    if without:
        count = f"{len(without)} people have" if len(without) > 1 else "One person has"
        findings.append(PlanFinding(FindingCode.NO_ADDRESS, f"{count} no address on any channel of this plan."))
    if not usable or len(without) == len(people) > 0:
        why = (
            "nobody of the audience has an address on any of its channels"
            if usable
            else "no channel it sends by is set"
        )
        findings.append(PlanFinding(FindingCode.REACHES_NOBODY, f"No step of this plan can reach anyone: {why}."))
    findings += _nobody_to_tell(plan, realm)
    if flat(plan)[-1].wait_s == 0:
        findings.append(
            PlanFinding(
                FindingCode.NO_TIME_TO_ANSWER,
                "The plan's last step has no wait: whoever has not answered by then counts as silent at once.",
            )
        )
    findings.sort(key=lambda one: one.level is not LintLevel.ERROR)
    return Means(plan=plan, findings=tuple(findings), without_address=without)


def sends_by(plan: Plan) -> tuple[str, ...]:
    """The channels that a plan warns by, in its order."""
    return tuple(dict.fromkeys(step.channel for step in plan.steps if step.action == "send"))


def _without_address(people: Ints, realm: Realm, channels: list[str]) -> tuple[int, ...]:
    if not people.size:
        return ()
    reached = ContactPoint.objects.filter(channel__in=channels, person__realm=realm.value, person__active=True)
    if people.size <= _FEW:
        reached = reached.filter(person__in=people.tolist())
    having = np.fromiter(reached.values_list("person_id", flat=True).iterator(50_000), np.int64)
    return tuple(np.setdiff1d(people, having).tolist())


def _nobody_to_tell(plan: Plan, realm: Realm) -> list[PlanFinding]:
    told = {step.to for step in plan.steps if step.action == "escalate"}
    areas = SavedArea.objects.filter(realm=realm.value)
    holders = {
        Office.SUPERVISOR: Unit.objects.filter(realm=realm.value, supervisor__active=True),
        Office.WARDEN: areas.filter(warden__active=True),
        Office.ALTERNATE: areas.filter(alternate__active=True),
    }
    place = {Office.SUPERVISOR: "unit", Office.WARDEN: "area", Office.ALTERNATE: "area"}
    return [
        PlanFinding(
            FindingCode.NOBODY_TO_TELL,
            f"The plan tells the {one.value} of the silent, and no {place[one]} of this realm has one.",
        )
        for one in Office
        if one in told and not holders[one].exists()
    ]


#: People whose addresses are asked for by name rather than with everybody's.
_FEW = 500
