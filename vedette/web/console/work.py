"""What is being composed, and what a new warning begins from: nothing, a report, a threat, a template, or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vedette import clock
from vedette.access.handling import Tlp
from vedette.people.models import Organisation
from vedette.reports.models import Report
from vedette.threats.models import Threat
from vedette.warnings.beginning import begin
from vedette.warnings.content import MessageType
from vedette.warnings.findings import ROLE
from vedette.warnings.models import Message, Warning
from vedette.warnings.own_templates import OfferedType
from vedette.warnings.proposal import Proposal, propose
from vedette.warnings.threat_proposal import with_threat
from vedette.web.console.overtaken import Overtaken

#: Who is warned unless the author says otherwise: whoever is on shift or seen in the area.
FIRST_RULE: dict[str, Any] = {"terms": [{"link": "shift"}, {"link": "position"}]}


@dataclass
class Work:
    """What is being composed, and what it stands on."""

    kind: MessageType
    content: Mapping[str, Any]
    audience: Mapping[str, Any]
    plan: Mapping[str, Any] | None
    citations: dict[str, list[int]] = field(default_factory=dict)
    #: Field -> why the report does not fill it.
    missing: dict[str, str] = field(default_factory=dict)
    warning: Warning | None = None
    message: Message | None = None
    previous: Message | None = None
    report: Report | None = None
    threat: Threat | None = None
    template: OfferedType | None = None
    #: What somebody else did to it while it was being written, once that is known.
    overtaken: Overtaken | None = None
    #: Why errors must stand, as it was typed when the draft was saved and not submitted.
    override: str = ""
    #: Placeholder -> what to write there, and what can be said already.
    hints: dict[str, str] = field(default_factory=dict)
    fills: dict[str, str] = field(default_factory=dict)


def begun(report: Report | None, threat: Threat | None, template: OfferedType | None = None) -> Work:
    """A first message, with what the three say of it."""
    organisation = Organisation.objects.first()
    proposed = Proposal()
    if report is not None and organisation is not None:
        proposed = propose(report, organisation, clock.now())
    if threat is not None:
        proposed = with_threat(proposed, threat, clock.now())
    work = Work(
        MessageType.ALERT,
        proposed.content,
        FIRST_RULE,
        None,
        proposed.citations,
        proposed.missing,
        report=report,
        threat=threat,
    )
    return work if template is None else _from_template(work, template, proposed, organisation)


def _from_template(work: Work, template: OfferedType, proposed: Proposal, organisation: Organisation | None) -> Work:
    found = begin(template.kind, proposed, work.threat.likelihood if work.threat is not None else None)
    content = found.proposal.content
    if organisation is not None:
        content.setdefault("source", f"{organisation.name}, {ROLE}")
    if template.own is not None:
        # As strict as the strictest of what it is made from.
        marks = [Tlp(mark) for mark in (content.get("handling"), template.own.handling) if mark]
        content["handling"] = max(marks, key=lambda mark: mark.rank).value
        work.audience = template.own.audience or work.audience
        work.plan = template.own.plan
    work.content, work.missing = content, found.proposal.missing
    work.hints, work.fills, work.template = found.hints, found.fills, template
    return work
