"""What is said of a goal: to those who are not needed any more, and to those who are told that it was missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vedette.formats import sms
from vedette.warnings.marking import marked
from vedette.warnings.render import MessageView, RenderedEmail
from vedette.warnings.words import words_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """How far a goal was when its time was over."""

    name: str
    needed: int
    answered: int
    #: Whether further people are asked now.
    another_wave: bool


def render_goal(view: MessageView, missed: Missed | None = None) -> tuple[RenderedEmail, str, dict[str, Any]]:
    """A notice as mail, in one line, and for a machine: that a goal was `missed`, or that enough have answered."""
    words, content = words_for(view.language), view.content
    if missed is None:
        kind, subject, said = "Filled", words.filled_subject, words.filled
    else:
        kind = "GoalMissed"
        numbers = {"answered": missed.answered, "needed": missed.needed}
        subject = words.missed_subject.format(**numbers)
        of = words.missed_of.format(name=missed.name) if missed.name else ""
        said = words.missed.format(**numbers, of=of)
        said = f"{said} {words.missed_next if missed.another_wave else words.missed_last}"
    lines = [
        content.handling.value,
        "",
        said,
        "",
        f"{words.warning}: {content.headline}",
        f"{words.source}: {content.source}",
        f"{words.where}: {content.area.description}",
        *([f"{words.contact}: {content.contact}"] if content.contact else []),
        "",
        view.link,
    ]
    heading = f"{content.handling.value} {subject}: {content.headline}"
    mail = RenderedEmail(marked(heading, view.realm), marked("\n".join(lines), view.realm, "\n\n"))
    short = sms.plain(marked(f"{heading}. {said} {view.link}", view.realm))
    payload = {
        "identifier": view.identifier,
        "type": kind,
        "realm": view.realm.value,
        "handling": content.handling.value,
        "person": view.person_name,
        "link": view.link,
        "subject": mail.subject,
        "text": mail.text,
        "short": short,
    }
    return mail, short, payload
