"""What a client asks to see of a collection: filters and pages, from the query to the database."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Min, Q, QuerySet
from django.http import QueryDict

from vedette.exchange.models import SharedObject
from vedette.exchange.taxii.wire import TaxiiError
from vedette.formats.stix import moment

#: Objects of one page, unless fewer are asked for.
PAGE = 200
#: Values that one filter can list.
MOST_LISTED = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KNOWN = frozenset(
    {"added_after", "limit", "next", "match[id]", "match[type]", "match[version]", "match[spec_version]"}
)
_TYPE = re.compile(r"[a-z0-9-]{1,250}")


@dataclass(frozen=True, slots=True)
class Page:
    """One page, in the order of addition."""

    rows: list[SharedObject]
    #: What leads to the next; empty when there is none.
    next: str

    @property
    def headers(self) -> dict[str, str]:
        """When the first and the last of it were added."""
        if not self.rows:
            return {}
        return {
            "X-TAXII-Date-Added-First": added(self.rows[0]),
            "X-TAXII-Date-Added-Last": added(self.rows[-1]),
        }


def page(rows: QuerySet[SharedObject], query: QueryDict, *, versions: str = "last") -> Page:
    """The page of `rows` that `query` asks for; `versions` where it asks for none in particular.

    Raises TaxiiError 400 for what cannot be made out.
    """
    if unknown := [name for name in query if name.startswith("match[") and name not in _KNOWN]:
        raise _bad(unknown[0], f"is no filter; there are {', '.join(sorted(_KNOWN))}")
    rows = _matching(rows, query)
    rows = _versions(rows, _listed(query, "match[version]") or [versions])
    if after := query.get("added_after"):
        rows = rows.filter(added_at__gt=_time("added_after", after))
    if following := query.get("next"):
        rows = rows.filter(added_at__gt=_read_next(following))
    limit = query.get("limit", "0")
    if not limit.isdecimal():
        raise _bad("limit", "must be a whole number")
    # taxii2-client asks for 0 where it has no wish.
    size = min(int(limit[:9]) or PAGE, PAGE)
    found = list(rows.order_by("added_at")[: size + 1])
    more = len(found) > size
    return Page(found[:size], _next(found[size - 1]) if more else "")


def added(row: SharedObject) -> str:
    """When it was added, to the microsecond."""
    return f"{row.added_at:%Y-%m-%dT%H:%M:%S.%f}Z"


def _next(row: SharedObject) -> str:
    """What leads on after a row: when it was added, in microseconds. A row's number would tell of those in between."""
    return str((row.added_at - _EPOCH) // timedelta(microseconds=1))


def _read_next(told: str) -> datetime:
    if not told.isascii() or not told.isdigit() or len(told) > 17:
        raise _bad("next", "is none that was given here")
    return _EPOCH + timedelta(microseconds=int(told))


def _matching(rows: QuerySet[SharedObject], query: QueryDict) -> QuerySet[SharedObject]:
    if ids := _listed(query, "match[id]"):
        rows = rows.filter(stix_id__in=ids)
    if types := _listed(query, "match[type]"):
        if bad := next((one for one in types if not _TYPE.fullmatch(one)), None):
            raise _bad("match[type]", f"{bad[:60]!r} is no type")
        rows = rows.filter(kind__in=types)
    specs = _listed(query, "match[spec_version]")
    return rows.none() if specs and "2.1" not in specs else rows


def _versions(rows: QuerySet[SharedObject], asked: Collection[str]) -> QuerySet[SharedObject]:
    if "all" in asked:
        return rows
    wanted = Q(pk__in=[])
    for one in asked:
        if one == "last":
            wanted |= Q(is_last=True)
        elif one == "first":
            wanted |= Q(pk__in=rows.order_by().values("stix_id").annotate(first=Min("pk")).values("first"))
        else:
            wanted |= Q(version=_time("match[version]", one))
    return rows.filter(wanted)


def _listed(query: QueryDict, name: str) -> list[str]:
    found = [one.strip() for told in query.getlist(name) for one in told.split(",") if one.strip()]
    if len(found) > MOST_LISTED:
        raise _bad(name, f"lists {len(found)}; at most {MOST_LISTED} can be asked for at once")
    return found


def _time(name: str, text: str) -> datetime:
    found = moment(text)
    if found is None:
        raise _bad(name, f"{text[:60]!r} is no time in UTC, as 2026-01-31T12:00:00.000000Z")
    return found


def _bad(name: str, why: str) -> TaxiiError:
    return TaxiiError(400, f"{name} cannot be made out", f"{name}: {why}")
