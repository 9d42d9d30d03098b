"""What gathering reads of the records, and how it says grades and times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, QuerySet

from vedette.formats.stix.records import SharedGrade
from vedette.ledger.models import Entry
from vedette.reports.grading import standing
from vedette.reports.models import Claim, Grade
from vedette.threats.models import Determination, Threat
from vedette.threats.standing import last_determination

_CHUNK = 400


def claims_with_grades() -> QuerySet[Claim]:
    heavy = ("report__original", "report__text", "report__draft")
    claims = Claim.objects.select_related("report__source").defer(*heavy)
    return claims.prefetch_related("grades", "report__source__grades").order_by("pk")


def grades_shared(grades: Iterable[Grade]) -> tuple[SharedGrade, ...]:
    """What graders stand by, without who they are or why: that is between them and their office."""
    return tuple(SharedGrade(one.value, whole(one.graded_at)) for one in standing(grades) if one.value is not None)


def is_withdrawn(threat: Threat) -> bool:
    """Whether it was put away because it is not credible."""
    decided = last_determination(threat)
    return (
        threat.closed_at is not None
        and decided is not None
        and decided.decision == Determination.Decision.NOT_WARN
        and decided.basis == Determination.Basis.NOT_CREDIBLE
    )


def last_changes(subjects: list[str]) -> dict[str, datetime]:
    """When each was last changed, by the ledger."""
    found: dict[str, datetime] = {}
    for start in range(0, len(subjects), _CHUNK):
        entries = Entry.objects.filter(subject__in=subjects[start : start + _CHUNK]).exclude(kind__startswith="stix.")
        for subject, at in entries.values("subject").annotate(last=Max("at")).values_list("subject", "last"):
            found[subject] = datetime.fromisoformat(at)
    return found


def whole(moment: datetime) -> datetime:
    """To the millisecond, as STIX tells times."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
