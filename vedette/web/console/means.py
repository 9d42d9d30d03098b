"""What stands in a plan's way, as a page shows it: the findings, and the people whom its channels do not reach."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.dispatch.means import means_of, sends_by
from vedette.dispatch.submitting import errors_in
from vedette.people.models import Person
from vedette.people.queries import people_for
from vedette.people.world import Ints
from vedette.warnings.content import Plan

#: People shown by name.
_SHOWN = 8


@dataclass(frozen=True)
class FindingShown:
    """One thing in the plan's way, in the words for this reader."""

    code: str
    level: str
    message: str


@dataclass(frozen=True)
class MeansShown:
    """A plan, what is in its way, and whom it cannot reach."""

    plan: Plan
    findings: tuple[FindingShown, ...]
    channels: tuple[str, ...]
    #: Those without an address whom the reader may see, the first of them.
    people: tuple[Person, ...]
    #: How many more of them there are; 0 for those who may not see people.
    more: int
    #: How many of the findings hold the message back.
    errors: int
    #: Where all people without an address on these channels are listed; empty for those who may not see people.
    link: str


def shown_means(actor: Actor, plan: Plan | None, people: Ints | Collection[int]) -> MeansShown | None:
    """The plan against the people it is for; None while no plan is chosen."""
    if plan is None:
        return None
    found = means_of(plan, actor.realm, people)
    named: tuple[Person, ...] = ()
    link, more, seen = "", 0, actor.may(Verb.SEE_PEOPLE)
    if found.without_address and seen:
        named = tuple(people_for(actor).filter(pk__in=found.without_address[:_MOST_ASKED])[:_SHOWN])
        link = f"{reverse('console:people')}?{urlencode({'without': ','.join(sends_by(plan))})}"
        more = len(found.without_address) - len(named)
    findings = tuple(FindingShown(one.code.value, one.level.value, one.words(exact=seen)) for one in found.findings)
    return MeansShown(plan, findings, found.channels, named, more, len(errors_in(found)), link)


#: People without an address among whom the first by code are looked for.
_MOST_ASKED = 500
