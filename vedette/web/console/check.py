"""What stands beside a message before it is sent: lint findings, the audience counted, and what each channel says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vedette.access.handling import Realm
from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.dispatch.load import load_of
from vedette.formats.parts import BadInput, parse
from vedette.people.languages import languages_of
from vedette.reports.models import Report
from vedette.warnings.content import Content, MessageType
from vedette.warnings.findings import context_of
from vedette.warnings.lint import LintFinding, lint
from vedette.warnings.models import Message
from vedette.warnings.readers import Reading, reading_of
from vedette.web.console.counting import AudienceCount, count_audience
from vedette.web.console.previews import Told, told_in_each


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
    counted = count_audience(content, audience, actor, now)
    reading = _reading(content, counted, realm) if actor.may(Verb.SEE_PEOPLE) else Reading()
    if faults:
        return Check(None, counted, faults=faults, reading=reading)
    try:
        sound = parse(Content, content)
    except BadInput as refused:
        return Check(None, counted, faults={refused.field: refused.reason}, reading=reading)
    before = previous.parsed_content() if previous is not None else None
    besides = previous.warning_id if previous is not None else None
    load = load_of(counted.people, counted.maybe, realm, now, besides, exact=actor.may(Verb.SEE_PEOPLE))
    found = lint(sound, context_of(realm, kind, now, previous=before, reports=reports, load=load))
    found.sort(key=lambda finding: finding.level != "error")
    return Check(found, counted, told_in_each(sound, kind, realm, now, identifier, previous), reading=reading)


def _reading(content: Mapping[str, Any], counted: AudienceCount, realm: Realm) -> Reading:
    own = str(content.get("language") or "en-US")
    others = [str(one.get("language") or "") for one in content.get("translations") or () if isinstance(one, Mapping)]
    texts = [own, *(one for one in others if one)]
    return reading_of(languages_of(realm, counted.people), texts) if len(counted.people) else Reading()
