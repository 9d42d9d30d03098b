"""What a push notification says: a title and a text, and a shorter text for where the first is too long. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from vedette.access.handling import Realm
from vedette.warnings.marking import marked


@dataclass(frozen=True, slots=True)
class PushNote:
    """One notification as it is shown."""

    title: str
    body: str


def render_push(*, subject: str, short: str, place: str, link: str, realm: Realm) -> tuple[PushNote, PushNote]:
    """The notification, and the one to send where that is too long: headline, place and link. Neither is ever cut.

    `subject` and `short` are as rendered, with the marks of the realm in them.
    """
    brief = " ".join(part for part in (f"{place.rstrip('.')}." if place else "", link) if part)
    return PushNote(subject, short), PushNote(subject, marked(brief, realm))
