"""What stands beside a message before it is sent: lint findings, the audience counted, and what each channel says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from vedette.access.handling import Realm
from vedette.dispatch.levels import Response
from vedette.dispatch.load import load_of
from vedette.formats import sms
from vedette.formats.parts import BadInput, parse
from vedette.people.models import Organisation
from vedette.people.queries import audience_of
from vedette.people.rule import AudienceRule
from vedette.people.world import Ints
from vedette.places.geometry import BadGeometry
from vedette.reports.models import Report
from vedette.warnings.budgets import Budget, budgets
from vedette.warnings.content import Content, MessageType, Severity
from vedette.warnings.findings import context_of
from vedette.warnings.lint import LintFinding, lint
from vedette.warnings.marking import EXERCISE
from vedette.warnings.mesh import render_mesh
from vedette.warnings.models import Message
from vedette.warnings.plans import WarningClass, class_of
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

REASONS = {
    "position": "last seen in the area",
    "shift": "on shift in the area",
    "assignment": "on duty with a unit of the area",
    "unit": "member of",
    "named": "named by the rule",
    "position?": "last fix leaves it open",
    "shift:?": "on shift, post not known",
    "assignment?": "of a unit of the area, whereabouts unknown",
}


@dataclass(frozen=True)
class ReasonRow:
    """How many are reached for one reason."""

    words: str
    detail: str
    count: int


@dataclass(frozen=True)
class AudienceCount:
    """Who would be warned, counted; or why that cannot be said yet."""

    why: str = ""
    total: int = 0
    certain: int = 0
    maybe: int = 0
    maybe_share: float = 0.0
    out: int = 0
    maybe_left_out: int = 0
    reasons: tuple[ReasonRow, ...] = ()
    findings: tuple[Any, ...] = ()
    #: Whom it reaches, as person ids.
    people: Ints | tuple[int, ...] = ()

    @property
    def parts(self) -> dict[str, int]:
        """For the bar."""
        return {"in": self.certain, "maybe": self.maybe, "out": self.out}


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


@dataclass(frozen=True)
class Check:
    """All that is known of a message before it is sent."""

    #: None while the content is not complete.
    lint: list[LintFinding] | None
    audience: AudienceCount
    previews: list[Preview] = field(default_factory=list)
    faults: Mapping[str, str] = field(default_factory=dict)
    #: What it takes of each channel's room.
    budgets: list[Budget] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """How many findings hold the message back."""
        return sum(finding.level == "error" for finding in self.lint or ())


def check_message(
    content: Mapping[str, Any],
    audience: Mapping[str, Any],
    *,
    realm: Realm,
    kind: MessageType,
    now: datetime,
    previous: Message | None = None,
    identifier: str = "",
    faults: Mapping[str, str] | None = None,
    reports: Iterable[Report] = (),
) -> Check:
    """Lint, count and preview of three parts, complete or not. Nothing of `reports` may be given away."""
    counted = count_audience(content, audience, realm, now)
    if faults:
        return Check(None, counted, faults=faults)
    try:
        sound = parse(Content, content)
    except BadInput as refused:
        return Check(None, counted, faults={refused.field: refused.reason})
    before = previous.parsed_content() if previous is not None else None
    load = load_of(counted.people, counted.maybe, realm, now, previous.warning_id if previous is not None else None)
    found = lint(sound, context_of(realm, kind, now, previous=before, reports=reports, load=load))
    found.sort(key=lambda finding: finding.level != "error")
    view = _view(sound, kind, realm, now, identifier)
    return Check(found, counted, _previews(view), budgets=budgets(view))


def count_audience(
    content: Mapping[str, Any], audience: Mapping[str, Any], realm: Realm, now: datetime
) -> AudienceCount:
    """How many the rule reaches, by reason."""
    try:
        rule = parse(AudienceRule, audience, "audience")
    except BadInput:
        return AudienceCount(why="Choose who is warned: nobody is, until you do.")
    geometry = (content.get("area") or {}).get("geometry")
    if not isinstance(geometry, dict):
        return AudienceCount(why="Give the area: an audience is never widened because its area is missing.")
    starts = _moment(content.get("onset")) or now
    ends = _moment(content.get("expires"))
    if ends is None:
        return AudienceCount(why="Say when it ends: who is on shift until then is counted.")
    severity = severity_of(content)
    grave = severity is not None and class_of(severity) is WarningClass.DANGER
    try:
        found = audience_of(
            rule,
            geometry,
            starts=min(max(starts, now), ends - timedelta(minutes=1)),
            ends=ends,
            realm=realm,
            now=now,
            danger_to_life=grave,
        )
    except (BadGeometry, ValueError) as error:
        return AudienceCount(why=f"The audience cannot be counted: {error}")
    return AudienceCount(
        total=len(found),
        certain=found.certain,
        maybe=found.maybe,
        maybe_share=found.maybe_share,
        out=found.out,
        maybe_left_out=found.maybe_left_out,
        reasons=tuple(reason_row(text, number) for text, number in found.counts.items()),
        findings=found.findings,
        people=found.person_ids,
    )


def reason_row(text: str, count: int = 0) -> ReasonRow:
    """A stored reason ("shift:otay-mesa") in words."""
    if text in REASONS:
        return ReasonRow(REASONS[text], "", count)
    name, _, detail = text.partition(":")
    return ReasonRow(REASONS.get(name, name), detail, count)


def _view(content: Content, kind: MessageType, realm: Realm, now: datetime, identifier: str) -> MessageView:
    organisation = Organisation.objects.first()
    return MessageView(
        content=content,
        msg_type=kind,
        realm=realm,
        identifier=identifier or "(given when it is saved)",
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
    return Phone(
        mark=EXERCISE if view.realm is Realm.EXERCISE else "",
        kind=words.kinds[view.msg_type.value],
        handling=content.handling.value,
        content=content,
        lines=(
            (words.what, content.event),
            (words.where, content.area.description),
            (words.until.capitalize(), local_time(content.expires, view.zone, words)),
        ),
        to_do=words.what_to_do,
        steps=tuple(line.strip() for line in content.instruction.splitlines() if line.strip()),
        buttons=tuple(answers[response.value] for response in Response),
    )


def severity_of(content: Mapping[str, Any]) -> Severity | None:
    """How grave a draft says it is; None while it does not."""
    found = str(content.get("severity"))
    return Severity(found) if found in list(Severity) else None


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
