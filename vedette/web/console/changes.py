"""What changes hands, as people read it: labels for fields, rules and plans in words, an outline as a drawing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from vedette.access.policy import Actor
from vedette.formats.languages import name_of
from vedette.formats.parts import BadInput, parse
from vedette.people.models import Duty
from vedette.people.queries import units_for
from vedette.people.rule import AudienceRule, AudienceTerm, FindingAnswer, Goal
from vedette.warnings.changes import Difference, Kind, Runs, by_line, by_word, differences
from vedette.warnings.content import Plan
from vedette.web.console.outline import OutlineChange, outline_change
from vedette.web.templatetags.plans import goal_words, step_words

#: The fields in the order in which they matter.
FIELDS = {
    "change": "What is different",
    "headline": "Headline",
    "event": "Hazard",
    "source": "Who warns",
    "description": "What is the matter",
    "impact": "What it can do",
    "area": "Where",
    "geometry": "Outline",
    "instruction": "What to do",
    "onset": "Begins",
    "expires": "Ends",
    "audience_note": "For whom",
    "audience": "Who is warned",
    "plan": "How it is followed up",
    "urgency": "Urgency",
    "severity": "Severity",
    "certainty": "Certainty",
    "response_types": "Response",
    "next_update": "Next update",
    "contact": "Whom to ask",
    "handling": "Handling",
    "category": "Category",
    "language": "Language",
}
_ORDER = list(FIELDS)
_LINKS = {
    "unit": "everyone of",
    "assignment": "on duty with a unit of the area",
    "residence": "living in the area",
    "shift": "on shift in the area",
    "position": "last seen in the area",
}
_MAYBE = {
    None: "who only may be there: warned where life is in danger",
    "include": "who only may be there: warned",
    "exclude": "who only may be there: not warned",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@dataclass(frozen=True)
class Change:
    """One part as it was and as it will be, told in runs of words or of lines."""

    label: str
    runs: Runs
    #: Whether each run is a line of its own.
    lines: bool = False
    outline: OutlineChange | None = None
    #: Of a translation.
    language: str = ""


def changes(actor: Actor, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Change]:
    """What differs between two versions, the fields that matter first."""
    found = sorted(differences(before, after), key=_place)
    return [_told(actor, one) for one in found]


def _place(one: Difference) -> tuple[int, int, tuple[str, ...]]:
    """By the field, then the ones that are not nested in anything."""
    name, within = _field(one.path)
    return (_ORDER.index(name) if name in FIELDS else len(_ORDER), len(within), one.path)


def _field(path: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The field that a path leads to, and what it is nested in."""
    if path[-2:] == ("area", "description"):
        return "area", path[:-2]
    if path[-2:] == ("area", "geometry"):
        return "geometry", path[:-2]
    return path[-1], path[:-1]


def _label(path: tuple[str, ...]) -> str:
    name, within = _field(path)
    if language := _language(path):
        return f"{FIELDS.get(name) or _plain(name)}, in {name_of(language)}"
    return " · ".join(FIELDS.get(part) or _plain(part) for part in (*within, name))


def _language(path: tuple[str, ...]) -> str:
    """The language that a part of a translation is in; empty for what is the content's own."""
    return path[1] if len(path) > 2 and path[0] == "translations" else ""


def _plain(name: str) -> str:
    """A name that this page does not know, as it stands; a code such as es-US is left alone."""
    return name.replace("_", " ").capitalize() if name.islower() and len(name) > 3 else name


def _told(actor: Actor, one: Difference) -> Change:
    label = _label(one.path)
    match one.kind:
        case Kind.OUTLINE:
            return Change(label, [], outline=outline_change(one.before, one.after))
        case Kind.RULE:
            return Change(label, by_line(rule_lines(actor, one.before), rule_lines(actor, one.after)), lines=True)
        case Kind.PLAN:
            return Change(label, by_line(plan_lines(one.before), plan_lines(one.after)), lines=True)
        case Kind.TEXT:
            runs = by_word(_readable(one.before), _readable(one.after))
            return Change(label, runs, language=_language(one.path))


def _readable(value: Any) -> str:
    """A value as people read it: times in the zone of the page, lists in a row."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_readable(one) for one in value)
    if isinstance(value, str) and _MOMENT.match(value):
        try:
            return f"{timezone.localtime(datetime.fromisoformat(value)):%A %d %B %Y, %H:%M %Z}"
        except ValueError:
            return value
    return str(value)


def rule_lines(actor: Actor, stored: Mapping[str, Any] | None) -> list[str]:
    """An audience rule in words, a condition a line; people by their codes, as the rule has them."""
    if stored is None:
        return []
    try:
        rule = parse(AudienceRule, stored, "audience")
    except BadInput as error:
        return [f"cannot be read: {error}"]
    units = dict(units_for(actor).values_list("code", "name"))
    duties = dict(Duty.objects.values_list("code", "name"))
    lines = [_term(term, units, duties) for term in rule.terms]
    lines += [f"named outright: {code}" for code in rule.include]
    lines += [f"left out: {code}" for code in rule.exclude]
    lines += [_MAYBE[rule.maybe], f"at most {rule.maybe_cap:.0%} of them only may be there"]
    if rule.goal is not None:
        lines += _goal(rule.goal, units, duties)
    return [*lines, *(_answer(one) for one in rule.answers)]


def _goal(goal: Goal, units: Mapping[str, str], duties: Mapping[str, str]) -> list[str]:
    of = [*(units.get(code, code) for code in goal.of.units), *(duties.get(code, code) for code in goal.of.duties)]
    of += ["on shift"] if goal.of.on_shift else []
    lines = [f"goal: {goal_words(goal)}", *([f"whose answers count: {', '.join(of)}"] if of else [])]
    for number, wave in enumerate(goal.waves, 1):
        whom = [*(_term(term, units, duties) for term in wave.terms), *wave.include]
        lines.append(f"wave {number}, if it is missed: {'; '.join(whom)}")
    told = [*(f"the supervisor of {units.get(code, code)}" for code in goal.tell_supervisors), *goal.tell]
    lines += [f"told when it is missed: {', '.join(told)}"] if told else []
    return [*lines, "when it is met, the others are called off"] if goal.call_off else lines


def _answer(answer: FindingAnswer) -> str:
    what = answer.finding.value.replace("-", " ")
    return f"meant so ({what}{f' {answer.about}' if answer.about else ''}): {answer.reason}"


def _term(term: AudienceTerm, units: Mapping[str, str], duties: Mapping[str, str]) -> str:
    said = _LINKS[term.link]
    named = ", ".join(units.get(code, code) for code in term.units)
    if named:
        said += f" {named}" if term.link == "unit" else f", of {named}"
    if term.duties:
        said += f", only as {', '.join(duties.get(code, code) for code in term.duties)}"
    if term.lead_minutes:
        said += f", from {term.lead_minutes} minutes before the shift"
    return said


def plan_lines(stored: Mapping[str, Any] | None) -> list[str]:
    """A plan in words, a step a line."""
    if stored is None:
        return []
    try:
        plan = parse(Plan, stored, "plan")
    except BadInput as error:
        return [f"cannot be read: {error}"]
    return [f"plan \u201c{plan.name}\u201d", *(step_words(step) for step in plan.steps)]
