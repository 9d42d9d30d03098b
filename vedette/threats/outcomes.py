"""What became of a threat: said by somebody who judged none of it, with how it is known, and never overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput, Part, Prose, parse
from vedette.reports.models import Claim
from vedette.threats.combining import marks_of
from vedette.threats.models import Outcome, Threat
from vedette.threats.recording import ids, log, refuse_rejected, seen, sha256
from vedette.threats.standing import WrongState, has_judged, locked, person

_Result = Outcome.Result


class _Note(Part):
    note: Prose = ""


def set_outcome(
    actor: Actor,
    threat: Threat,
    result: str,
    note: str = "",
    *,
    happened_at: datetime | None = None,
    claims: Iterable[Claim] = (),
) -> Outcome:
    """Say what became of the threat, how it is known, and on which claims. Nobody says it of their own judgement.

    What happened has its time, inside the window that was judged; what came before or after it did not happen, as
    judged. Adds a row: said again, the earlier word stays. Raises Refused, and BadInput naming the field.
    """
    if result not in _Result.values:
        raise BadInput("result", f"{result!r} is none; give one of {', '.join(_Result.values)}")
    note, claims = parse(_Note, {"note": note}).note, list(claims)
    with transaction.atomic():
        threat = locked(actor, threat, Verb.JUDGE, Verb.APPROVE)
        if has_judged(actor, threat):
            raise BadInput("set_by", "whoever judged the threat may not say what became of it; somebody else must")
        if not note:
            raise BadInput("note", "say how it is known, or why it is not")
        _refuse_time(threat, result, happened_at)
        _refuse_claims(actor, threat, claims)
        outcome = Outcome.objects.create(
            threat=threat,
            result=result,
            note=note,
            happened_at=happened_at,
            set_by_id=person(actor),
            set_at=clock.now(),
        )
        outcome.claims.set(claims)
        log(
            actor,
            "threat.outcome",
            f"threat:{threat.pk}",
            outcome=outcome.pk,
            result=result,
            happened_at=None if happened_at is None else clock.rfc3339(happened_at),
            claims=ids(claims),
            note_sha256=sha256(note),
        )
    return outcome


def last_outcome(threat: Threat) -> Outcome | None:
    """The word that stands."""
    return max(threat.outcomes.all(), key=lambda one: (one.set_at, one.pk), default=None)


def refuse_come_out(threat: Threat) -> None:
    """Raise WrongState once it is said that the threat happened, or did not: its judgement is scored as it stands."""
    said = last_outcome(threat)
    if said is not None and said.result in (_Result.HAPPENED, _Result.DID_NOT):
        raise WrongState(f"state: it is said that it {said.get_result_display().lower()}; judge a new one")


def _refuse_time(threat: Threat, result: str, happened_at: datetime | None) -> None:
    window = f"{threat.window_from:%Y-%m-%d %H:%M}Z to {threat.window_to:%Y-%m-%d %H:%M}Z"
    if result == _Result.DID_NOT and clock.now() < threat.window_to:
        raise BadInput("result", f"it may still happen until {threat.window_to:%Y-%m-%d %H:%M}Z")
    if result != _Result.HAPPENED:
        if happened_at is not None:
            raise BadInput("happened_at", "is for what happened")
        return
    if happened_at is None:
        raise BadInput("happened_at", "say when it happened")
    if happened_at.tzinfo is None:
        raise BadInput("happened_at", "give the time with its offset from UTC")
    if happened_at > clock.now():
        raise BadInput("happened_at", "lies in the future")
    if not threat.window_from <= happened_at <= threat.window_to:
        raise BadInput("happened_at", f"lies outside of what was judged, {window}; then it did not happen as judged")


def _refuse_claims(actor: Actor, threat: Threat, claims: Sequence[Claim]) -> None:
    """What an outcome rests on is shown with the threat, so it may not be marked more strictly."""
    refuse_rejected("claims", claims)
    reports = [claim.report for claim in claims]
    try:
        marks_of(seen(actor, reports), Tlp(threat.handling), threat.need_to_know)
    except BadInput as error:
        raise BadInput("claims", f"one is marked more strictly than the threat: {error.reason}") from error
    if threat.need_to_know is None and any(report.need_to_know is not None for report in reports):
        raise BadInput("claims", "one is for certain compartments only, and the threat is not")
