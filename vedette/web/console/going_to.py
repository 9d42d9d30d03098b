"""To how many a message goes: whom its rule reaches now, and whom the warning has reached before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet

from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.dispatch.decide import ENDINGS
from vedette.dispatch.models import Recipient
from vedette.people.rough import figure
from vedette.people.world import Ints
from vedette.warnings.content import MessageType
from vedette.warnings.models import Message


@dataclass(frozen=True, slots=True)
class GoingTo:
    """People, in tens for those who may not see people."""

    total: int
    #: Of them those who have a message of this warning already.
    before: int
    #: An ending goes to them alone.
    ends: bool


def going_to(actor: Actor, message: Message, reached: Ints | tuple[int, ...]) -> GoingTo:
    """`reached` are the people whom the message's rule reaches, by primary key."""
    ends = MessageType(message.msg_type) in ENDINGS
    before = np.array(
        Recipient.objects.filter(warning=message.warning_id).values_list("person_id", flat=True), np.int64
    )
    total = before if ends else np.union1d(before, reached)
    exact = actor.may(Verb.SEE_PEOPLE)
    return GoingTo(figure(total.size, exact=exact), figure(before.size, exact=exact), ends)


def _recipients(message: Message) -> QuerySet[Recipient, int]:
    return Recipient.objects.filter(warning=message.warning_id).values_list("person_id", flat=True)
