"""Whom the events of a calendar name, among the active people of whom it can tell; never on a guess."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.db.models.functions import Lower

from vedette.formats.ical import ShiftInterval
from vedette.people.contact import MAIL
from vedette.people.models import ContactPoint, Person, ShiftCalendar, Unit


class Named:
    """Whom an event names, among the active people whom the calendar can tell of."""

    def __init__(self, calendar: ShiftCalendar, found: Sequence[ShiftInterval]) -> None:
        self._by = calendar.by
        self._owner = calendar.person if calendar.person is None or calendar.person.active else None
        people = Person.objects.filter(realm=calendar.realm, active=True)
        if calendar.unit is not None:
            people = people.filter(unit__in=_with_below(calendar.unit))
        self._known: dict[str, set[int]] = {}
        if self._by in ("attendee", "organizer"):
            addresses = {address for shift in found for address in (*shift.attendees, shift.organizer) if address}
            points = ContactPoint.objects.filter(channel=MAIL, person__in=people).annotate(lower=Lower("address"))
            for address, pk in points.filter(lower__in=addresses).values_list("lower", "person_id"):
                self._known.setdefault(address, set()).add(pk)
        elif self._by != "owner":
            for pk, code, name in people.values_list("pk", "code", "name"):
                self._known.setdefault(code.casefold(), set()).add(pk)
                if self._by == "summary":
                    self._known.setdefault(" ".join(name.casefold().split()), set()).add(pk)

    def named(self, shift: ShiftInterval) -> tuple[set[int], str]:
        """The people, and what was wrong."""
        if self._by == "owner":
            return ({self._owner.pk}, "") if self._owner is not None else (set(), "whose calendar it is has left")
        found: set[int] = set()
        why = ""
        told = list(self._told(shift))
        for text in told:
            people = self._known.get(text, set())
            if len(people) == 1:
                found |= people
            elif self._by != "summary":
                why = f"{text[:80]!r} is {'more than one' if people else 'nobody'} of those whom it can tell of"
        if not found and not why:
            what = {"attendee": "names nobody who is invited", "organizer": "names no organizer"}.get(self._by)
            why = f"event {shift.summary[:60]!r} {what or 'names nobody'}"
        return found, why

    def _told(self, shift: ShiftInterval) -> Iterable[str]:
        """What may name somebody, as names are compared."""
        if self._by == "attendee":
            return shift.attendees
        if self._by == "organizer":
            return filter(None, [shift.organizer])
        if self._by == "summary":
            parts = re.split(r"[:,;/|()]|\s[-\u2013\u2014]\s", shift.summary)
            return {" ".join(part.casefold().split()) for part in (shift.summary, *parts)} - {""}
        return [value.strip().casefold() for name, value in shift.marks if name == self._by]


def _with_below(unit: Unit) -> set[int]:
    found, edge = {unit.pk}, [unit.pk]
    while edge:
        edge = [pk for pk in Unit.objects.filter(parent__in=edge).values_list("pk", flat=True) if pk not in found]
        found.update(edge)
    return found
