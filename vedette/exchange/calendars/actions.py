"""The verbs of calendars that are asked for at an address; whose they are and what they mean is the people's room."""

from __future__ import annotations

from typing import Any

from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.exchange.calendars.poll import ask_calendar
from vedette.exchange.intake.addresses import BadAddress, Reach
from vedette.formats.parts import BadInput
from vedette.people.calendars import keep_calendar
from vedette.people.models import ShiftCalendar

#: Seconds between two looks: the least and the most.
SHORTEST_S, LONGEST_S = 60, 86_400


def subscribe(
    actor: Actor, name: str, url: str, *, allow_private: bool = False, every_s: int = 900, **more: Any
) -> ShiftCalendar:
    """Add a calendar at an address, or change the one of this name; it is due at once. Raises Refused, BadInput."""
    check(actor, Verb.KEEP_ROSTER)
    # As calendar programs hand it out; it means nothing but HTTP.
    url = url.strip().replace("webcal://", "https://", 1)
    if not SHORTEST_S <= every_s <= LONGEST_S:
        raise BadInput("every_s", f"must be {SHORTEST_S} to {LONGEST_S:,} seconds")
    try:
        address = Reach.of(url, (), signed_only=False, private=allow_private).checked(url)
    except BadAddress as error:
        raise BadInput("url", str(error)) from error
    return keep_calendar(actor, name, url=address, allow_private=allow_private, every_s=every_s, **more)


def ask_now(actor: Actor, calendar: ShiftCalendar) -> str:
    """Look at a calendar's address at once and take the answer however many shifts go; what was wrong, if anything."""
    check(actor, Verb.KEEP_ROSTER, calendar)
    if not calendar.url:
        raise BadInput("calendar", "is a file; give a newer one")
    return ask_calendar(calendar, by_hand=True)
