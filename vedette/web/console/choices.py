"""The plans that the composer offers: by the severity, one by its name, or the one that the draft has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vedette.access.policy import Actor
from vedette.dispatch.means import Offer, offers
from vedette.warnings.content import Plan, Severity
from vedette.warnings.own_templates import templates_for
from vedette.warnings.plans import WarningClass, class_of

#: The choice of letting the severity choose, and that of a plan which is on offer no more.
BY_SEVERITY, AS_DRAFTED = "", "as-drafted"


@dataclass(frozen=True)
class Choice:
    """One plan to choose."""

    value: str
    label: str
    plan: Plan | None = None
    hint: str = ""


class Choices:
    """What can be chosen for one draft; `stored` are the plan it has and that of the message before it."""

    def __init__(self, actor: Actor, *stored: Mapping[str, Any] | None) -> None:
        offered = offers(actor)
        self._by_class = {offer.used_for: offer.plan for offer in offered if offer.used_for is not None}
        #: Value of the choice -> plan.
        self.plans: dict[str, Plan] = {offer.plan.name: offer.plan for offer in offered}
        for template in templates_for(actor).exclude(plan=None):
            plan = Plan.model_validate(template.plan)
            self.plans.setdefault(plan.name, plan)
        had = next((Plan.model_validate(one) for one in stored if one), None)
        self._had = had if had is not None and had not in self.plans.values() else None
        if self._had is not None:
            self.plans[AS_DRAFTED] = self._had
        self.listed = [
            Choice(BY_SEVERITY, "As the severity asks", hint=self._by_severity()),
            *([Choice(AS_DRAFTED, f"{self._had.name}, as the draft has it", self._had)] if self._had else []),
            *(Choice(name, _named(name, offered), plan) for name, plan in self.plans.items() if name != AS_DRAFTED),
        ]

    def meant(self, plan: Mapping[str, Any] | None, severity: Severity | None) -> Plan | None:
        """The plan that a choice comes to; None while severity is to choose and nobody has said how grave it is."""
        if plan:
            return Plan.model_validate(plan)
        return self._by_class[class_of(severity)] if severity is not None else None

    def value_of(self, plan: Mapping[str, Any] | None, severity: Severity | None) -> str:
        """The choice to show as made, for a draft with this plan."""
        if not plan:
            return BY_SEVERITY
        had = Plan.model_validate(plan)
        if had == self.meant(None, severity):
            return BY_SEVERITY
        return next((value for value, known in self.plans.items() if known == had), BY_SEVERITY)

    def _by_severity(self) -> str:
        danger, routine = self._by_class[WarningClass.DANGER].name, self._by_class[WarningClass.ROUTINE].name
        return f"“{danger}” for Extreme and Severe, “{routine}” for the rest"


def _named(name: str, offered: list[Offer]) -> str:
    own = any(offer.own for offer in offered if offer.plan.name == name)
    return f"{name} (the organisation’s own)" if own else name
