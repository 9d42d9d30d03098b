"""How judgements turned out, as far as the reader may see them: which likelihood counts, what is left out, lead times.

The organisation's judgements are scored together; nobody is scored.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Min

from vedette.access.handling import Tlp, most_restrictive
from vedette.access.policy import Actor, visible
from vedette.ledger.models import Entry
from vedette.threats.models import Outcome, Threat
from vedette.threats.outcomes import last_outcome
from vedette.threats.scoring import THRESHOLD, Forecast, Score, score

_Result = Outcome.Result


@dataclass(frozen=True)
class Said:
    """One likelihood, and when it was said."""

    at: datetime
    likelihood: float


@dataclass(frozen=True)
class Settled:
    """A threat that happened or did not, with the likelihood that counts."""

    threat: Threat
    outcome: Outcome
    said: Said
    #: From the first warning that went out to the event; negative when it came too late, None when there was none.
    lead: timedelta | None

    @property
    def happened(self) -> bool:
        """Whether it did."""
        return self.outcome.result == _Result.HAPPENED


@dataclass(frozen=True)
class LeadTimes:
    """How long before the event people were warned, over what happened."""

    happened: int
    #: Of these, those of which a warning went out before.
    in_time: tuple[timedelta, ...]
    too_late: int
    unwarned: int

    @property
    def middle(self) -> timedelta | None:
        """The median of those in time."""
        return median(self.in_time) if self.in_time else None

    @property
    def least(self) -> timedelta | None:
        """The shortest of those in time."""
        return min(self.in_time, default=None)


@dataclass(frozen=True)
class Calibration:
    """The scores, and what they do not cover."""

    score: Score
    leads: LeadTimes
    #: What was scored, the latest outcome first.
    settled: tuple[Settled, ...]
    averted: int
    unknown: int
    #: Threats without an outcome so far.
    open: int
    #: It was judged only after it had happened: no forecast.
    only_after: int
    #: The most restrictive mark of what is counted.
    handling: Tlp


def calibration(actor: Actor, threshold: float = THRESHOLD) -> Calibration:
    """How the judgements the actor may see turned out. Raises ValueError for a threshold that is none."""
    threats = visible(actor, Threat.objects.prefetch_related("outcomes"))
    rows = list(threats.annotate(warned_at=Min("warnings__messages__issued_at")).order_by("pk"))
    ends = [(threat, last_outcome(threat)) for threat in rows]
    known = {threat.pk: end for threat, end in ends if end is not None}
    history = likelihoods([threat for threat in rows if threat.pk in known])
    settled, only_after = [], 0
    for threat, end in ends:
        if end is None or end.result in (_Result.AVERTED, _Result.UNKNOWN):
            continue
        said = that_counts(history[threat.pk], threat.window_from, end.happened_at)
        if said is None:
            only_after += 1
            continue
        warned = threat.warned_at  # type: ignore[attr-defined]
        lead = end.happened_at - warned if end.happened_at is not None and warned is not None else None
        settled.append(Settled(threat, end, said, lead))
    results = [end.result for end in known.values()]
    settled.sort(key=lambda one: (one.outcome.set_at, one.threat.pk), reverse=True)
    return Calibration(
        score=score([Forecast(one.said.likelihood, one.happened) for one in settled], threshold),
        leads=_leads(settled),
        settled=tuple(settled),
        averted=results.count(_Result.AVERTED),
        unknown=results.count(_Result.UNKNOWN),
        open=len(rows) - len(known),
        only_after=only_after,
        handling=most_restrictive([Tlp(threat.handling) for threat in rows] or [Tlp.CLEAR]),
    )


def that_counts(history: Sequence[Said], window_from: datetime, happened_at: datetime | None) -> Said | None:
    """The last likelihood said before the window began; if there was none, the first said in it, before the event.

    So that nobody improves a judgement while it comes true. None when it was first judged after the event.
    """
    told = sorted(history, key=lambda said: said.at)
    before = [said for said in told if said.at <= window_from]
    first = before[-1] if before else next(iter(told), None)
    if first is None or (happened_at is not None and first.at >= happened_at):
        return None
    return first


def likelihoods(threats: Iterable[Threat]) -> dict[int, list[Said]]:
    """Threat id -> every likelihood that was said of it: from the ledger, and the one that stands."""
    threats = list(threats)
    found: dict[int, list[Said]] = defaultdict(list)
    subjects = {f"threat:{threat.pk}": threat.pk for threat in threats}
    judged = Entry.objects.filter(subject__in=subjects, kind__in=("threat.assessed", "threat.revised"))
    for entry in judged.filter(opening__isnull=False).select_related("opening").order_by("seq"):
        likelihood = json.loads(entry.opening.body).get("likelihood")
        if likelihood is not None:
            found[subjects[entry.subject]].append(Said(datetime.fromisoformat(entry.at), float(likelihood)))
    for threat in threats:
        if all(said.likelihood != threat.likelihood for said in found[threat.pk]):
            found[threat.pk].append(Said(threat.assessed_at, threat.likelihood))
    return found


def _leads(settled: Iterable[Settled]) -> LeadTimes:
    happened = [one for one in settled if one.happened]
    known = [one.lead for one in happened if one.lead is not None]
    return LeadTimes(
        happened=len(happened),
        in_time=tuple(sorted(lead for lead in known if lead > timedelta(0))),
        too_late=sum(lead <= timedelta(0) for lead in known),
        unwarned=len(happened) - len(known),
    )
