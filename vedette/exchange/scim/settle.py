"""The roster brought into line with what is said of many users: some at a time, so that nobody else waits for them.

Each batch is one transaction that enters what it changed in the ledger last of all. Whoever is still to be brought
into line is marked as such in the database: what a crash leaves over is taken up by the asker, and so is what is too
much for one request.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from vedette.access.handling import Realm, Tlp
from vedette.access.models import Compartment
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role, Verb
from vedette.exchange.models import ScimResource
from vedette.exchange.scim.read import Reading
from vedette.exchange.scim.stored import Kind, rows_of
from vedette.formats.parts import BadInput
from vedette.ledger.log import Change, append_many
from vedette.people import models as roster
from vedette.people.moving import too_many_move
from vedette.people.provisioning import Brought, bring, loses_by

SOURCE = "scim"
#: Users in one transaction.
BATCH = 100
#: As many are brought into line before a request is answered; of more, all are left to the asker.
AT_ONCE = 1_000
Behind = ScimResource.Behind
_IDS_AT_ONCE = 5_000


def mark_behind(actor: Actor, rows: Iterable[UUID], who: Behind = Behind.PROVIDER) -> None:
    """What these users are, or the groups of these users mean, has changed; of groups, their members'.

    Part of the transaction that changes it; `settle` comes after.
    """
    for some in batches(sorted(with_members(actor, rows))):
        # What a person has said stays a person's word.
        rows_of(actor, Kind.USER).filter(pk__in=some, behind__lt=who).update(behind=who)


def with_members(actor: Actor, rows: Iterable[UUID]) -> set[UUID]:
    """Some users and groups, and of groups all who are in them, and in groups in them."""
    edge, seen = set(rows), set(rows)
    while edge:
        below: set[UUID] = set()
        for some in batches(sorted(edge)):
            below |= set(rows_of(actor).filter(member_of__in=some).order_by().values_list("pk", flat=True))
        edge = below - seen
        seen |= edge
    return seen


def settle(actor: Actor, most: int | None = AT_ONCE) -> int:
    """Bring those who are behind into line, unless they are more than `most`; how many. Outside of any transaction.

    Where so many would lose a unit or a duty that it is more often a mistake, those stay until a person confirms.
    """
    waiting = list(_behind(actor).values_list("pk", "behind")[: None if most is None else most + 1])
    if most is not None and len(waiting) > most:
        return 0
    told = [pk for pk, who in waiting if who == Behind.PROVIDER]
    hold = bool(told) and too_many_move(actor.realm, _losing(actor, told))
    for some in batches([pk for pk, _ in waiting], BATCH):
        _bring(actor, some, hold)
    return len(waiting)


def anybody_behind() -> bool:
    """Whether requests have left anything over."""
    return ScimResource.objects.filter(behind__gt=Behind.NO).exists()


def settle_rest() -> None:
    """What requests have left over. The asker calls this."""
    for realm in Realm:
        house = _house(realm)
        if _behind(house).exists():
            settle(house, None)


def batches(ids: Sequence[UUID], size: int = _IDS_AT_ONCE) -> Iterable[Sequence[UUID]]:
    """Some at a time."""
    return (ids[at : at + size] for at in range(0, len(ids), size))


def _behind(actor: Actor) -> QuerySet[ScimResource]:
    return rows_of(actor, Kind.USER).filter(behind__gt=Behind.NO).order_by("pk")


def _losing(actor: Actor, users: Sequence[UUID]) -> int:
    """How many of them would lose a unit or a duty; nothing is locked for it."""
    reading, losing = Reading(actor.realm.value), 0
    for some in batches(users, 500):
        rows = rows_of(actor).filter(pk__in=some, person__active=True).select_related("person")
        asked = list(rows.prefetch_related("person__duties"))
        active = [row for row in asked if row.body.get("active") is not False]
        losing += sum(loses_by(row.person, told) for row, told, _ in reading.of(active) if row.person is not None)
    return losing


def _bring(actor: Actor, users: Sequence[UUID], hold: bool) -> None:
    with transaction.atomic():
        # Whoever else brings some of them into line is not waited for: they are no more behind after.
        skips = connection.features.has_select_for_update_skip_locked
        locked = _behind(actor).filter(pk__in=users).select_for_update(of=("self",), skip_locked=skips)
        rows = list(locked)
        people = roster.Person.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
        by_id = {
            person.pk: person
            for person in people.filter(pk__in=[row.person_id for row in rows if row.person_id is not None])
            .select_related("held", "held_move")
            .prefetch_related("duties", "contact_points")
        }
        brought: list[Brought] = []
        # Whoever is not active has left, or is held, by a request of their own.
        active = [row for row in rows if row.body.get("active") is not False]
        for row, told, row.remarks in Reading(actor.realm.value).of(active):
            person = by_id.get(row.person_id) if row.person_id is not None else nobodys_yet(row, told.code)
            try:
                if row.person_id is None and person in [one.person for one in brought]:
                    raise BadInput("code", f"{told.code!r} is another person's")
                one = bring(actor, person, told, SOURCE, held=hold and row.behind == Behind.PROVIDER)
            except BadInput as error:
                row.remarks.append(f"employeeNumber, or userName without one: {error.reason}; nothing is taken in")
                continue
            except Refused as error:
                row.remarks.append(f"nothing is taken in: {error}")
                continue
            row.person, row.contacts = one.person, [list(point) for point in told.contacts]
            brought.append(one)
        for row in rows:
            row.behind = Behind.NO
        ScimResource.objects.bulk_update(rows, ["person", "contacts", "remarks", "behind"])
        for unit in {one.person.unit for one in brought if one.change is not None}:
            set_supervisor(unit)
        append_many([*(one.change for one in brought if one.change is not None), *_moves(actor, brought)])


def _moves(actor: Actor, brought: Sequence[Brought]) -> Sequence[Change]:
    """How many have moved from where to where, lost which duty, or are held."""
    ways = Counter((one.moved_from, one.person.unit_id) for one in brought if one.moved_from is not None)
    lost = Counter(duty for one in brought for duty in one.duties_lost)
    held = sum(one.held for one in brought)
    if not (ways or lost or held):
        return ()
    body = {
        "moved": [{"from": before, "to": after, "people": count} for (before, after), count in sorted(ways.items())],
        "duties_lost": [{"duty": duty, "people": count} for duty, count in sorted(lost.items())],
        "held": held,
    }
    subject = f"scim:{actor.realm.value}"
    return [Change(kind="scim.moved", actor=actor.ref, subject=subject, realm=actor.realm.value, body=body)]


def nobodys_yet(row: ScimResource, code: str) -> roster.Person | None:
    """Somebody of this code who came by another way, and is theirs from now on."""
    return roster.Person.objects.filter(realm=row.realm, code=code, scim_resource=None).first()


def set_supervisor(unit: roster.Unit) -> None:
    """A unit that has no supervisor gets the one manager whom all of its people name who name any."""
    if unit.supervisor_id is not None:
        return
    named = ScimResource.objects.filter(
        person__unit=unit, person__active=True, manager__person__active=True, manager__isnull=False
    ).values_list("manager__person", flat=True)
    if len(found := set(named[:100])) == 1:
        roster.Unit.objects.filter(pk=unit.pk).update(supervisor=found.pop())


def _house(realm: Realm) -> Actor:
    """The house itself, which finishes what a provider's request began."""
    return Actor(
        ref="house:scim",
        name="scim",
        roles=frozenset({Role.ADMINISTRATOR}),
        clearance=Tlp.RED,
        compartments=frozenset(Compartment.objects.values_list("code", flat=True)),
        realm=realm,
        scopes=frozenset({Verb.KEEP_ROSTER}),
    )
