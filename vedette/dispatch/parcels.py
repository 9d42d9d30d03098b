"""What is put into each person's parcel: the message rendered once a language, with their name and link filled in.

The texts are those of `warnings/render.py`; rendering holds the places of name and link with stand-ins of link length.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from vedette.access.handling import Realm
from vedette.dispatch.channels.face import Parcel
from vedette.dispatch.members import Issued, Member
from vedette.dispatch.tokens import LENGTH, make_token
from vedette.warnings.render import (
    MessageView,
    render_email,
    render_escalation,
    render_escalation_webhook,
    render_webhook,
)

#: Private-use characters: no author's text holds them, and no rule about spaces or sentences touches them.
_NAME = "\ue000name\ue001"
_TOKEN = "\ue002" + "x" * (LENGTH - 2) + "\ue003"


@dataclass(frozen=True, slots=True)
class House:
    """What of the organisation stands in every message."""

    public_address: str
    mail_from: str
    zone: str


@dataclass(frozen=True, slots=True)
class _Rendered:
    subject: str
    text: str
    payload: str


class Parcels:
    """Makes the parcels of one message."""

    def __init__(self, issued: Issued, house: House) -> None:
        self._issued = issued
        self._house = house
        self._rendered: dict[str, _Rendered] = {}

    def warning(self, member: Member, key: str, address: str) -> Parcel:
        """The message for one recipient."""
        rendered = self._rendered.get(member.language) or self._render(member.language)
        token = make_token(member.id, self._issued.realm)
        return Parcel(
            key=key,
            address=address,
            subject=_filled(rendered.subject, member.name, token),
            text=_filled(rendered.text, member.name, token),
            payload=_filled(rendered.payload, json.dumps(member.name)[1:-1], token),
            sent=self._issued.issued_at,
        )

    def escalation(self, name: str, language: str, silent: Sequence[str], key: str, address: str) -> Parcel:
        """The notice to one supervisor; its link is where they can attest."""
        link = f"{self._house.public_address}/warnings/{self._issued.warning}/"
        view = self._view(name, language, link)
        mail = render_escalation(view, silent)
        payload = json.dumps(render_escalation_webhook(view, silent), ensure_ascii=False)
        return Parcel(
            key=key,
            address=address,
            subject=mail.subject,
            text=mail.text,
            payload=payload,
            sent=self._issued.issued_at,
        )

    def _render(self, language: str) -> _Rendered:
        view = self._view(_NAME, language, f"{self._house.public_address}/a/{_TOKEN}")
        mail = render_email(view)
        payload = json.dumps(render_webhook(view), ensure_ascii=False)
        self._rendered[language] = _Rendered(mail.subject, mail.text, payload)
        return self._rendered[language]

    def _view(self, name: str, language: str, link: str) -> MessageView:
        issued = self._issued
        return MessageView(
            content=issued.content,
            msg_type=issued.kind,
            realm=Realm(issued.realm),
            identifier=issued.identifier,
            sent=issued.issued_at,
            link=link,
            person_name=name,
            language=language,
            zone=self._house.zone,
        )


def _filled(text: str, name: str, token: str) -> str:
    return text.replace(_TOKEN, token).replace(_NAME, name)
