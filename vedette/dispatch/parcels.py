"""What is put into each person's parcel: the letter is rendered once for each language that its readers
have, their name and link are filled in.

The texts are those of `warnings/render.py`; rendering holds the places of name and token with stand-ins.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from vedette.access.handling import Realm
from vedette.dispatch.channels.face import NAME_HERE, TOKEN_HERE, Letter, Parcel
from vedette.dispatch.members import Issued, Member
from vedette.dispatch.tokens import LENGTH, make_token
from vedette.warnings.content import Office
from vedette.warnings.goal_notices import Missed, render_goal
from vedette.warnings.plans import danger_to_life
from vedette.warnings.render import (
    MessageView,
    render_email,
    render_escalation,
    render_escalation_short,
    render_escalation_webhook,
    render_short,
    render_webhook,
)

assert len(TOKEN_HERE) == LENGTH, "a short text is cut to fit with its link in it"


@dataclass(frozen=True, slots=True)
class House:
    """What of the organisation stands in every message."""

    public_address: str
    mail_from: str
    zone: str


class Parcels:
    """Makes the parcels of one message."""

    def __init__(self, issued: Issued, house: House) -> None:
        self._issued = issued
        self._house = house
        self._letters: dict[str, Letter] = {}

    def warning(self, member: Member, key: str, address: str) -> Parcel:
        """The message for one recipient."""
        letter = self._letters.get(member.language) or self._write(member.language)
        token = make_token(member.id, self._issued.realm)
        return Parcel(key=key, address=address, letter=letter, name=member.name, token=token)

    def escalation(
        self, name: str, language: str, silent: Sequence[str], office: Office, key: str, address: str
    ) -> Parcel:
        """The notice to one supervisor or warden; its link is where they can attest."""
        link = f"{self._house.public_address}/warnings/{self._issued.warning}/"
        view = self._view(name, language, link)
        mail = render_escalation(view, silent, office)
        letter = self._letter(
            subject=mail.subject,
            text=mail.text,
            short=render_escalation_short(view, silent),
            payload=render_escalation_webhook(view, silent, office),
            link=link,
            language=language,
        )
        return Parcel(key=key, address=address, letter=letter)

    def goal(
        self, name: str, language: str, recipient: int | None, missed: Missed | None, key: str, address: str
    ) -> Parcel:
        """The notice of a goal: to a recipient who is not needed any more, or to whoever is told that it was missed."""
        public, issued = self._house.public_address, self._issued
        page = f"/warnings/{issued.warning}/" if recipient is None else f"/a/{make_token(recipient, issued.realm)}"
        view = self._view(name, language, f"{public}{page}")
        mail, short, payload = render_goal(view, missed)
        letter = self._letter(
            subject=mail.subject, text=mail.text, short=short, payload=payload, link=view.link, language=language
        )
        return Parcel(key=key, address=address, letter=letter)

    def _write(self, language: str) -> Letter:
        view = self._view(NAME_HERE, language, f"{self._house.public_address}/a/{TOKEN_HERE}")
        mail = render_email(view)
        self._letters[language] = self._letter(
            subject=mail.subject,
            text=mail.text,
            short=render_short(view),
            payload=render_webhook(view),
            link=view.link,
            language=language,
        )
        return self._letters[language]

    def _letter(
        self, *, subject: str, text: str, short: str, payload: dict[str, object], link: str, language: str
    ) -> Letter:
        issued = self._issued
        return Letter(
            subject=subject,
            text=text,
            short=short,
            payload=json.dumps(payload, ensure_ascii=False),
            link=link,
            language=language,
            sent=issued.issued_at,
            expires=issued.content.expires,
            topic=issued.topic,
            danger_to_life=danger_to_life(issued.content),
        )

    def _view(self, name: str, language: str, link: str) -> MessageView:
        issued = self._issued
        return MessageView(
            content=issued.content.in_language(language),
            msg_type=issued.kind,
            realm=Realm(issued.realm),
            identifier=issued.identifier,
            sent=issued.issued_at,
            link=link,
            person_name=name,
            language=language,
            zone=self._house.zone,
        )
