"""Reading reports: what came in, what it says, and how it is graded. Everything here has asked the policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from vedette.access.policy import Actor, visible
from vedette.reports.grading import Standing, standing
from vedette.reports.models import Claim, Evidence, Grade, Report, Source
from vedette.reports.origins import Passed, origins, speakers_of


@dataclass(frozen=True)
class GradedClaim:
    """A claim with what each grader thinks of it at present, the latest first."""

    claim: Claim
    standing: tuple[Standing, ...]


def inbox(actor: Actor) -> QuerySet[Report]:
    """The reports the actor may see, newest first, without their bytes."""
    return (
        visible(actor, Report.objects.select_related("source", "received_by"))
        .defer("original")
        .order_by("-received_at", "-pk")
    )


def threads(actor: Actor) -> QuerySet[Report]:
    """The inbox with what follows a report folded into it, by what came last of each (`latest_at`)."""
    later = visible(actor, Report.objects.filter(follows=OuterRef("pk"))).order_by("-received_at")
    latest = Coalesce(Subquery(later.values("received_at")[:1]), F("received_at"))
    return inbox(actor).filter(follows=None).annotate(latest_at=latest).order_by("-latest_at", "-pk")


def followers_of(actor: Actor, report: Report) -> QuerySet[Report]:
    """What the same sender said later of the same matter, the first of it first."""
    return inbox(actor).filter(follows=report).order_by("received_at", "pk")


def report_for(actor: Actor, report_id: int) -> Report | None:
    """One of them."""
    return inbox(actor).filter(pk=report_id).first()


def claims_for(actor: Actor) -> QuerySet[Claim]:
    """The claims of all reports that the actor may see."""
    claims = Claim.objects.select_related("report", "report__source").defer("report__original", "report__text")
    return visible(actor, claims, through="report").order_by("report_id", "start", "end")


def claim_for(actor: Actor, claim_id: int) -> Claim | None:
    """One of them."""
    return claims_for(actor).filter(pk=claim_id).first()


def graded_claims(actor: Actor, report: Report) -> list[GradedClaim]:
    """A report's claims in the order of the text, with the present grade of each grader."""
    claims = list(claims_for(actor).filter(report=report))
    given = standing_of(claims)
    return [GradedClaim(claim, given.get(claim.pk, ())) for claim in claims]


def standing_of(claims: Iterable[Claim]) -> dict[int, tuple[Standing, ...]]:
    """Claim id -> what each grader thinks of it; claims without a grade are left out."""
    grades: dict[int, list[Grade]] = defaultdict(list)
    for grade in Grade.objects.filter(claim__in=[claim.pk for claim in claims]):
        if grade.claim_id is not None:
            grades[grade.claim_id].append(grade)
    return {claim: standing(given) for claim, given in grades.items()}


def origins_of(claims: Iterable[Claim]) -> dict[int, int]:
    """Claim id -> its origin, among these claims; reprints share one."""
    claims = list(claims)
    texts = dict(Report.objects.filter(pk__in={claim.report_id for claim in claims}).values_list("pk", "text"))
    return origins([_passed(claim) for claim in claims], texts.__getitem__)


def _passed(claim: Claim) -> Passed:
    report = claim.report
    return Passed(
        claim=claim.pk,
        report=report.pk,
        source=report.source_id,
        thread=report.follows_id or report.pk,
        speakers=speakers_of(claim.details),
    )


def sources_for(actor: Actor) -> QuerySet[Source]:
    """The sources the actor may see, by handle."""
    return visible(actor, Source.objects.all()).order_by("handle")


def source_for(actor: Actor, source_id: int) -> Source | None:
    """One of them."""
    return sources_for(actor).filter(pk=source_id).first()


def source_standing(source: Source) -> tuple[Standing, ...]:
    """What each grader thinks of the source's reliability; F counts as no judgement."""
    return standing(source.grades.all())


def standings_of_sources(sources: Iterable[int]) -> dict[int, tuple[Standing, ...]]:
    """Source id -> what each grader thinks of it; sources without a grade are left out."""
    grades: dict[int, list[Grade]] = defaultdict(list)
    for grade in Grade.objects.filter(source__in=list(sources)):
        if grade.source_id is not None:
            grades[grade.source_id].append(grade)
    return {source: standing(given) for source, given in grades.items()}


def evidence_for(actor: Actor) -> QuerySet[Evidence]:
    """The evidence the actor may see, newest first, without its bytes or its report's."""
    files = Evidence.objects.select_related("report").defer("content", "report__original", "report__text")
    return visible(actor, files).order_by("-created_at", "-pk")
