"""Threats and incidents of one realm, and what they rest on, as records to share. Reads only; asks no policy.

Whoever gives them out asks it (`share`): each record comes with marks that are at least those of all that it tells of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from vedette.access.handling import Realm, Tlp
from vedette.exchange.stix.circle import circle_around
from vedette.exchange.stix.facts import claims_with_grades, grades_shared, is_withdrawn, last_changes, whole
from vedette.formats.stix.records import (
    Shared,
    SharedActor,
    SharedClaim,
    SharedDocument,
    SharedIncident,
    SharedInquiry,
    SharedLink,
    SharedPlace,
    SharedSource,
    SharedThreat,
)
from vedette.reports.models import Claim, Report, Source
from vedette.threats.combining import marks_of
from vedette.threats.likelihood import in_words
from vedette.threats.models import Incident, Threat, ThreatActor
from vedette.threats.outcomes import last_outcome

#: (STIX type, what it is called here) -> its id.
Named = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Marks:
    """Handling and compartments, as the policy asks a record for them."""

    realm: str
    handling: str
    need_to_know: str | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """One record, what it is called here, and how it is marked."""

    subject: str
    shared: Shared
    marks: Marks


def gather(realm: Realm, named: Named, shared_before: Iterable[int]) -> list[Gathered]:
    """All that is shared of `realm`. `shared_before` are claims that are told of though nothing cites them any more."""
    return _Gathering(realm, named).all(shared_before)


class _Gathering:
    def __init__(self, realm: Realm, named: Named) -> None:
        self._realm, self._named = realm, named
        self._found: dict[str, Gathered] = {}
        self._changed: dict[str, datetime] = {}

    def all(self, shared_before: Iterable[int]) -> list[Gathered]:
        # Threats first: what one rests on was there before it.
        threats = list(
            Threat.objects.filter(realm=self._realm.value)
            .select_related("actor", "trigger")
            .prefetch_related(
                "determinations__agreement",
                Prefetch("outcomes__claims", claims_with_grades()),
                Prefetch("claims_for", claims_with_grades()),
                Prefetch("claims_against", claims_with_grades()),
            )
            .order_by("pk")
        )
        incidents = list(
            Incident.objects.filter(realm=self._realm.value)
            .prefetch_related("inquiries", Prefetch("accounts", claims_with_grades()))
            .order_by("pk")
        )
        claims = {claim.pk: claim for one in incidents for claim in one.accounts.all()}
        claims |= {c.pk: c for one in threats for c in (*one.claims_for.all(), *one.claims_against.all())}
        claims |= {c.pk: c for c in claims_with_grades().filter(pk__in=set(shared_before) - claims.keys())}
        reports = {claim.report_id: claim.report for claim in claims.values()}
        actors = {one.actor.pk: one.actor for one in threats if one.actor is not None}
        sources = {report.source_id: report.source for report in reports.values()}
        self._changed = last_changes(
            [
                *(f"incident:{one.pk}" for one in incidents),
                *(f"threat:{one.pk}" for one in threats),
                *(f"claim:{pk}" for pk in claims),
                *(f"threat_actor:{pk}" for pk in actors),
                *(f"source:{pk}" for pk in sources),
            ]
        )
        for source in sources.values():
            self._source(source)
        for report in reports.values():
            self._document(report)
        for claim in claims.values():
            self._claim(claim)
        for actor in actors.values():
            self._actor(actor)
        for incident in incidents:
            self._incident(incident)
        for threat in threats:
            self._threat(threat)
        return list(self._found.values())

    def _add(self, subject: str, kind: type[Shared], stix: str, marks: Any, created: datetime, **told: Any) -> str:
        handling, need_to_know = Tlp(marks.handling), marks.need_to_know
        modified = max(created, told.pop("modified", None) or self._changed.get(subject, created))
        shared = kind(
            id=self._named(stix, subject),
            created=whole(created),
            modified=whole(modified),
            label=handling.value,
            exercise=self._realm is Realm.EXERCISE,
            **told,
        )
        self._found[subject] = Gathered(subject, shared, Marks(self._realm.value, handling.value, need_to_know))
        return shared.id

    def _combined(self, *parts: Any) -> Marks:
        handling, circle = marks_of(parts)
        return Marks(self._realm.value, handling.value, circle)

    def _source(self, source: Source) -> None:
        self._add(
            f"source:{source.pk}",
            SharedSource,
            "identity",
            source,
            source.created_at,
            name=source.handle,
            descriptor=source.descriptor,
            reliability=grades_shared(source.grades.all()),
        )

    def _document(self, report: Report) -> None:
        told = self._add(
            f"report:{report.pk}",
            SharedDocument,
            "report",
            report,
            report.created_at,
            title=report.title,
            sha256=report.sha256,
            media_type=report.media_type,
            received=whole(report.received_at),
        )
        self._add(
            f"report:{report.pk}/source:{report.source_id}",
            SharedLink,
            "relationship",
            self._combined(report, report.source),
            report.created_at,
            document_ref=told,
            source_ref=self._id(f"source:{report.source_id}"),
        )

    def _claim(self, claim: Claim) -> None:
        given = claim.details.get("attribution") or ()
        self._add(
            f"claim:{claim.pk}",
            SharedClaim,
            "note",
            claim.report,
            claim.report.created_at,
            revoked=claim.status == Claim.Status.REJECTED,
            document_ref=self._id(f"report:{claim.report_id}"),
            quote=claim.quote,
            start=claim.start,
            end=claim.end,
            certainty=claim.certainty,
            polarity=claim.polarity,
            modality=claim.modality,
            attribution=tuple((str(one["speaker"]), str(one["kind"])) for one in given if one.get("speaker")),
            credibility=grades_shared(claim.grades.all()),
        )

    def _actor(self, actor: ThreatActor) -> None:
        subject = f"threat_actor:{actor.pk}"
        told = {"name": actor.name, "descriptor": actor.descriptor}
        self._add(subject, SharedActor, "threat-actor", actor, actor.created_at, **told)

    def _incident(self, incident: Incident) -> None:
        accounts = list(incident.accounts.all())
        marks, place = self._combined(incident, *(one.report for one in accounts)), None
        subject = f"incident:{incident.pk}"
        if incident.lat is not None and incident.lon is not None:
            place = self._place(subject, incident, marks, (incident.lat, incident.lon, incident.precision_m), None)
        self._add(
            subject,
            SharedIncident,
            "incident",
            marks,
            incident.created_at,
            title=incident.title,
            summary=incident.summary,
            happened_from=whole(incident.happened_from),
            happened_to=whole(incident.happened_to),
            place=incident.place,
            place_ref=place,
            account_refs=tuple(self._id(f"claim:{one.pk}") for one in accounts),
            inquiries=tuple(SharedInquiry(one.body, one.status, one.finding) for one in incident.inquiries.all()),
        )

    def _threat(self, threat: Threat) -> None:
        subject, trigger = f"threat:{threat.pk}", threat.trigger and f"incident:{threat.trigger_id}"
        supporting, opposing = list(threat.claims_for.all()), list(threat.claims_against.all())
        rests_on: list[Any] = [one.report for one in (*supporting, *opposing)]
        rests_on += [threat.actor, self._found[trigger].marks if trigger else None]
        outcome = last_outcome(threat)
        rests_on += [] if outcome is None else [one.report for one in outcome.claims.all()]
        marks = self._combined(threat, *(part for part in rests_on if part is not None))
        area = threat.area
        place = None if area is None else self._place(subject, threat, marks, circle_around(area), area)
        withdrawn = is_withdrawn(threat)
        self._add(
            subject,
            SharedThreat,
            "report",
            marks,
            threat.created_at,
            revoked=withdrawn,
            modified=threat.closed_at if withdrawn else None,
            title=threat.title,
            assessed=whole(threat.assessed_at),
            likelihood=threat.likelihood,
            likelihood_word=in_words(threat.likelihood),
            basis=threat.confidence,
            window_from=whole(threat.window_from),
            window_to=whole(threat.window_to),
            target_group=threat.target_group,
            place=threat.place,
            intent=threat.intent,
            capability=threat.capability,
            opportunity=threat.opportunity,
            assumptions=threat.assumptions,
            would_change=threat.would_change,
            actor_ref=threat.actor and self._id(f"threat_actor:{threat.actor_id}"),
            trigger_ref=trigger and self._id(trigger),
            place_ref=place,
            for_refs=tuple(self._id(f"claim:{one.pk}") for one in supporting),
            against_refs=tuple(self._id(f"claim:{one.pk}") for one in opposing),
            # Nothing may follow a withdrawal (STIX 2.1, section 3.6.3).
            outcome="" if withdrawn or outcome is None else outcome.result,
        )

    def _place(
        self,
        subject: str,
        record: Incident | Threat,
        marks: Marks,
        circle: tuple[float, float, float | None],
        area: dict[str, Any] | None,
    ) -> str:
        lat, lon, radius = circle
        changed = self._changed.get(subject)
        where = {"name": record.place, "lat": lat, "lon": lon, "precision_m": radius, "area": area}
        return self._add(
            f"{subject}/place", SharedPlace, "location", marks, record.created_at, modified=changed, **where
        )

    def _id(self, subject: str) -> str:
        return self._found[subject].shared.id
