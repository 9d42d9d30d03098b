"""Wardens: who is told of people of an area who stay silent, and who if that one cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from vedette.access.policy import Actor, check, visible
from vedette.access.roles import Verb
from vedette.formats.parts import BadInput
from vedette.ledger.log import append
from vedette.people.csv_rows import BadRoster, RowError
from vedette.people.models import Person, SavedArea
from vedette.people.wardens_csv import WardenRow


@dataclass(frozen=True)
class WardenChange:
    """An area that a file gives to others than before; person codes, "" for nobody."""

    area: str
    warden: tuple[str, str]
    alternate: tuple[str, str]


def set_wardens(actor: Actor, area: SavedArea, warden: Person | None, alternate: Person | None) -> SavedArea:
    """Name an area's warden and alternate, or nobody. Raises BadInput, Refused."""
    with transaction.atomic():
        area = SavedArea.objects.select_for_update(of=("self",), no_key=True).get(pk=area.pk)
        check(actor, Verb.KEEP_ROSTER, area)
        for field, person in (("warden", warden), ("alternate", alternate)):
            if person is not None:
                check(actor, Verb.KEEP_ROSTER, person)
                if not person.active:
                    raise BadInput(field, "is not active; name somebody who is")
        if warden is not None and warden == alternate:
            raise BadInput("alternate", "is the warden too; name somebody else, or nobody")
        area.warden, area.alternate = warden, alternate
        area.save(update_fields=["warden", "alternate"])
        append(
            "area.wardens",
            actor=actor.ref,
            subject=f"area:{area.pk}",
            realm=actor.realm.value,
            body={"warden": area.warden_id, "alternate": area.alternate_id},
        )
    return area


def set_wardens_of(actor: Actor, rows: Sequence[WardenRow], dry_run: bool = False) -> list[WardenChange]:
    """Make wardens what a file says, all of it or nothing; areas that it does not name stay. What changes, in order.

    Raises Refused, and BadRoster naming each row that cannot stand.
    """
    check(actor, Verb.KEEP_ROSTER)
    with transaction.atomic():
        areas = visible(actor, SavedArea.objects.select_related("warden", "alternate"), Verb.KEEP_ROSTER)
        known = {area.code: area for area in areas}
        codes = {code for row in rows for code in (row.warden, row.alternate) if code}
        people = visible(actor, Person.objects.filter(code__in=codes), Verb.KEEP_ROSTER)
        by_code = {person.code: person for person in people}
        _refuse_bad_rows(rows, known, by_code)
        changes = []
        for row in rows:
            area = known[row.area]
            change = WardenChange(row.area, (_code(area.warden), row.warden), (_code(area.alternate), row.alternate))
            if change.warden[0] == change.warden[1] and change.alternate[0] == change.alternate[1]:
                continue
            changes.append(change)
            if not dry_run:
                set_wardens(actor, area, by_code.get(row.warden), by_code.get(row.alternate))
    return changes


def _refuse_bad_rows(rows: Sequence[WardenRow], areas: dict[str, SavedArea], people: dict[str, Person]) -> None:
    errors = []
    for row in rows:
        if row.area not in areas:
            errors.append(RowError(row.row, "area", f"there is no area {row.area!r}, or none that you may change"))
        for column, code in (("warden", row.warden), ("alternate", row.alternate)):
            if code and code not in people:
                errors.append(RowError(row.row, column, f"there is no person {code!r}, or none that you may change"))
            elif code and not people[code].active:
                errors.append(RowError(row.row, column, f"{code!r} is not active; name somebody who is"))
    if errors:
        raise BadRoster(errors)


def _code(person: Person | None) -> str:
    return person.code if person is not None else ""
