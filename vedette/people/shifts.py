"""Who is on: the verbs of single shifts. One that a calendar tells of stays changed when the calendar is read again.

Whoever keeps the roster may, and a duty officer, whose people do not come or stand in for one another at night.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from vedette import clock
from vedette.access.policy import Actor, check
from vedette.access.roles import Verb
from vedette.formats.ical import BadCalendar, ShiftInterval, shifts_of
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.models import Person, SavedArea, Shift, ShiftOverride

#: The longest one shift may be.
LONGEST_SHIFT = timedelta(days=31)


def check_shifts(actor: Actor, person: Person) -> None:
    """Raise Refused unless the actor may say when this person is on."""
    if not actor.may(Verb.KEEP_ROSTER, person):
        check(actor, Verb.KEEP_SHIFTS, person)


def add_shift(actor: Actor, person: Person, starts: datetime, ends: datetime, post: SavedArea | None = None) -> Shift:
    """Put a person on shift during [starts, ends); the same shift twice is one. Raises BadInput, Refused."""
    _refuse_bad_times(starts, ends)
    with transaction.atomic():
        person = _locked(actor, person)
        _refuse_unseen(actor, post)
        same = Shift.objects.filter(person=person, starts=starts, ends=ends, post=post).first()
        if same is not None:
            return same
        shift = Shift.objects.create(person=person, starts=starts, ends=ends, post=post, changed_at=clock.now())
        _log(actor, "shift.added", person, _body(shift))
    return shift


def end_shift(actor: Actor, shift: Shift, at: datetime | None = None) -> Shift | None:
    """End a shift now, or at `at`; one that has not begun by then is dropped (None)."""
    at = at or clock.now()
    with transaction.atomic():
        shift = _locked_shift(actor, shift)
        if at >= shift.ends:
            raise BadInput("at", "the shift is over by then; it can only be cut short")
        body = {**_body(shift), "ended_at": clock.rfc3339(at)}
        kept = _put(
            actor, shift, None if at <= shift.starts else _Instead(shift.person, shift.starts, at, shift.post), ""
        )
        _log(actor, "shift.ended", shift.person, body)
    return kept


def remove_shift(actor: Actor, shift: Shift, why: str) -> None:
    """Take one shift out. Raises Refused, and BadInput without a reason."""
    why = _reason(why)
    with transaction.atomic():
        shift = _locked_shift(actor, shift)
        body = _body(shift)
        _put(actor, shift, None, why)
        _log(actor, "shift.removed", shift.person, body)


def replace_shift(
    actor: Actor,
    shift: Shift,
    why: str,
    *,
    person: Person | None = None,
    starts: datetime | None = None,
    ends: datetime | None = None,
) -> Shift:
    """Move one shift, or let another stand in; what is not given stays. Raises Refused, BadInput."""
    why = _reason(why)
    with transaction.atomic():
        shift = _locked_shift(actor, shift)
        before, was = _body(shift), shift.person
        whose = was if person is None else _locked(actor, person)
        _refuse_bad_times(starts or shift.starts, ends or shift.ends)
        kept = _put(actor, shift, _Instead(whose, starts or shift.starts, ends or shift.ends, shift.post), why)
        assert kept is not None
        _log(actor, "shift.replaced", was, {"was": before, "is": _body(kept), "person": whose.pk})
    return kept


def import_shifts(
    actor: Actor, person: Person, calendar: bytes, starts: datetime, ends: datetime, zone: str = "UTC"
) -> list[Shift]:
    """Replace the shifts put in by hand that begin in [starts, ends) by those of an iCalendar file, once.

    An event's place names a post when it is a saved area's code or name; otherwise the post is not known.
    """
    check(actor, Verb.KEEP_ROSTER, person)
    try:
        found = [shift for shift in shifts_of(calendar, starts, ends, zone) if starts <= shift.start]
    except BadCalendar as error:
        raise BadInput("calendar", str(error)) from error
    except ValueError as error:
        raise BadInput("window", str(error)) from error
    too_long = next((shift for shift in found if shift.end - shift.start > LONGEST_SHIFT), None)
    if too_long is not None:
        raise BadInput("calendar", f"event {too_long.uid!r} lasts longer than {LONGEST_SHIFT.days} days")
    with transaction.atomic():
        person, now = _locked(actor, person), clock.now()
        posts = posts_of(
            [area for area in SavedArea.objects.filter(realm=actor.realm.value) if actor.may(Verb.KEEP_ROSTER, area)]
        )
        dropped, _ = person.shifts.filter(calendar=None, starts__gte=starts, starts__lt=ends).delete()
        shifts = Shift.objects.bulk_create(
            [
                Shift(person=person, starts=begins, ends=until, post=post, changed_at=now)
                for begins, until, post in dict.fromkeys(
                    (shift.start, shift.end, post_of(shift, posts)) for shift in found
                )
            ]
        )
        touch(person)
        _log(actor, "shifts.imported", person, {"added": len(shifts), "dropped": dropped})
    return shifts


def posts_of(areas: list[SavedArea]) -> dict[str, SavedArea]:
    """Saved areas by their names and codes, as a calendar may write them."""
    return {**{area.name.casefold(): area for area in areas}, **{area.code.casefold(): area for area in areas}}


def post_of(shift: ShiftInterval, posts: dict[str, SavedArea]) -> SavedArea | None:
    """The post that an event's place names."""
    return posts.get(shift.location.strip().casefold())


