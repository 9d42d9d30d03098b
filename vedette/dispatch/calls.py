"""Who has said that they need help, what they told, and where to ring them: as far as a reader may know people."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Coalesce

from vedette.access.policy import Actor, visible
from vedette.access.roles import Verb
from vedette.dispatch.levels import Response, State
from vedette.dispatch.models import Acknowledgement, Recipient
from vedette.people.contact import TELEPHONE
from vedette.people.models import ContactPoint

#: Of those who need help so many are looked at, to show a hundred of those whom the reader may see.
_LOOKED_AT = 1_000
#: Of one person's notes and numbers so many are shown.
_OF_EACH = 3


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody added to an answer."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """One person who needs help."""

    recipient: Recipient
    #: When they last said anything of it.
    at: datetime
    #: The newest first.
    notes: list[Note]
    #: Their numbers, what is tried first at the beginning.
    telephones: list[str]


@dataclass(frozen=True, slots=True)
class Calls:
    """Who needs help, the newest word first."""

    rows: list[Call]
    #: How many of those looked at the reader may not see.
    hidden: int


def calls(actor: Actor, warning_id: int, limit: int = 100) -> Calls:
    """Those who need help and whom the actor may see. Of very many those who said so last are looked at, since this is
    read once a second."""
    in_need = Recipient.objects.filter(warning=warning_id, state=State.NEEDS_HELP.value)
    found = list(in_need.order_by("-state_at", "-pk").values_list("pk", flat=True)[:_LOOKED_AT])
    known = visible(actor, Recipient.objects.filter(pk__in=found), Verb.SEE_PEOPLE, through="person")
    seen = list(known.select_related("person__unit").order_by("-state_at", "-pk"))
    shown = seen[:limit]
    said, numbers = _said(shown), _telephones(shown)
    rows = []
    for one in shown:
        mine = said[one.pk]
        notes = [Note(text, at) for text, at in mine if text]
        at = mine[0][1] if mine else one.state_at
        rows.append(Call(one, at, notes[:_OF_EACH], numbers[one.person_id][:_OF_EACH]))
    return Calls(sorted(rows, key=lambda call: call.at, reverse=True), len(found) - len(seen))


def _said(recipients: list[Recipient]) -> dict[int, list[tuple[str, datetime]]]:
    """Recipient -> note and time of each answer, the newest first; not of "I am safe", which they took back."""
    said: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    answers = Acknowledgement.objects.filter(
        recipient__in=recipients, response__in=(Response.NEEDS_HELP.value, Response.ACKNOWLEDGED.value)
    ).annotate(given=Coalesce("answered_at", "at"))
    for recipient, note, at in answers.order_by("-given", "-pk").values_list("recipient_id", "note", "given"):
        said[recipient].append((note, at))
    return said


def _telephones(recipients: list[Recipient]) -> dict[int, list[str]]:
    """Person -> numbers, each once."""
    numbers: dict[int, list[str]] = defaultdict(list)
    points = ContactPoint.objects.filter(
        person__in=[one.person_id for one in recipients], channel__in=sorted(TELEPHONE)
    )
    for person, number in points.order_by("rank", "pk").values_list("person_id", "address"):
        if number not in numbers[person]:
            numbers[person].append(number)
    return numbers
