"""The doors through which pages, API and commands submit and issue: there the plan is held against what is set here.

The verbs themselves are those of `warnings/`, which does not know what channels there are.
"""

from __future__ import annotations

from vedette.access.handling import Realm
from vedette.access.policy import Actor
from vedette.dispatch.means import FindingCode, Means, PlanFinding, means_of
from vedette.people.world import Ints
from vedette.warnings import actions
from vedette.warnings.content import Plan
from vedette.warnings.lint import LintFinding, LintLevel
from vedette.warnings.models import Message

_FIX = {
    FindingCode.NO_CHANNEL: "Choose a plan whose channels are set, or have the channel set.",
    FindingCode.REACHES_NOBODY: "Choose a plan by whose channels the audience has addresses.",
}


def submit(actor: Actor, message: Message, override: str = "") -> Message:
    """Hand a draft to the approver. Errors of its plan hold it back as those of its text do, unless `override` says why
    they may stand."""
    return actions.submit(actor, message, override, look=_errors)


def issue(actor: Actor, message: Message) -> Message:
    """Send an approved message on its way, unless its plan can reach nobody by now and nobody answered for that.

    A channel that was dropped since the approval holds nothing up while another is left: waiting would cost more.
    """
    return actions.issue(actor, message, look=_void)


def errors_in(means: Means | None) -> list[LintFinding]:
    """What of a plan's findings holds a message back."""
    return [_finding(one) for one in means.findings if one.level is LintLevel.ERROR] if means is not None else []


def _errors(plan: Plan, realm: Realm, people: Ints) -> list[LintFinding]:
    return errors_in(means_of(plan, realm, people))


def _void(plan: Plan, realm: Realm, people: Ints) -> list[LintFinding]:
    return [one for one in _errors(plan, realm, people) if one.rule == FindingCode.REACHES_NOBODY]


def _finding(one: PlanFinding) -> LintFinding:
    return LintFinding(
        rule=one.code.value,
        level=one.level,
        field="plan",
        start=0,
        end=0,
        message=one.message,
        fix=_FIX[one.code],
        source="what is set in this realm",
    )
