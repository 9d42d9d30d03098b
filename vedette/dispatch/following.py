"""What follows what: the leases of a step of a plan, and of all that is done at once with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from vedette.dispatch.decide import ENDINGS
from vedette.dispatch.leases import Held, NewLease
from vedette.dispatch.members import Issued
from vedette.warnings.plans import at_once_with, precedence


def first_leases(issued: Issued, first: int, last: int, now: datetime) -> list[NewLease]:
    """The leases with which a range's plan begins."""
    return _leases(issued, 0, 0, first, last, now)


def follow_up(held: Held, issued: Issued, now: datetime) -> list[NewLease]:
    """The leases that follow one that is done, after its wait; those that are there already stay as they are.

    What follows one that goes on aside is for those alone who are open again since it.

    After the last step and its wait a lease closes the range; after a message that ends its warning none does.
    """
    step = held.step + 1
    if issued.kind in ENDINGS and step >= len(issued.steps):
        return []
    due = now + timedelta(seconds=issued.steps[held.step].wait_s)
    track = held.track or (held.id if held.aside else 0)
    return _leases(issued, track, step, held.first, held.last, due, aside=held.aside)


def resumed(held: Held, issued: Issued, first: int, last: int, due: datetime) -> list[NewLease]:
    """The lease by which people who were held back in this one come to its step after all, on a track of their own."""
    return [_lease(issued, held.id, held.step, first, last, due)]


def beside(issued: Issued) -> list[int]:
    """The steps whose leases may still be worked on when a later one is due."""
    if not issued.goes_together:
        return []
    return [step.number for step in issued.steps if step.at_once]


def _leases(
    issued: Issued, track: int, step: int, first: int, last: int, due: datetime, *, aside: bool = False
) -> list[NewLease]:
    """The lease of a step, with those of all that is done at once with it."""
    numbers = at_once_with(issued.steps, step) if issued.goes_together and step < len(issued.steps) else (step,)
    return [_lease(issued, track, number, first, last, due, aside=aside) for number in numbers]


def _lease(
    issued: Issued, track: int, step: int, first: int, last: int, due: datetime, *, aside: bool = False
) -> NewLease:
    closes = step == len(issued.steps)
    sends = not closes and issued.steps[step].action == "send"
    return NewLease(
        message=issued.id,
        realm=issued.realm,
        step=step,
        channel=issued.steps[step].channel if sends else "",
        closes=closes,
        track=track,
        aside=aside,
        first=first,
        last=last,
        priority=precedence(issued.content.urgency, issued.content.severity),
        due_at=due,
    )
