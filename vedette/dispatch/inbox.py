"""Mail that comes back, bounces and replies, on its way to `receipts.py`: read, and given to its realm."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.access.handling import Realm
from vedette.dispatch.channels.heard import Heard, Reply
from vedette.dispatch.keys import read_key
from vedette.dispatch.mail_in import heard_in
from vedette.dispatch.receipts import Call
from vedette.people.contact import MAIL


def calls_of(mails: Sequence[bytes], realm: Realm | None = None) -> list[Call]:
    """What mails say. A key names its realm; what has none belongs to `realm`, and without that to nobody.

    With a realm, nothing of the other one is taken.
    """
    calls = []
    for mail in mails:
        for one in heard_in(mail):
            whose = realm or _realm_of(one)
            if whose is not None:
                calls.append(Call(realm=whose, channel=MAIL, heard=[one]))
    return calls


def _realm_of(one: Heard) -> Realm | None:
    keys = (one.key, *one.thread) if isinstance(one, Reply) else (one.key,)
    return next((ref.realm for key in keys if (ref := read_key(key)) is not None), None)
