"""Lint with what the records know: realm and type, who we are, what was said before, and whom a report names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from vedette.access.handling import Realm
from vedette.people.models import Organisation
from vedette.reports.models import Claim, Report
from vedette.warnings.content import Content, MessageType
from vedette.warnings.lint import LintContext, LintFinding, Load, lint
from vedette.warnings.models import Message

#: Who warns in an organisation's name unless its author says it better.
ROLE = "duty officer"


def findings_of(message: Message, now: datetime, load: Load | None = None) -> list[LintFinding]:
    """All findings on a stored message, errors first; `load` is how often its people were told lately, if counted.

    Raises BadInput when its content cannot be read.
    """
    previous = (
        message.warning.messages.filter(state=Message.State.ISSUED, number__lt=message.number).order_by("number").last()
    )
    context = context_of(
        Realm(message.warning.realm),
        MessageType(message.msg_type),
        now,
        previous=previous.parsed_content() if previous is not None else None,
        reports=reports_behind(message),
        load=load,
    )
    return sorted(lint(message.parsed_content(), context), key=lambda finding: finding.level != "error")


def errors_of(message: Message, now: datetime) -> list[LintFinding]:
    """Only those that hold a message back."""
    return [finding for finding in findings_of(message, now) if finding.level == "error"]


def context_of(
    realm: Realm,
    msg_type: MessageType,
    now: datetime,
    *,
    previous: Content | None = None,
    reports: Iterable[Report] = (),
    load: Load | None = None,
) -> LintContext:
    """What the rules may know here: the organisation's name and zone, and what must not be given away."""
    organisation = Organisation.objects.first()
    return LintContext(
        realm=realm,
        msg_type=msg_type,
        now=now,
        previous=previous,
        signature=f"{organisation.name}, {ROLE}" if organisation is not None else "",
        zone=organisation.zone if organisation is not None else "UTC",
        expansions=organisation.short_forms if organisation is not None else {},
        protected=protected_in(reports),
        load=load,
    )


def reports_behind(message: Message) -> list[Report]:
    """The reports that a message rests on: its warning's, and those of the claims it cites."""
    cited = {claim for claims in message.citations.values() for claim in claims}
    found = {claim.report_id: claim.report for claim in Claim.objects.filter(pk__in=cited).select_related("report")}
    if message.warning.report is not None:
        found[message.warning.report.pk] = message.warning.report
    return list(found.values())


def protected_in(reports: Iterable[Report]) -> dict[str, str]:
    """What no warning may say of its reports: their sources' names, and the people and unnamed sources in them."""
    found: dict[str, str] = {}
    for report in reports:
        found[report.source.handle] = "the name of the report's source"
        for claim in report.claims.all():
            for link in claim.details.get("attribution", ()):
                if link.get("inferred"):
                    continue
                if link.get("kind") == "person":
                    found[str(link["speaker"])] = "a person named in the report"
                elif link.get("kind") == "anonymous":
                    found[str(link["speaker"])] = "how the report speaks of its source"
    return {words: whose for words, whose in found.items() if len(words) > 2}
