"""What the fixed words of a paired phone's page are, in one language; beside them it uses those of the field page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneWords:
    """What the page says around the authors' words."""

    title: str
    #: On the field page: leads here.
    keep_here: str

    pair_title: str
    pair_why: str
    code: str
    code_hint: str
    pair: str
    code_wrong: str
    too_many_phones: str
    too_many_tries: str

    #: A code that is sent: {code}, {address} where it is entered, and {until} when.
    code_subject: str
    code_message: str

    whose: str
    nothing_in_force: str
    read: str
    unanswered: str

    settings: str
    saved: str
    save: str
    language: str
    size: str
    sizes: Mapping[str, str]
    colours: str
    schemes: Mapping[str, str]

    notices: str
    notices_on: str
    notices_off: str
    notices_no: str
    notices_blocked: str
    #: The first notification, which shows that they come.
    hello: str
    hello_why: str
    turn_on: str
    turn_off: str

    position: str
    position_why: str
    allow: str
    allowed: str
    stop: str
    check_in_why: str
    check_in: str
    checked_in: str
    check_in_kept: str
    no_position: str

    install: str
    install_how: str
    unpair: str
    unpair_why: str
    unpaired: str

    #: Above a copy that is shown without a connection; {when} is when it was made.
    offline: str
    #: After an answer that could not be sent yet.
    kept: str
    kept_why: str
    not_here: str
    failed: str
