"""What stands beside a message before it is sent: lint findings, the audience counted, and what each channel says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from vedette.access.handling import Realm
from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.dispatch.load import load_of
from vedette.formats.parts import BadInput, parse
from vedette.people.languages import languages_of
from vedette.people.queries import audience_of
from vedette.people.rule import AudienceRule
from vedette.people.world import Ints
from vedette.places.geometry import BadGeometry
from vedette.reports.models import Report
from vedette.warnings.content import Content, MessageType, Severity
from vedette.warnings.findings import context_of
from vedette.warnings.lint import LintFinding, lint
from vedette.warnings.models import Message
from vedette.warnings.plans import WarningClass, class_of
from vedette.warnings.readers import Reading, reading_of
from vedette.web.console.previews import Told, told_in_each

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
class Check:
    """All that is known of a message before it is sent."""

    #: None while the content is not complete.
    lint: list[LintFinding] | None
    audience: AudienceCount
    #: What is sent, in each of its languages.
    told: list[Told] = field(default_factory=list)
    faults: Mapping[str, str] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)

    @property
    def findings(self) -> list[LintFinding]:
        """What stands in one list: advice on a translation stands beside its text."""
        return [one for one in self.lint or () if one.level == "error" or not one.field.startswith("translations.")]

    @property
    def errors(self) -> int:
        """How many findings hold the message back."""
        return sum(finding.level == "error" for finding in self.lint or ())


def check_message(
    content: Mapping[str, Any],
    audience: Mapping[str, Any],
    *,
    actor: Actor,
    kind: MessageType,
    now: datetime,
    previous: Message | None = None,
    identifier: str = "",
    faults: Mapping[str, str] | None = None,
    reports: Iterable[Report] = (),
) -> Check:
    """Lint, count and preview of three parts, complete or not. Nothing of `reports` may be given away.

    Why people are reached and what they read is for those who may see people.
    """
    realm = actor.realm
    counted = count_audience(content, audience, realm, now)
    reading = Reading()
    if actor.may(Verb.SEE_PEOPLE):
        reading = _reading(content, counted, realm)
    else:
        counted = replace(counted, reasons=())
    if faults:
        return Check(None, counted, faults=faults, reading=reading)
    try:
        sound = parse(Content, content)
    except BadInput as refused:
        return Check(None, counted, faults={refused.field: refused.reason}, reading=reading)
    before = previous.parsed_content() if previous is not None else None
    load = load_of(counted.people, counted.maybe, realm, now, previous.warning_id if previous is not None else None)
    found = lint(sound, context_of(realm, kind, now, previous=before, reports=reports, load=load))
    found.sort(key=lambda finding: finding.level != "error")
    return Check(found, counted, told_in_each(sound, kind, realm, now, identifier, previous), reading=reading)


def _reading(content: Mapping[str, Any], counted: AudienceCount, realm: Realm) -> Reading:
    own = str(content.get("language") or "en-US")
    others = [str(one.get("language") or "") for one in content.get("translations") or () if isinstance(one, Mapping)]
    texts = [own, *(one for one in others if one)]
    return reading_of(languages_of(realm, counted.people), texts) if len(counted.people) else Reading()


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
