"""Which calls and replies were heard already: gateways repeat themselves, and so does whoever copied a signed call."""
# ruff: noqa: S608  (what is put into the statements is this file's own text; values are parameters)

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from vedette.access.handling import Realm
from vedette.dispatch.sql import execute, rows, stamp

#: How long a name is remembered.
REMEMBERED = timedelta(days=2)
_AT_ONCE = 500


class Name(NamedTuple):
    """What a gateway calls something that it tells."""

    realm: Realm
    channel: str
    #: "call" or "reply": each has names of its own, and each provider behind the first.
    kind: str
    name: str

    @classmethod
    def of(cls, realm: Realm, channel: str, provider: int | None, kind: str, name: str) -> Name:
        """What that provider calls it; the first, and one that is not known, go without their rank."""
        return cls(realm, channel, f"{kind}.{provider}" if provider else kind, name)


def remember(names: Collection[Name], now: datetime) -> set[Name]:
    """Those of some names that are new; all are remembered from now on, if the transaction stands."""
    by_stored = {(one.realm.value, one.channel, f"{one.kind}:{one.name}"[:250]): one for one in names}
    stored = sorted(by_stored)
    new: set[Name] = set()
    for at in range(0, len(stored), _AT_ONCE):
        some = stored[at : at + _AT_ONCE]
        places = ", ".join(["(%s, %s, %s, %s)"] * len(some))
        inserted = rows(
            f"INSERT INTO dispatch_heardbefore (realm, channel, name, at) VALUES {places}"
            " ON CONFLICT DO NOTHING RETURNING realm, channel, name",
            [value for one in some for value in (*one, stamp(now))],
        )
        new.update(by_stored[row] for row in inserted)
    return new


def forget_older(now: datetime) -> None:
    """Forget what nobody repeats any more."""
    execute("DELETE FROM dispatch_heardbefore WHERE at < %s", [stamp(now - REMEMBERED)])
