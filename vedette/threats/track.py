"""What later outcomes say of a source. It suggests a reliability; only a person sets one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch

from vedette.access.policy import Actor, visible
from vedette.reports.models import Claim, Reliability, Source
from vedette.reports.queries import claims_for
from vedette.threats.models import Outcome, Threat
from vedette.threats.outcomes import last_outcome
from vedette.threats.scoring import Interval, wilson

#: Below this many threats that came out one way or the other nothing is suggested.
ENOUGH = 8
#: From which share on, borne out, a step is suggested; below the last it is E.
_STEPS = ((0.9, Reliability.A), (0.75, Reliability.B), (0.5, Reliability.C), (0.25, Reliability.D))


@dataclass(frozen=True)
class Turned:
    """One threat that cites the source, and whether its outcome bears the source out."""

    threat: Threat
    outcome: Outcome
    borne_out: bool


@dataclass(frozen=True)
class Track:
    """A source's record. Averted and unknown say nothing of it, nor does a threat it is cited on both sides of."""

    turned: tuple[Turned, ...]

    @property
    def borne_out(self) -> int:
        """How many bore it out."""
        return sum(one.borne_out for one in self.turned)

    @property
    def interval(self) -> Interval | None:
        """Where its true share may lie, with 95% confidence."""
        return wilson(self.borne_out, len(self.turned))

    @property
    def suggested(self) -> Reliability | None:
        """What the record suggests; None while it is too short."""
        return suggested(self.borne_out, len(self.turned))


def suggested(borne_out: int, turned: int) -> Reliability | None:
    """The step for a share borne out; None under `ENOUGH`, which is neither C nor F."""
    if turned < ENOUGH:
        return None
    return next((step for least, step in _STEPS if borne_out >= least * turned), Reliability.E)


def track_of(actor: Actor, source: Source) -> Track:
    """The threats the actor may see that cite the source and came out one way or the other, the latest first."""
    own = claims_for(actor).filter(report__source=source).exclude(status=Claim.Status.REJECTED).order_by("pk")
    cited = visible(actor, Threat.objects.all()).prefetch_related(
        "outcomes",
        Prefetch("claims_for", own, to_attr="own_for"),
        Prefetch("claims_against", own, to_attr="own_against"),
    )
    found = []
    for threat in cited.filter(outcomes__isnull=False).distinct():
        outcome = last_outcome(threat)
        # A threat counts once, however many of the source's claims it cites.
        sides = bool(threat.own_for), bool(threat.own_against)  # type: ignore[attr-defined]
        if outcome is None or sides[0] == sides[1]:
            continue
        if outcome.result in (Outcome.Result.HAPPENED, Outcome.Result.DID_NOT):
            found.append(Turned(threat, outcome, sides[0] == (outcome.result == Outcome.Result.HAPPENED)))
    return Track(tuple(sorted(found, key=lambda one: (one.outcome.set_at, one.threat.pk), reverse=True)))
