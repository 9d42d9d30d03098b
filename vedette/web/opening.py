"""What a ledger entry commits to is opened only to those who may see the record that it is about.

A subject whose first word stands in neither table below is opened to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vedette.access.policy import Actor, visible
from vedette.exchange.models import Feed, FeedItem
from vedette.people.models import NamedAudience, Person, SavedArea, ShiftCalendar, Unit
from vedette.reports.models import Claim, Evidence, Report, Source
from vedette.threats.models import Incident, Threat, ThreatActor
from vedette.warnings.models import Template, Warning

#: What a subject's first word stands for, and the lookup to the record that carries its marks.
OF_RECORDS: dict[str, tuple[Any, str]] = {
    "report": (Report, ""),
    "source": (Source, ""),
    "claim": (Claim, "report"),
    "evidence": (Evidence, ""),
    "incident": (Incident, ""),
    "threat": (Threat, ""),
    "threat_actor": (ThreatActor, ""),
    "warning": (Warning, ""),
    "template": (Template, ""),
    "person": (Person, ""),
    "unit": (Unit, ""),
    "area": (SavedArea, ""),
    "audience": (NamedAudience, ""),
    "calendar": (ShiftCalendar, ""),
    "feed": (Feed, ""),
    "feed_item": (FeedItem, "feed"),
}
#: Words of what carries no marks: settings, logins, and batches that say how many, by number or digest.
OF_THE_LEDGER = frozenset({
    "all", "answers", "channel", "collection", "compartment", "demo", "directory", "installation", "listener",
    "organisation", "plan", "positions", "receipts", "recipients", "roster", "scim", "several", "user",
})  # fmt: skip


def may_open(actor: Actor, subject: str) -> bool:
    """Whether the actor may see the record that an entry is about, or it is about none."""
    return subject in openable(actor, [subject])


def openable(actor: Actor, subjects: Iterable[str]) -> set[str]:
    """Those of the subjects that `may_open` allows, in one query for each kind of record."""
    found: set[str] = set()
    asked: dict[str, dict[int, set[str]]] = {}
    for subject in subjects:
        word, _, rest = subject.partition(":")
        # What is told of a source in a report stands under both: "report:4/source:2".
        number, _, _ = rest.partition("/")
        if word in OF_THE_LEDGER:
            found.add(subject)
        elif word in OF_RECORDS and number.isdecimal():
            asked.setdefault(word, {}).setdefault(int(number), set()).add(subject)
    for word, numbers in asked.items():
        model, through = OF_RECORDS[word]
        for pk in (
            visible(actor, model.objects.all(), through=through).filter(pk__in=numbers).values_list("pk", flat=True)
        ):
            found |= numbers[pk]
    return found
