"""What a ledger entry commits to is opened only to those who may see the record that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vedette.access.policy import Actor, visible
from vedette.people.models import Person, SavedArea, Unit
from vedette.reports.models import Claim, Evidence, Report, Source
from vedette.threats.models import Incident, Threat, ThreatActor
from vedette.warnings.models import Warning

#: What a subject's first word stands for, and the lookup to the record that carries its marks.
_SUBJECTS: dict[str, tuple[Any, str]] = {
    "report": (Report, ""),
    "source": (Source, ""),
    "claim": (Claim, "report"),
    "evidence": (Evidence, ""),
    "incident": (Incident, ""),
    "threat": (Threat, ""),
    "threat_actor": (ThreatActor, ""),
    "warning": (Warning, ""),
    "person": (Person, ""),
    "unit": (Unit, ""),
    "area": (SavedArea, ""),
}


def may_open(actor: Actor, subject: str) -> bool:
    """Whether the actor may see the record that an entry is about; what is no record's is the ledger's own."""
    return subject in openable(actor, [subject])


def openable(actor: Actor, subjects: Iterable[str]) -> set[str]:
    """Those of the subjects that `may_open` allows, in one query for each kind of record."""
    found: set[str] = set()
    asked: dict[str, dict[int, set[str]]] = {}
    for subject in subjects:
        word, _, number = subject.partition(":")
        if word in _SUBJECTS and number.isdecimal():
            asked.setdefault(word, {}).setdefault(int(number), set()).add(subject)
        else:
            found.add(subject)
    for word, numbers in asked.items():
        model, through = _SUBJECTS[word]
        for pk in (
            visible(actor, model.objects.all(), through=through).filter(pk__in=numbers).values_list("pk", flat=True)
        ):
            found |= numbers[pk]
    return found
