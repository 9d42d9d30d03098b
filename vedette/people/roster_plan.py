"""What importing a roster would change: looked up and compared, nothing stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from vedette.access.policy import Actor, decide, visible
from vedette.access.policy import Reason as PolicyReason
from vedette.access.roles import Verb
from vedette.people.csv_rows import BadRoster, RowError
from vedette.people.models import ContactPoint, Duty, Person, SavedArea, Unit
from vedette.people.quiet import said
from vedette.people.roster_csv import RosterRow
from vedette.people.shrinking import shrink_limit


@dataclass(frozen=True)
class Change:
    """A person the file tells differently: which parts."""

    code: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class RosterDiff:
    """What an import changes, by person code in the file's order."""

    added: tuple[str, ...]
    changed: tuple[Change, ...]
    unchanged: int
    #: Active people whom the file does not name.
    left_out: tuple[str, ...]
    #: Those who lose their place: left out, or marked as gone.
    deactivated: tuple[str, ...]
    #: Active people who can be reached over some channel and could not be any more, as the file says it.
    silenced: tuple[str, ...]
    #: Units and duties that the file names and the roster lacks; made with the import.
    new_units: tuple[str, ...]
    new_duties: tuple[str, ...]
    active_before: int
    #: The largest share of the active people that may be deactivated without a person saying so.
    limit: float

    @property
    def shrinks(self) -> bool:
        """Whether so many would be deactivated, or lose a channel, that a person must say it is meant."""
        return max(len(self.deactivated), len(self.silenced)) > self.limit * self.active_before


@dataclass
class Plan:
    """The diff with the records it is about."""

    diff: RosterDiff
    added: list[RosterRow]
    changed: list[tuple[Person, RosterRow]]
    deactivated: list[Person]
    units: dict[str, Unit]
    duties: dict[str, Duty]
    contacts: dict[int, list[ContactPoint]] = field(default_factory=dict)
    areas: dict[str, SavedArea] = field(default_factory=dict)


def plan_import(
    actor: Actor,
    rows: Sequence[RosterRow],
    *,
    keep_left_out: bool,
    create_missing: bool,
    kept_elsewhere: Collection[str] = (),
    alone: bool = False,
) -> Plan:
    """Compare a file with the stored roster of the actor's realm. Raises BadRoster with each row that cannot stand.

    With `alone` only those whom the rows name are looked at, and locked: to take them in at once.
    """
    realm = actor.realm.value
    units = {unit.code: unit for unit in visible(actor, Unit.objects.all(), Verb.KEEP_ROSTER)}
    duties = {duty.code: duty for duty in Duty.objects.all()}
    areas = {area.code: area for area in visible(actor, SavedArea.objects.all(), Verb.KEEP_ROSTER)}
    people = Person.objects.filter(realm=realm).select_related("unit", "home").prefetch_related("duties")
    if alone:
        people = people.filter(code__in=[row.code for row in rows]).select_for_update(of=("self",), no_key=True)
    known = {person.code: person for person in people.order_by("pk")}
    _refuse_bad_rows(actor, rows, known, units, duties, create_missing)
    _refuse_unknown_homes(rows, areas)

    named = {row.code for row in rows}
    active = [person for person in known.values() if person.active and _may_keep(actor, person)]
    # Visitors and contractors are in no file: they go when their time is over.
    staff = [
        person
        for person in active
        if person.kind == Person.Kind.STAFF and (person.code in named or person.code not in kept_elsewhere)
    ]
    left_out = [person for person in staff if person.code not in named]
    gone = [known[row.code] for row in rows if not row.active and row.code in known and known[row.code].active]
    deactivated = gone if keep_left_out else [*gone, *left_out]
    plan = Plan(
        diff=RosterDiff((), (), 0, (), (), (), (), (), 0, 0),
        added=[row for row in rows if row.active and row.code not in known],
        changed=[],
        deactivated=deactivated,
        units=units,
        duties=duties,
        contacts=_contacts(ContactPoint.objects.filter(person__in=[person.pk for person in known.values()]))
        if alone
        else _contacts(ContactPoint.objects.filter(person__realm=realm)),
        areas=areas,
    )
    changes, silenced, unchanged = [], [], 0
    for row in rows:
        person = known.get(row.code)
        if person is None or not row.active:
            continue
        if fields := _differences(person, row, plan.contacts.get(person.pk, [])):
            changes.append(Change(row.code, fields))
            plan.changed.append((person, row))
            if person.active and _loses_a_channel(row, plan.contacts.get(person.pk, [])):
                silenced.append(row.code)
        else:
            unchanged += 1
    plan.diff = RosterDiff(
        added=tuple(row.code for row in plan.added),
        changed=tuple(changes),
        unchanged=unchanged,
        left_out=tuple(sorted(person.code for person in left_out)),
        deactivated=tuple(sorted(person.code for person in deactivated)),
        silenced=tuple(sorted(silenced)),
        new_units=tuple(dict.fromkeys(row.unit for row in rows if row.unit not in units)),
        new_duties=tuple(dict.fromkeys(duty for row in rows for duty in row.duties or () if duty not in duties)),
        active_before=len(staff),
        limit=shrink_limit(),
    )
    return plan


