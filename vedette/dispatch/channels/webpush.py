"""Web Push: a notification to a browser or phone, sealed so that only it can read, by way of its maker's push service.

A contact point's address is the subscription as the browser gives it. Push services know us by the installation's own
key; a person's browser takes messages signed with that alone.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from datetime import datetime
from functools import lru_cache
from typing import Annotated, ClassVar

from pydantic import Field, field_validator

from vedette import clock
from vedette.dispatch.channels.face import NAME_HERE, TOKEN_HERE, Channel, Letter, Outcome, Parcel, Result, Settings
from vedette.dispatch.channels.http_client import HttpClient, HttpError, Target, header_lines
from vedette.dispatch.channels.http_message import Answer
from vedette.dispatch.channels.http_outcome import outcome, outcome_of_none
from vedette.dispatch.channels.notes import notes_of
from vedette.dispatch.channels.webpush_key import vapid_key
from vedette.formats.parts import Line
from vedette.formats.webpush import LONGEST, Subscription, authorization, seal
from vedette.warnings.content import MessageType

#: Push services keep a message for four weeks at most; the largest of them refuses to be asked for more.
_LONGEST_TTL_S = 28 * 24 * 3600
#: For how long one proof is signed, and used: RFC 8292 (2) allows a day, and clocks differ.
_PROOF_S, _PROOF_USED_S = 12 * 3600, 6 * 3600
#: Push services remembered at a time; there are a handful in the world.
_SERVICES = 256
#: What a warning is told by. Anything else (an escalation, a test) has its own place on the screen.
_OF_A_WARNING = frozenset(kind.value for kind in MessageType)
_DETAIL, _REFERENCE = 300, 200


class WebPushSettings(Settings):
    """Nothing need be set: each address names its own push service."""

    #: Where the operator of a push service finds us: mailto: or https:. The organisation's mail address unless set.
    contact: Line = ""
    connections: Annotated[int, Field(ge=1, le=2_000)] = 64
    #: Let push services be at loopback or private addresses.
    allow_private: bool = False
    #: A file of certificates (PEM) to trust instead of the system's.
    ca_file: Line = ""

    @field_validator("contact")
    @classmethod
    def _an_address(cls, contact: str) -> str:
        if contact and not contact.startswith(("mailto:", "https://")):
            raise ValueError("must begin with mailto: or https://")
        return contact


class WebPushChannel(Channel):
    """POSTs each parcel to the push service of its browser."""

    settings_model: ClassVar[type[Settings]] = WebPushSettings
    settings: WebPushSettings

    async def open(self) -> None:
        self._proofs = _Proofs(self.settings.contact or f"mailto:{self.mail_from}")
        self._client = HttpClient(
            connections=self.settings.connections,
            timeout_s=self.settings.timeout_s,
            allow_private=self.settings.allow_private,
            ca_file=self.settings.ca_file or None,
        )

    async def send(self, parcel: Parcel) -> Result:
        try:
            subscription = Subscription.parse(parcel.address)
            target = Target.of(subscription.endpoint)
        except ValueError as error:
            return Result(Outcome.FAILED, f"not a subscription that can be used: {error}"[:_DETAIL])
        if target.origin.scheme != "https" and not self.settings.allow_private:
            return Result(Outcome.FAILED, "a push service is reached over https alone")
        now = clock.now()
        ttl = _seconds_left(parcel.letter.expires, now)
        if ttl <= 0:
            return Result(Outcome.FAILED, "its time was over before it could be sent")
        message = _message(parcel)
        if message is None:
            return Result(Outcome.FAILED, "too long for a notification, even in its short form")
        headers = self._proofs.line(subscription.origin, now) + _headers(parcel.letter, ttl)
        try:
            # A repeat harms nobody: it has the same key, and the same place on the screen.
            answer = await self._client.post(target, headers, seal(message, subscription), repeatable=True)
        except HttpError as error:
            return outcome_of_none(error)
        return _result(answer, ttl)

    async def close(self) -> None:
        await self._client.close()


class _Proofs:
    """One Authorization header for each push service, signed anew every few hours."""

    def __init__(self, contact: str) -> None:
        self._contact = contact
        self._held: dict[str, tuple[float, bytes]] = {}

    def line(self, origin: str, now: datetime) -> bytes:
        """The header for that push service, as a line."""
        at = now.timestamp()
        until, line = self._held.get(origin, (0.0, b""))
        # Also when the clock was set back: what was signed may be too far ahead then.
        if not until - _PROOF_USED_S <= at < until:
            if len(self._held) >= _SERVICES:
                self._held.clear()
            proof = authorization(vapid_key(), origin, int(at) + _PROOF_S, self._contact)
            line = header_lines({"authorization": proof})
            self._held[origin] = (at + _PROOF_USED_S, line)
        return line


def _headers(letter: Letter, ttl: int) -> bytes:
    """RFC 8030, 5.2 to 5.4: how long to keep it, how soon to wake the phone, and which older one it replaces."""
    topic, _ = _templates(letter)
    urgency = b"high" if letter.danger_to_life else b"normal"
    replaces = b"topic: %b\r\n" % topic.encode() if topic else b""
    return b"content-type: application/octet-stream\r\ncontent-encoding: aes128gcm\r\nttl: %d\r\nurgency: %b\r\n%b" % (
        ttl,
        urgency,
        replaces,
    )


def _message(parcel: Parcel) -> bytes | None:
    """What the browser is told: the longest form that fits whole; None when none does."""
    topic, templates = _templates(parcel.letter)
    name = json.dumps(parcel.name, ensure_ascii=False)[1:-1]
    for template in templates:
        filled = template.replace(TOKEN_HERE, parcel.token).replace(NAME_HERE, name)
        message = f'{{"key":"{parcel.key}","tag":"{topic or parcel.key}",{filled[1:]}'.encode()
        if len(message) <= LONGEST:
            return message
    return None


@lru_cache(maxsize=256)
def _templates(letter: Letter) -> tuple[str, tuple[str, ...]]:
    """The topic (empty where there is nothing to replace), and all that is the same for all: in full, and in short."""
    told = json.loads(letter.payload)
    topic = _topic(letter.topic) if told.get("type") in _OF_A_WARNING else ""
    rest: dict[str, str | bool] = {
        "link": letter.link,
        "expires": clock.rfc3339(letter.expires),
        "identifier": told.get("identifier", ""),
        "realm": told["realm"],
        "type": told.get("type", ""),
        "urgent": letter.danger_to_life,
        "language": letter.language,
    }
    return topic, tuple(_json({"title": note.title, "body": note.body, **rest}) for note in notes_of(letter))


def _json(told: dict[str, str | bool]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _topic(name: str) -> str:
    """At most 32 characters of base64url (RFC 8030, 5.4), which tell the push service nothing."""
    return base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()[:24]).decode("ascii")


def _seconds_left(expires: datetime, now: datetime) -> int:
    """Whole seconds, rounded up so that it is kept until the very end; the phone looks at the time itself."""
    return min(math.ceil((expires - now).total_seconds()), _LONGEST_TTL_S)


def _result(answer: Answer, ttl: int) -> Result:
    """What the push service said (RFC 8030, 5 and 7.3; RFC 8292, 4.2)."""
    if answer.status in (404, 410):
        return Result(Outcome.FAILED, f"{answer.status} the subscription is gone")
    if answer.status in (401, 403):
        return Result(Outcome.FAILED, f"{answer.status} the push service refuses our key: {answer.text}"[:_DETAIL])
    result = outcome(answer)
    if result.outcome is not Outcome.ACCEPTED:
        return result
    kept = answer.header("ttl")
    shorter = kept.isdigit() and int(kept) < ttl
    return Result(
        Outcome.ACCEPTED,
        f"the push service keeps it for {kept} s only" if shorter else "",
        reference=answer.header("location")[:_REFERENCE],
    )
