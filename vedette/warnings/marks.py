"""How a warning is marked: by all that it rests on, and never so that a draft hides what is in force."""

from __future__ import annotations

from collections.abc import Mapping

from vedette.access.handling import Tlp
from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.reports.models import Claim, Report
from vedette.warnings.models import Warning


def cited_reports(actor: Actor, citations: Mapping[str, list[int]] | None) -> list[Report]:
    """The reports of the claims cited. Raises BadInput for a claim that is not there, or not for the actor."""
    asked = {claim for claims in (citations or {}).values() for claim in claims}
    found = visible(actor, Claim.objects.filter(pk__in=asked), through="report").select_related("report")
    if missing := asked - {claim.pk for claim in found}:
        raise BadInput("citations", f"there is no claim {min(missing)}")
    return [claim.report for claim in found]


def mark(actor: Actor, warning: Warning, handling: Tlp, need_to_know: str | None) -> None:
    """Mark a warning that is not out yet; not so that its own writer could not see it any more."""
    warning.handling, warning.need_to_know = handling.value, need_to_know
    check(actor, Verb.DRAFT, warning)
    warning.save(update_fields=["handling", "need_to_know"])


def refuse_other_marks(warning: Warning, handling: Tlp, need_to_know: str | None) -> None:
    """A draft may not hide a warning in force from those who must be able to call it off."""
    if handling.value != warning.handling:
        raise BadInput("handling", f"an update keeps its warning's, {warning.handling}; or draft a new warning")
    if need_to_know != warning.need_to_know:
        raise BadInput("citations", "a claim cited is for fewer readers than the warning; draft a new warning")
