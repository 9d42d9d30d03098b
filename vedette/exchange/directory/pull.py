"""The roster pulled from a directory: compared like a file, taken in whole, or left waiting for a person's word.

A pull that would put out more people than may leave without a word, or take as many's addresses, changes nothing and
says so; when a person allows it, it allows those who were named and nobody else.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.access.policy import Actor, check
from vedette.access.roles import Role, Verb
from vedette.exchange.directory.ask import DirectoryFailed, entries_of
from vedette.exchange.directory.read import AttributeMap, Known, rows_of
from vedette.exchange.models import Directory
from vedette.people.actions import ShrinkRefused, import_roster
from vedette.people.csv_rows import BadRoster
from vedette.people.freshness import note_answered, note_failed
from vedette.people.models import Duty, Person, Unit
from vedette.people.roster_csv import RosterRow
from vedette.people.roster_plan import RosterDiff

log = logging.getLogger(__name__)

#: The longest that a directory that fails is left alone.
LONGEST_PAUSE = timedelta(hours=6)


class PullFailed(Exception):
    """Nothing was taken in; the message says why."""


class Waits(PullFailed):
    """Nothing was taken in: so many would leave, or lose their addresses, that a person must say so."""


def dry_run(actor: Actor, directory: Directory) -> RosterDiff:
    """What a pull would change now. Raises Refused, PullFailed."""
    check(actor, Verb.KEEP_ROSTER)
    try:
        rows, _ = _rows(directory)
        kept_elsewhere = _provisioned(directory)
        return import_roster(actor, rows, dry_run=True, create_missing=True, kept_elsewhere=kept_elsewhere)
    except (DirectoryFailed, BadRoster) as error:
        raise PullFailed(str(error)) from error


def pull(actor: Actor, directory: Directory, *, allow_waiting: bool = False) -> RosterDiff:
    """Take in what the directory says now. Raises Refused, PullFailed, and Waits unless it is allowed.

    `allow_waiting` lets those leave, or lose their addresses, who were named when it came to wait; when others would
    too, it waits anew.
    """
    check(actor, Verb.KEEP_ROSTER)
    try:
        rows, remarks = _rows(directory)
        elsewhere = _provisioned(directory)
        allowed = False
        if allow_waiting:
            would = import_roster(actor, rows, dry_run=True, create_missing=True, kept_elsewhere=elsewhere)
            allowed = set(_waiting(would)) <= set(directory.waits)
        diff = import_roster(
            actor,
            rows,
            allow_shrink=allowed,
            create_missing=True,
            kept_elsewhere=elsewhere,
            source=_source(directory),
        )
    except (DirectoryFailed, BadRoster) as error:
        _note_failure(directory, str(error), waits=directory.waits)
        raise PullFailed(str(error)) from error
    except ShrinkRefused as error:
        why = f"{_would(error.diff)}; it waits for a person's word"
        _note_failure(directory, why, waits=_waiting(error.diff), failed=False)
        raise Waits(why) from error
    if left := elsewhere - {row.code for row in rows}:
        remarks = [*remarks, f"{len(left)} whom an identity provider keeps are not in it; they stay"]
    directory.answered_at, directory.failures, directory.remarks, directory.waits = clock.now(), 0, remarks, []
    directory.save(update_fields=["answered_at", "failures", "remarks", "waits"])
    note_answered(Realm(directory.realm), _source(directory))
    return diff


def due_directories(now: datetime) -> Sequence[Directory]:
    """The directories that are due, each given to one asker only, whoever else asks at the same time."""
    taken = []
    for directory in Directory.objects.filter(enabled=True, next_at__lte=now).order_by("next_at"):
        pause = timedelta(seconds=directory.every_s) * 2 ** min(directory.failures, 8)
        longest = max(LONGEST_PAUSE, timedelta(seconds=directory.every_s))
        mine = Directory.objects.filter(pk=directory.pk, next_at=directory.next_at)
        if mine.update(next_at=now + min(pause, longest)):
            taken.append(directory)
    return taken


def pull_when_due(directory: Directory) -> None:
    """Pull as the directory itself, which keeps the roster and does nothing else."""
    actor = Actor(
        ref=f"directory:{directory.pk}",
        name=directory.name,
        roles=frozenset({Role.ADMINISTRATOR}),
        clearance=Tlp.RED,
        compartments=frozenset(),
        realm=Realm(directory.realm),
        scopes=frozenset({Verb.KEEP_ROSTER}),
    )
    try:
        pull(actor, directory)
    except PullFailed as error:
        log.warning("directory %s: %s", directory.name, error)


def _rows(directory: Directory) -> tuple[list[RosterRow], list[str]]:
    units = Unit.objects.filter(realm=directory.realm).values_list("code", "name")
    duties = Duty.objects.values_list("code", "name")
    known = Known(
        units={**{name.casefold(): code for code, name in units}, **{code.casefold(): code for code, _ in units}},
        duties={**{name.casefold(): code for code, name in duties}, **{code.casefold(): code for code, _ in duties}},
    )
    return rows_of(entries_of(directory), AttributeMap.model_validate_json(directory.attributes), known)


def _provisioned(directory: Directory) -> set[str]:
    """The codes of those whom an identity provider keeps: whether they have left is that one's to say."""
    people = Person.objects.filter(realm=directory.realm, active=True, scim_resource__isnull=False)
    return set(people.values_list("code", flat=True))


def _waiting(diff: RosterDiff) -> list[str]:
    """Whom a person's word is asked for: those who would leave, and apart from them who would lose addresses."""
    return [*diff.deactivated, *(f"{code} (an address)" for code in diff.silenced)]


def _would(diff: RosterDiff) -> str:
    leaving = f"{len(diff.deactivated)} of {diff.active_before} people would leave"
    if not diff.silenced:
        return leaving
    losing = f"{len(diff.silenced)} of {diff.active_before} would have no address left on a channel they have one on"
    return f"{leaving}; {losing}" if diff.deactivated else losing


def _note_failure(directory: Directory, why: str, *, waits: list[str], failed: bool = True) -> None:
    directory.failures += failed
    directory.remarks, directory.waits = [why], waits
    directory.save(update_fields=["failures", "remarks", "waits"])
    note_failed(Realm(directory.realm), _source(directory), why)


def _source(directory: Directory) -> str:
    return f"ldap:{directory.name}"
