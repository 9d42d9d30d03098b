"""The one policy. Every exit (page, API, feed, export, log view, count) asks here; the default answer is no."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from django.db.models import Model, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from vedette.access.handling import Realm, Tlp
from vedette.access.roles import ALLOWED, Role, Verb, who_may

ModelT = TypeVar("ModelT", bound=Model)


class Handled(Protocol):
    """What a record must show to be decided about."""

    realm: str
    handling: str
    need_to_know: str | None


class Reason(StrEnum):
    """Why the policy answered as it did; what the person sees and the ledger stores."""

    ALLOWED = "allowed"
    NO_ROLE = "your role does not allow this"
    NO_SCOPE = "the token's scopes do not allow this"
    OTHER_REALM = "the record is of the other realm"
    ABOVE_CLEARANCE = "the record's handling is above your clearance"
    NOT_OF_UNIT = "the unit is not yours to answer for; its own supervisor or a duty officer may"
    NOT_IN_COMPARTMENT = "you are in none of the record's compartments"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: a user in one realm, through one door."""

    #: "user:<id>", or the engine's own name; the form the ledger stores.
    ref: str
    name: str
    roles: frozenset[Role]
    clearance: Tlp
    compartments: frozenset[str]
    realm: Realm
    user_id: int | None = None
    #: What a token is limited to; None for a session, which is limited by roles alone.
    scopes: frozenset[Verb] | None = None

    def may(self, verb: Verb, record: Handled | None = None) -> bool:
        """Whether the policy lets this actor do `verb` (on `record`)."""
        return decide(self, verb, record) is Reason.ALLOWED


class Refused(Exception):
    """The policy said no. Its words say who may; `about` comes before them where one thing of several was refused."""

    def __init__(self, verb: Verb, reason: Reason, about: str = "") -> None:
        super().__init__(f"{about}: {why(verb, reason)}" if about else why(verb, reason))
        self.verb = verb
        self.reason = reason


def why(verb: Verb, reason: Reason) -> str:
    """A reason as it is told: what the role lacks with who may, what a token lacks with the scope's name."""
    if reason is Reason.NO_ROLE:
        return f"{reason.value}; {who_may(verb)} may"
    return f"{verb.value}: {reason.value}" if reason is Reason.NO_SCOPE else reason.value


def decide(actor: Actor, verb: Verb, record: Handled | None = None) -> Reason:
    """Whether `actor` may do `verb` (on `record`), and if not, why not."""
    if not any(verb in ALLOWED[role] for role in actor.roles):
        return Reason.NO_ROLE
    if actor.scopes is not None and verb not in actor.scopes:
        return Reason.NO_SCOPE
    if record is None:
        return Reason.ALLOWED
    if record.realm != actor.realm.value:
        return Reason.OTHER_REALM
    if Tlp(record.handling).rank > actor.clearance.rank:
        return Reason.ABOVE_CLEARANCE
    if record.need_to_know is not None and not actor.compartments & set(filter(None, record.need_to_know.split("|"))):
        return Reason.NOT_IN_COMPARTMENT
    return Reason.ALLOWED


def check(actor: Actor, verb: Verb, record: Handled | None = None) -> None:
    """Raise Refused unless `actor` may do `verb` (on `record`)."""
    reason = decide(actor, verb, record)
    if reason is not Reason.ALLOWED:
        raise Refused(verb, reason)


def visible(actor: Actor, records: QuerySet[ModelT], verb: Verb = Verb.SEE, through: str = "") -> QuerySet[ModelT]:
    """Those of `records` that `decide` allows, as a query: what lists, searches and counts are made of.

    `through` is the lookup to the handled record when `records` are parts of it (e.g. "warning").
    """
    if decide(actor, verb) is not Reason.ALLOWED:
        return records.none()
    at = f"{through}__" if through else ""
    cleared = [mark.value for mark in Tlp if mark.rank <= actor.clearance.rank]
    known = Q(**{f"{at}need_to_know__isnull": True})
    for code in actor.compartments:
        # Not `contains`: SQLite's LIKE takes |Ridge| for |ridge|.
        known |= Q(GreaterThan(StrIndex(f"{at}need_to_know", Value(f"|{code}|")), 0))
    return records.filter(known, **{f"{at}realm": actor.realm.value, f"{at}handling__in": cleared})


def compartments_text(codes: frozenset[str] | set[str] | None) -> str | None:
    """How a record stores its compartments: None asks for none, the empty set lets nobody in."""
    return None if codes is None else "".join(f"|{code}" for code in sorted(codes)) + ("|" if codes else "")
