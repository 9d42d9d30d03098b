"""Where a threat stands: whether people have been warned of it, or a decision not to holds. And what that allows.

A decision that nobody is warned is one person's until a second agrees, and holds only for the judgement that it was
made of: judged anew, the threat waits for a decision again.
"""

from __future__ import annotations

from enum import StrEnum

from vedette.access.policy import Actor, Reason, Refused, check
from vedette.access.roles import Verb
from vedette.ledger.models import Entry
from vedette.threats.models import Determination, Threat


class WrongState(Exception):
    """What is asked for does not fit where the threat stands; the message says what comes first."""


class Standing(StrEnum):
    """How far the duty to warn has come; the value is what people read."""

    UNDETERMINED = "not determined"
    TO_WARN = "to be warned"
    ONE_SAYS_NOT = "not to be warned, says one; a second must agree"
    JUDGED_ANEW = "judged anew since it was decided that nobody is warned"
    WARNED = "warned"
    NOT_WARNED = "decided not to"


#: What a threat may be closed with.
SETTLED = (Standing.WARNED, Standing.NOT_WARNED)

_COMES_FIRST = {
    Standing.UNDETERMINED: "decide first whether people are warned of it, and say why",
    Standing.TO_WARN: "people are to be warned of it, and no warning has gone out; issue one, or decide anew",
    Standing.ONE_SAYS_NOT: "one person decided that nobody is warned; a second must agree first",
    Standing.JUDGED_ANEW: "it was judged anew since it was decided that nobody is warned; decide anew",
}


def last_determination(threat: Threat) -> Determination | None:
    """The decision that stands."""
    return max(threat.determinations.all(), key=lambda one: (one.decided_at, one.pk), default=None)


def standing_of(threat: Threat, warned: bool) -> Standing:
    """Where the threat stands; `warned` says whether a warning of it has gone out."""
    decision = last_determination(threat)
    if decision is None or decision.decision == Determination.Decision.WARN:
        return Standing.WARNED if warned and decision else Standing.TO_WARN if decision else Standing.UNDETERMINED
    if threat.assessed_at > decision.decided_at:
        return Standing.JUDGED_ANEW
    return Standing.NOT_WARNED if hasattr(decision, "agreement") else Standing.ONE_SAYS_NOT


def refuse_unsettled(threat: Threat) -> None:
    """Raise WrongState, saying what comes first, unless the threat may be closed.

    What later rooms hang on a threat is asked by Django's own relation, so that this room needs to know none of them.
    """
    warned = Threat.objects.filter(pk=threat.pk, warnings__messages__issued_at__isnull=False).exists()
    standing = standing_of(threat, warned)
    if standing not in SETTLED:
        raise WrongState(f"determination: {_COMES_FIRST[standing]}")


def refuse_closed(threat: Threat) -> None:
    """Raise WrongState once the threat is closed."""
    if threat.closed_at is not None:
        raise WrongState(f"state: the threat was closed at {threat.closed_at:%Y-%m-%d %H:%M}Z; assess a new one")


def locked(actor: Actor, threat: Threat, *verbs: Verb) -> Threat:
    """The threat as stored now, locked, once the policy allows one of `verbs` on it."""
    rows = Threat.objects.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("actor", "trigger").get(pk=threat.pk)
    if not any(actor.may(verb, found) for verb in verbs):
        check(actor, verbs[-1], found)
    return found


def person(actor: Actor) -> int:
    """The user who acts; a machine judges and decides nothing."""
    if actor.user_id is None:
        raise Refused(Verb.JUDGE, Reason.NO_ROLE)
    return actor.user_id


def has_judged(actor: Actor, threat: Threat) -> bool:
    """Whether any of the judgement is the actor's: as its author, or as one who revised it."""
    judging = Entry.objects.filter(subject=f"threat:{threat.pk}", kind__in=("threat.assessed", "threat.revised"))
    return actor.user_id == threat.author_id or judging.filter(actor=actor.ref).exists()
