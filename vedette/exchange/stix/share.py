"""What is shared, kept version by version: the one place that every export and every TAXII answer comes from.

A version is written once: whoever asks for it again gets the same bytes (STIX 2.1, section 3.6). It is shown by the
marks that its record has now.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.exchange.models import SharedObject, SharedState
from vedette.exchange.stix.gather import Marks, gather
from vedette.exchange.stix.recall import narrowed
from vedette.formats.stix import (
    EXTENSIONS,
    MARKING,
    Naming,
    maker,
    marking_definition,
    moment,
    organisation,
    stamp,
    stix_of,
)
from vedette.formats.stix.withdrawal import can_be_withdrawn, withdrawal
from vedette.ledger.log import Change, append_many
from vedette.ledger.models import Entry, Head
from vedette.people.models import Organisation
from vedette.reports.models import Claim

#: Kinds of ledger entries after which something shared may be another.
_TELLING = ("threat.", "incident.", "inquiry.", "claim.", "grade.", "source.", "threat_actor.", "report.received")
_HOUSE = "house"
#: Entries that are looked through at each time before they are passed over for good.
_FAR = 5_000
_MS = timedelta(milliseconds=1)


def bring_up_to_date(realm: Realm) -> None:
    """Write down new versions of what has changed since the last time. Costs two reads when nothing has."""
    size = Head.objects.values_list("size", flat=True).first() or 0
    state = SharedState.objects.filter(realm=realm.value).first()
    if state is not None and not _anything_since(state.seq, size, realm):
        if size - state.seq > _FAR:
            SharedState.objects.filter(realm=realm.value, seq=state.seq).update(seq=size)
        return
    known = _Known.of(realm)
    naming = Naming(installation())
    found = gather(realm, known.named(naming), known.claims)
    with transaction.atomic():
        SharedState.objects.get_or_create(realm=realm.value, defaults={"seq": 0})
        state = SharedState.objects.select_for_update(no_key=True).get(realm=realm.value)
        if state.seq >= size and state.seq > 0:
            return
        known = _Known.of(realm)
        writer = _Writer(realm, known)
        maker_ref = naming.id("identity", "organisation")
        marks = {one["id"]: each.marks for each in found for one in stix_of(each.shared, maker_ref)}
        if subjects := writer.recall(marks):
            # What was called back, and whatever refers to it, is told anew under other ids.
            found = gather(realm, known.named(naming), known.claims)
        for one in _of_the_house(maker_ref):
            writer.put(_HOUSE, one, Marks(realm.value, Tlp.CLEAR.value, None))
        for each in found:
            for one in stix_of(each.shared, maker_ref):
                writer.put(each.subject, one, each.marks)
        writer.finish()
        state.seq = size
        state.save(update_fields=["seq"])
        append_many(
            [
                Change(
                    kind="stix.recalled", actor="engine", subject=subject, realm=realm.value, body={"objects": count}
                )
                for subject, count in sorted(subjects.items())
            ]
        )


def installation() -> UUID:
    """What ids are made from: the same for as long as the installation keeps its secret, a restored one included."""
    return UUID(bytes=hmac.digest(settings.MASTER_SECRET, b"stix", "sha256")[:16])


def _anything_since(seq: int, size: int, realm: Realm) -> bool:
    if size <= seq:
        return False
    telling = Q()
    for kind in _TELLING:
        telling |= Q(kind__startswith=kind)
    return Entry.objects.filter(telling, seq__gte=seq, realm=realm.value).exists()


def _of_the_house(maker_ref: str) -> list[dict[str, Any]]:
    """What all else leans on: who shares, the marks, and the extensions."""
    name = Organisation.objects.values_list("name", flat=True).first() or "An installation of Vedette"
    own = organisation(maker_ref, name, "2026-01-01T00:00:00.000Z")
    marks = [marking_definition(label) for label in MARKING]
    return [own, *marks, maker(), *(extension.definition() for extension in EXTENSIONS)]


@dataclass
class _Known:
    """The last version of everything that is shared already."""

    last: dict[str, SharedObject] = field(default_factory=dict)
    #: Claim's subject -> how many ids of it were withdrawn, and whether another is in use.
    withdrawn: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    #: Subject -> how many ids of it were called back.
    recalled: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    in_use: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, realm: Realm) -> _Known:
        known = cls()
        for row in SharedObject.objects.filter(realm=realm.value, is_last=True).defer("body"):
            known.last[row.stix_id] = row
            known.recalled[row.subject] += row.recalled
            if row.revoked:
                known.withdrawn[row.subject] += 1
            else:
                known.in_use.add(row.subject)
        return known

    @property
    def claims(self) -> list[int]:
        """Claims that were shared."""
        subjects = {row.subject for row in self.last.values()}
        return [int(subject.removeprefix("claim:")) for subject in subjects if subject.startswith("claim:")]

    def named(self, naming: Naming) -> Any:
        """The ids in use. What was withdrawn stays so; what is taken up again or was called back is another object."""

        def name(kind: str, subject: str) -> str:
            gone = self.withdrawn.get(subject, 0)
            if kind == "note" and gone and (subject in self.in_use or not _rejected(subject)):
                return naming.id(kind, f"{subject}#{gone + 1}")
            if kind == "note":
                return naming.id(kind, f"{subject}#{gone}" if gone > 1 else subject)
            recalled = self.recalled.get(subject, 0)
            return naming.id(kind, f"{subject}#{recalled + 1}" if recalled else subject)

        return name


def _rejected(subject: str) -> bool:
    return Claim.objects.filter(pk=int(subject.removeprefix("claim:")), status=Claim.Status.REJECTED).exists()


class _Writer:
    """Writes what is new, in one transaction; times of addition only ever grow."""

    def __init__(self, realm: Realm, known: _Known) -> None:
        self._realm, self._known = realm, known
        self._new: list[SharedObject] = []
        last = SharedObject.objects.filter(realm=realm.value).order_by("-added_at").first()
        self._added = clock.now()
        if last is not None and last.added_at >= self._added:
            self._added = last.added_at + timedelta(microseconds=1)

    def recall(self, marks: Mapping[str, Marks]) -> Counter[str]:
        """Call back what was shared by laxer marks than are its now: subject -> how many objects of it."""
        standing = {name: row for name, row in self._known.last.items() if not row.revoked and row.subject != _HOUSE}
        done: Counter[str] = Counter()
        for name in narrowed(standing, marks.items()):
            row, now = standing[name], marks[name]
            body = SharedObject.objects.values_list("body", flat=True).get(pk=row.pk)
            if not can_be_withdrawn(body):
                continue
            # What it said is shown by its marks of now only, and that it is withdrawn to whoever was given it.
            versions = SharedObject.objects.filter(realm=self._realm.value, stix_id=name)
            versions.update(is_last=False, handling=now.handling, need_to_know=now.need_to_know)
            version = _later(row.version, row.version)
            told = withdrawal(body, version)
            before = Marks(self._realm.value, row.handling, row.need_to_know)
            self._write(row.subject, told, before, version, _digest(told), recalled=True)
            self._known.withdrawn[row.subject] += 1
            self._known.recalled[row.subject] += 1
            self._known.in_use.discard(row.subject)
            done[row.subject] += 1
        return done

    def put(self, subject: str, one: dict[str, Any], marks: Marks) -> None:
        before, digest = self._known.last.get(one["id"]), _digest(one)
        if before is not None and (before.handling, before.need_to_know) != (marks.handling, marks.need_to_know):
            # Older versions are shown no more freely than the newest.
            SharedObject.objects.filter(realm=self._realm.value, stix_id=one["id"]).update(
                handling=marks.handling, need_to_know=marks.need_to_know
            )
        if before is not None and (before.digest == digest or before.revoked):
            return
        version = moment(one.get("modified") or one.get("created")) or self._added
        if before is not None:
            if "modified" not in one:
                SharedObject.objects.filter(pk=before.pk).update(body=one, digest=digest)
                return
            version = _later(version, before.version)
            one = {**one, "modified": stamp(version)}
            SharedObject.objects.filter(realm=self._realm.value, stix_id=one["id"]).update(is_last=False)
        self._write(subject, one, marks, version, digest)

    def _write(
        self,
        subject: str,
        one: dict[str, Any],
        marks: Marks,
        version: datetime,
        digest: str,
        *,
        recalled: bool = False,
    ) -> None:
        row = SharedObject(
            realm=self._realm.value,
            handling=marks.handling,
            need_to_know=marks.need_to_know,
            created_at=self._added,
            subject=subject,
            stix_id=one["id"],
            kind=one["type"],
            version=version,
            revoked=one.get("revoked") is True,
            recalled=recalled,
            digest=digest,
            body=one,
            added_at=self._added,
        )
        self._known.last[one["id"]] = row
        self._new.append(row)
        self._added += timedelta(microseconds=1)

    def finish(self) -> None:
        """Write what is new."""
        SharedObject.objects.bulk_create(self._new, batch_size=200)


def _later(version: datetime, before: datetime) -> datetime:
    """A version's time is later than that of the one before it."""
    if version > before:
        return version
    now = clock.now()
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return max(now, before + _MS)


def _digest(one: dict[str, Any]) -> str:
    """What tells two versions apart: all but the time of change."""
    told = {name: value for name, value in one.items() if name != "modified"}
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
