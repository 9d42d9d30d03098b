"""What each channel will say, in each language, rendered by what sends it; and the CAP message of all of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from vedette.access.handling import Realm
from vedette.dispatch.levels import Response
from vedette.formats import sms
from vedette.formats.cap import write_cap
from vedette.formats.languages import direction, name_of
from vedette.formats.parts import BadInput
from vedette.people.models import Organisation
from vedette.warnings.budgets import Budget, budgets
from vedette.warnings.cap import to_cap
from vedette.warnings.content import Content, MessageType
from vedette.warnings.marking import EXERCISE
from vedette.warnings.mesh import render_mesh
from vedette.warnings.models import Message
from vedette.warnings.push import render_push
from vedette.warnings.render import (
    MessageView,
    local_time,
    render_email,
    render_short,
    render_sms,
    render_webhook,
)
from vedette.warnings.words import words_for
from vedette.web.field.words import field_words

#: As long as the tokens that are sent.
_TOKEN = "x" * 24
#: Until it is saved, a message has no identifier.
_NOT_YET = "given-when-it-is-saved"


@dataclass(frozen=True)
class Preview:
    """What one channel will say."""

    name: str
    title: str
    text: str
    subject: str = ""
    note: str = ""
    #: For the field page: what stands on the phone, in its order.
    phone: Phone | None = None


@dataclass(frozen=True)
class Told:
    """What every channel says in one language, and what that takes of each channel's room."""

    language: str
    name: str
    direction: str
    previews: list[Preview]
    budgets: list[Budget]
    #: What tells its parts from those of other languages on the page; empty for the message's own.
    mark: str


@dataclass(frozen=True)
class Phone:
    """The field page's words, in its order; the map and the small print are left out."""

    mark: str
    kind: str
    handling: str
    content: Content
    lines: tuple[tuple[str, str], ...]
    to_do: str
    steps: tuple[str, ...]
    buttons: tuple[str, ...]


def told_in_each(
    content: Content, kind: MessageType, realm: Realm, now: datetime, identifier: str, previous: Message | None
) -> list[Told]:
    """The previews of every language, the message's own first; that has the CAP message, which holds them all."""
    found = []
    for place, language in enumerate(content.languages):
        view = _view(content.in_language(language), kind, realm, now, identifier)
        previews = _previews(view)
        if place == 0:
            previews.append(Preview("cap", "CAP", _cap(content, view, previous), note=_cap_note(content)))
        mark = f"-{language}" if place else ""
        found.append(Told(language, name_of(language), direction(language), previews, budgets(view), mark))
    return found


def _cap(content: Content, view: MessageView, previous: Message | None) -> str:
    """The message for machines, as it would leave now; why not, where it could not."""
    organisation = Organisation.objects.first()
    sender = organisation.sender if organisation else "sender.example"
    earlier = previous.warning.messages.filter(state=Message.State.ISSUED).order_by("number") if previous else ()
    try:
        alert = to_cap(
            content,
            identifier=view.identifier,
            sender=sender,
            sent=view.sent,
            msg_type=view.msg_type,
            realm=view.realm,
            references=[(sender, one.identifier, one.issued_at) for one in earlier if one.issued_at],
        )
    except BadInput as refused:
        return f"It could not leave so: {refused}"
    return write_cap(alert).decode()


def _cap_note(content: Content) -> str:
    count = len(content.languages)
    return f"one message with {count} blocks, one for each language" if count > 1 else "one message, as the feed has it"


def _view(content: Content, kind: MessageType, realm: Realm, now: datetime, identifier: str) -> MessageView:
    organisation = Organisation.objects.first()
    return MessageView(
        language=content.language,
        content=content,
        msg_type=kind,
        realm=realm,
        identifier=identifier or _NOT_YET,
        sent=now,
        link=f"{organisation.public_address if organisation else 'https://…'}/a/{_TOKEN}",
        person_name="(the recipient)",
        zone=organisation.zone if organisation else "UTC",
    )


def _previews(view: MessageView) -> list[Preview]:
    """What is sent over each channel, rendered by what sends it."""
    content = view.content
    mail, short = render_email(view), render_sms(view)
    note, _ = render_push(
        subject=mail.subject,
        short=render_short(view),
        place=content.area.description,
        link=view.link,
        realm=view.realm,
    )
    cost = sms.count(short)
    return [
        Preview("field", "Field page", "", phone=_phone(view)),
        Preview("email", "Mail", mail.text, mail.subject),
        Preview("sms", "SMS", short, note=f"{len(short)} characters, {cost.encoding.value}: {cost.in_words}"),
        Preview("push", "Notification", note.body, note.title),
        Preview("mesh", "Radio mesh", render_mesh(view), note="one line, without the link that no mesh can open"),
        Preview("webhook", "Webhook", json.dumps(render_webhook(view) | {"area": "…"}, indent=2, ensure_ascii=False)),
    ]


def _phone(view: MessageView) -> Phone:
    content, words, answers = view.content, words_for(view.language), field_words(view.language).answers
    until = (words.until.capitalize(), local_time(content.expires, view.zone, words))
    return Phone(
        mark=EXERCISE if view.realm is Realm.EXERCISE else "",
        kind=words.kinds[view.msg_type.value],
        handling=content.handling.value,
        content=content,
        lines=(
            (words.what, content.event),
            (words.where, content.area.description),
            *(() if view.msg_type.ends else (until,)),
        ),
        to_do=words.what_to_do,
        steps=tuple(line.strip() for line in content.instruction.splitlines() if line.strip()),
        buttons=tuple(answers[response.value] for response in Response),
    )
