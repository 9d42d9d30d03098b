"""A parcel as an SMS: the same for every way by which SMS go out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from vedette.dispatch.channels.face import Parcel
from vedette.formats import sms

_NUMBER = re.compile(r"\+[1-9][0-9]{3,14}")


class NotSendable(ValueError):
    """It is not sent, however often it is tried; the message says why."""


@dataclass(frozen=True, slots=True)
class Sms:
    """What goes to one telephone."""

    #: In E.164, with its +.
    number: str
    #: Plain where that costs less; never cut.
    text: str
    key: str
    expires: datetime
    #: Seconds left until then, one at least.
    seconds_left: int

    @property
    def cost(self) -> str:
        """What to note of a message that was taken: its segments, if there is more than one."""
        budget = sms.count(self.text)
        return budget.in_words if budget.segments > 1 else ""


def sms_of(parcel: Parcel, now: datetime) -> Sms:
    """Raises NotSendable."""
    if not _NUMBER.fullmatch(parcel.address):
        raise NotSendable("not a telephone number in E.164, as +12025550123")
    left = (parcel.letter.expires - now).total_seconds()
    if left <= 0:
        raise NotSendable("its time was over before it could be sent")
    return Sms(parcel.address, sms.plain(parcel.short), parcel.key, parcel.letter.expires, max(int(left), 1))
