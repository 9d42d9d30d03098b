"""What a paired phone's page lists: the warnings its person was sent, those in force before those that are over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Coalesce

from vedette.access.handling import Realm
from vedette.dispatch.models import Acknowledgement, Recipient
from vedette.dispatch.tokens import make_token
from vedette.formats.languages import direction
from vedette.people.models import Organisation, Person
from vedette.warnings.content import MessageType
from vedette.warnings.models import Message
from vedette.warnings.render import local_time
from vedette.warnings.words import words_for
from vedette.web.field.page import Status, relative, status_of
from vedette.web.field.words import field_words

#: The most warnings listed.
MOST = 50
#: For how long a warning that is over stays among what a phone keeps: whoever was away still sees how it ended.
KEPT_AFTER = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One warning as the list shows it."""

    recipient: Recipient
    #: Of its page.
    path: str
    identifier: str
    status: Status
    #: "WARNING", or how it ended.
    kind: str
    headline: str
    language: str
    #: When it ends or has ended, as a moment and as people read it.
    ends_at: datetime
    ends: str
    ends_in: str
    #: What they answered to its last message; empty: nothing yet.
    answer: str

    @property
    def runs(self) -> str:
        """Which way its headline is written."""
        return direction(self.language)

    @property
    def in_force(self) -> bool:
        """Whether it holds."""
        return self.status is Status.IN_FORCE


def zone() -> str:
    """The zone that times are told in."""
    return Organisation.objects.values_list("zone", flat=True).first() or "UTC"


def entries(person: Person, now: datetime) -> list[Entry]:
    """The person's warnings as they stand at `now`: in force first, then the latest first."""
    found = list(Recipient.objects.filter(person=person).select_related("warning", "person").order_by("-pk")[:MOST])
    last = _last_messages(found)
    answers = _answers(found)
    house = zone()
    listed = [
        _entry(recipient, last[recipient.warning_id], answers.get(recipient.pk, {}), now, house)
        for recipient in found
        if recipient.warning_id in last
    ]
    # Sorting keeps the order of what is alike: the latest first.
    return sorted(listed, key=lambda entry: not entry.in_force)


def kept(listed: Iterable[Entry], now: datetime) -> list[Entry]:
    """Those whose whole page a phone keeps a copy of."""
    return [entry for entry in listed if entry.in_force or entry.ends_at > now - KEPT_AFTER]


def _entry(recipient: Recipient, message: Message, said: dict[int, str], now: datetime, zone: str) -> Entry:
    content = message.parsed_content().in_language(recipient.person.language)
    words, field = words_for(recipient.person.language), field_words(recipient.person.language)
    kind = MessageType(message.msg_type)
    status = status_of(kind, content, now)
    ends_at = (recipient.warning.ended_at or message.created_at) if kind.ends else content.expires
    return Entry(
        recipient=recipient,
        path=f"/a/{make_token(recipient.pk, Realm(recipient.realm))}",
        identifier=message.identifier,
        status=status,
        kind=field.ends.get(status.value, words.kinds[message.msg_type]),
        headline=content.headline,
        language=content.language,
        ends_at=ends_at,
        ends=local_time(ends_at, zone, words),
        ends_in=relative(ends_at, now, field),
        answer=field.answers.get(said[message.pk], field.attested) if message.pk in said else "",
    )


def _last_messages(found: Sequence[Recipient]) -> dict[int, Message]:
    issued = Message.objects.filter(warning__in={one.warning_id for one in found}, state=Message.State.ISSUED)
    return {message.warning_id: message for message in issued.order_by("number")}


def _answers(found: Sequence[Recipient]) -> dict[int, dict[int, str]]:
    """Recipient -> message -> what holds of what was said of it: plain words before "I have read it".

    In the order in which they were given, as their page has them: a kept answer may come in after a newer one.
    """
    said: dict[int, dict[int, str]] = defaultdict(dict)
    for recipient, message, response in (
        Acknowledgement.objects.filter(recipient__in=found)
        .order_by(Coalesce("answered_at", "at"), "pk")
        .values_list("recipient_id", "message_id", "response")
    ):
        if response != "acknowledged" or message not in said[recipient]:
            said[recipient][message] = response
    return said
