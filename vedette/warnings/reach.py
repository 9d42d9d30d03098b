"""Whom a message would reach, as things stand: what the composer counts, the approver sees and dispatch expands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from vedette.access.handling import Realm
from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.people.audience import Resolution
from vedette.people.looks import asks_where, note_look
from vedette.people.queries import audience_of
from vedette.people.resolution import FindingCode
from vedette.people.rough import words
from vedette.warnings.models import Message
from vedette.warnings.plans import danger_to_life


def reach_of(message: Message, now: datetime, only: Collection[int] | None = None, *, fixes: bool = True) -> Resolution:
    """The message's audience from its onset (or now) to its expiry; `only` limits it to those people.

    Unless `fixes`, last positions are not looked at.
    """
    content = message.parsed_content()
    return audience_of(
        message.parsed_audience(),
        content.area.geometry,
        starts=content.begins(now),
        ends=content.expires,
        realm=Realm(message.warning.realm),
        now=now,
        danger_to_life=danger_to_life(content),
        only=only,
        fixes=fixes,
    )


def reach_shown_to(actor: Actor, message: Message, now: datetime) -> Resolution:
    """The same for somebody who only looks. For those who may not see people no last position is used; for others the
    ledger tells that they were."""
    exact = actor.may(Verb.SEE_PEOPLE)
    found = reach_of(message, now, fixes=exact)
    if exact:
        note_look(actor, message.parsed_audience(), message.parsed_content().area.geometry, now)
    return found


def refuse_unsound_reach(actor: Actor, message: Message, now: datetime, *, answered: bool) -> Resolution:
    """Whom it reaches. Raises BadInput when that cannot stand: nobody, an unknown unit, too many who only may be there.

    With `answered` also when something odd about it is left without its author's answer: everybody, an empty unit, a
    shift that nobody has. What turns odd after that is told to whoever issues, and holds nothing up.

    An author who may not see people is judged by the roster alone: a refusal that came of a last position would tell
    where somebody is. Whether anybody is there is shown to the approver, and refuses the issue.
    """
    rule, exact = message.parsed_audience(), actor.may(Verb.SEE_PEOPLE)
    blind = answered and not exact
    reach = reach_of(message, now, fixes=not blind)
    left = _BY_PLACE if blind and asks_where(rule) else frozenset[FindingCode]()
    blocking = [finding for finding in reach.findings if finding.blocking and finding.code not in left]
    if blocking:
        raise BadInput("audience", words(blocking[0], exact=exact))
    if answered and (open_ones := reach.unanswered(rule.answers)):
        first = open_ones[0]
        which = f"{first.code.value} of {first.about}" if first.about else first.code.value
        raise BadInput(
            "audience", f"{words(first, exact=exact)}; answer {which!r}: say why it may stand, or mend the rule"
        )
    return reach


#: What the roster alone cannot tell of a rule that asks where people are.
_BY_PLACE = frozenset({FindingCode.NOBODY, FindingCode.MAYBE_ABOVE_CAP})