def _contacts(points: QuerySet[ContactPoint]) -> dict[int, list[ContactPoint]]:
    found: dict[int, list[ContactPoint]] = {}
    for point in points.order_by("rank", "pk"):
        found.setdefault(point.person_id, []).append(point)
    return found


def _may_keep(actor: Actor, person: Person) -> bool:
    return decide(actor, Verb.KEEP_ROSTER, person) is PolicyReason.ALLOWED


def _refuse_bad_rows(
    actor: Actor,
    rows: Sequence[RosterRow],
    known: dict[str, Person],
    units: dict[str, Unit],
    duties: dict[str, Duty],
    create_missing: bool,
) -> None:
    errors = []
    hidden = set(Unit.objects.filter(realm=actor.realm.value).values_list("code", flat=True)) - set(units)
    for row in rows:
        if row.code in known and not _may_keep(actor, known[row.code]):
            errors.append(RowError(row.row, "code", f"{row.code!r} is a person whom you may not change"))
        if row.unit in hidden:
            errors.append(RowError(row.row, "unit", f"{row.unit!r} is a unit whose people you may not change"))
        if create_missing:
            continue
        if row.unit not in units and row.unit not in hidden:
            errors.append(RowError(row.row, "unit", f"no unit has the code {row.unit!r}; make it first"))
        errors.extend(
            RowError(row.row, "duties", f"no duty has the code {duty!r}; make it first")
            for duty in row.duties or ()
            if duty not in duties
        )
    if errors:
        raise BadRoster(errors)


def _refuse_unknown_homes(rows: Sequence[RosterRow], areas: dict[str, SavedArea]) -> None:
    errors = [
        RowError(row.row, "home", f"no saved area has the code {row.home!r}; make it first")
        for row in rows
        if row.home and row.home not in areas
    ]
    if errors:
        raise BadRoster(errors)


def _loses_a_channel(row: RosterRow, points: Sequence[ContactPoint]) -> bool:
    """Whether the file speaks of a channel over which they have an address, and names none."""
    told = {channel for channel, _ in row.contacts}
    return any(point.channel in row.channels and point.channel not in told for point in points)


def _differences(person: Person, row: RosterRow, points: Sequence[ContactPoint]) -> tuple[str, ...]:
    stored = [(point.channel, point.address) for point in points if point.channel in row.channels]
    compared = {
        "name": person.name != row.name,
        "unit": person.unit.code != row.unit,
        "duties": row.duties is not None and {duty.code for duty in person.duties.all()} != set(row.duties),
        "language": row.language is not None and person.language != row.language,
        "active": not person.active,
        "quiet_hours": row.quiet is not None and said(person.quiet_from, person.quiet_to) != row.quiet,
        "home": row.home is not None and (person.home.code if person.home else "") != row.home,
        "time_zone": row.zone is not None and person.zone != row.zone,
        "contacts": stored != list(row.contacts),
    }
    return tuple(name for name, differs in compared.items() if differs)
