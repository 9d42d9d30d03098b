"""What a contact point's address must look like, by channel. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import phonenumbers

from vedette.formats import mqtt
from vedette.formats.parts import BadInput
from vedette.formats.webpush import Subscription

#: Channels whose address is a telephone number.
TELEPHONE = frozenset({"sms", "smpp", "voice", "signal", "whatsapp"})
MAIL = "smtp"
PUSH = "webpush"
DEVICE = "mqtt"

_CHANNEL = re.compile(r"[a-z][a-z0-9-]{0,19}")
_MAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
#: A browser's subscription holds an address of up to 500 characters and two keys; nothing else is that long.
LONGEST_PUSH, _LONGEST = 1_000, 320


def checked_address(channel: str, address: str, region: str | None = None) -> str:
    """`address` as the channel wants it: numbers in E.164, everything else as given without outer space.

    `region` (ISO 3166, as "US") reads national numbers. Raises BadInput.
    """
    if not _CHANNEL.fullmatch(channel):
        raise BadInput("channel", f"{channel!r} is no channel name: lower-case letters, digits and dashes, 20 at most")
    text = address.strip()
    if not text:
        raise BadInput("address", "is empty")
    longest = LONGEST_PUSH if channel == PUSH else _LONGEST
    if len(text) > longest or not text.isprintable():
        raise BadInput("address", f"must be one line of at most {longest} characters")
    if channel == PUSH:
        return _subscription(text)
    if channel == MAIL:
        return _mail(text)
    if channel == DEVICE and not mqtt.is_device(text):
        raise BadInput("address", f"{text!r} is no device's name: one level of a topic, without / + #")
    if channel in TELEPHONE:
        return _number(text, region)
    return text


def shown_address(channel: str, address: str) -> str:
    """An address as a person reads it: of a browser's subscription its push service alone, without its keys."""
    if channel != PUSH:
        return address
    try:
        return f"a browser, by way of {urlsplit(Subscription.parse(address).endpoint).hostname}"
    except ValueError:
        return "no subscription"


def _mail(text: str) -> str:
    local = text.rpartition("@")[0]
    if len(text) > 254 or len(local) > 64 or not _MAIL.fullmatch(text):
        raise BadInput("address", f"{text!r} is not an e-mail address")
    return text


def _subscription(text: str) -> str:
    """A browser's subscription, always written the same way, so that one given twice is one."""
    try:
        return Subscription.parse(text).compact()
    except ValueError as error:
        raise BadInput("address", f"is no subscription: {error}") from error


def _number(text: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        way_out = "" if region or text.startswith("+") else "; give it with + and country code, or set the region"
        raise BadInput("address", f"{text!r} is not a telephone number{way_out}") from error
    if not phonenumbers.is_possible_number(number):
        raise BadInput("address", f"{text!r} has too few or too many digits for a telephone number of its country")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