def touch(*people: Person) -> None:
    """Let a standing audience look at these people again."""
    Person.objects.filter(pk__in=[person.pk for person in people]).update(changed_at=clock.now())


class _Instead:
    """What holds in place of a shift."""

    def __init__(self, person: Person, starts: datetime, ends: datetime, post: SavedArea | None) -> None:
        self.person, self.starts, self.ends, self.post = person, starts, ends, post


def _put(actor: Actor, shift: Shift, instead: _Instead | None, why: str) -> Shift | None:
    """Change the shift; of one that a calendar tells, keep that it was changed, lest reading it again undo it."""
    now, before = clock.now(), shift.person
    if shift.calendar_id is not None:
        kept = shift.override or ShiftOverride(calendar_id=shift.calendar_id, person=before, starts=shift.starts)
        kept.to_person = instead.person if instead else None
        kept.to_starts, kept.to_ends = (instead.starts, instead.ends) if instead else (None, None)
        kept.to_post = instead.post if instead else None
        kept.why, kept.said_by, kept.at = why, actor.ref, now
        kept.save()
        shift.override = kept
    touch(before)
    if instead is None:
        shift.delete()
        return None
    shift.person, shift.starts, shift.ends = instead.person, instead.starts, instead.ends
    shift.post, shift.changed_at = instead.post, now
    shift.save()
    return shift


def _locked(actor: Actor, person: Person) -> Person:
    person = Person.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    check_shifts(actor, person)
    if not person.active:
        raise BadInput("person", "has left; take them in again first")
    return person


def _locked_shift(actor: Actor, shift: Shift) -> Shift:
    rows = Shift.objects.select_for_update(of=("self",), no_key=True).select_related("person", "post", "override")
    shift = rows.get(pk=shift.pk)
    check_shifts(actor, shift.person)
    return shift


def _refuse_unseen(actor: Actor, post: SavedArea | None) -> None:
    if post is not None and not actor.may(Verb.KEEP_ROSTER, post):
        check(actor, Verb.KEEP_SHIFTS, post)


def _refuse_bad_times(starts: datetime, ends: datetime) -> None:
    if starts.tzinfo is None or ends.tzinfo is None:
        raise BadInput("starts", "needs a time zone or offset, as does the end")
    if not starts < ends:
        raise BadInput("ends", "must be later than the start")
    if ends - starts > LONGEST_SHIFT:
        raise BadInput("ends", f"a shift lasts {LONGEST_SHIFT.days} days at most")


def _reason(why: str) -> str:
    why = " ".join(why.split())
    if not why or len(why) > 200 or not why.isprintable():
        raise BadInput("why", "say why, in one line of at most 200 characters")
    return why


def _body(shift: Shift) -> dict[str, Any]:
    return {
        "shift": shift.pk,
        "starts": clock.rfc3339(shift.starts),
        "ends": clock.rfc3339(shift.ends),
        "post": shift.post_id,
    }


def _log(actor: Actor, kind: str, person: Person, body: dict[str, Any]) -> None:
    append(kind, actor=actor.ref, subject=f"person:{person.pk}", realm=person.realm, body=body)
