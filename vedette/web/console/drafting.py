"""The composer's form both ways: what a browser sends as content, audience rule and plan, and back again. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Protocol

from pydantic import ValidationError

from vedette.formats.parts import Part
from vedette.people.rule import AudienceRule
from vedette.warnings.content import Category, Certainty, Content, Plan, ResponseType, Severity, Urgency
from vedette.web.area_form import Ground
from vedette.web.area_form import read as read_ground
from vedette.web.console import goal_form, translating
from vedette.web.form_times import NoSuchTime, read_time, shown_time

LINES = ("event", "headline", "source", "audience_note", "next_update", "contact", "change", "language")
PROSE = ("description", "impact", "instruction")
CHOICES = ("urgency", "severity", "certainty", "handling")
#: The times at which something ends.
ENDS = ("expires", "window_to", "happened_to")
#: What only people say: the form does not begin with a choice made.
JUDGED = ("urgency", "severity", "certainty")
LINKS = ("unit", "assignment", "residence", "shift", "position")
LINK_WORDS = (
    ("unit", "members of the units"),
    ("shift", "on shift in the area during the window"),
    ("position", "last seen in the area"),
    ("assignment", "assigned to a unit whose ground meets the area"),
    ("residence", "living in a saved area that meets the area"),
)
#: Before "<finding>:<about>": the author's answer to something odd about the audience.
ANSWER = "audience.answer."
#: Before "<place>.<link, units, duties or lead_minutes>": ways to belong with units and duties of their own.
FURTHER, MOST_TERMS = "audience.further.", 20


class Posted(Protocol):
    """What a form's data must offer (Django's QueryDict does)."""

    def get(self, name: str, default: str = "") -> str | None:
        """The last value under `name`."""

    def getlist(self, name: str) -> list[str]:
        """All of them."""

    def __iter__(self) -> Iterator[str]:
        """The names."""


@dataclass
class Parts:
    """What the form says, as plain data not yet checked, and what could not even be read."""

    content: dict[str, Any]
    audience: dict[str, Any]
    plan: dict[str, Any] | None
    unread: dict[str, str] = field(default_factory=dict)


def read(
    posted: Posted,
    zone: tzinfo,
    saved: Mapping[str, dict[str, Any]],
    plans: Mapping[str, Plan],
    ground: Ground | None = None,
    stored: Mapping[str, Any] | None = None,
) -> Parts:
    """The three parts of a draft as the form gives them; times are of `zone`, `ground` its area if that is read.

    `stored` is the content that the form began with: what it shows of a time there means that time.
    """
    unread: dict[str, str] = {}
    content: dict[str, Any] = {name: _text(posted, name) for name in LINES}
    content |= {name: (posted.get(name) or "").replace("\r\n", "\n").strip() for name in PROSE}
    content |= {name: _text(posted, name) for name in CHOICES}
    content["language"] = content["language"] or "en-US"
    content["category"] = posted.getlist("category") or ["Security"]
    content["response_types"] = posted.getlist("response_types")
    for name in ("onset", "expires"):
        content[name] = moment(_text(posted, name), zone, name, unread, (stored or {}).get(name))
    if content["expires"] is None:
        unread.setdefault("expires", "say when the warning ends")
    content["area"] = {
        "description": _text(posted, "area.description"),
        "geometry": _geometry(ground or read_ground(posted, saved), unread),
    }
    if told := translating.read(posted):
        content["translations"] = told
    audience = read_audience(posted, unread)
    chosen = _text(posted, "plan")
    plan = plans.get(chosen)
    if chosen and plan is None:
        unread["plan"] = f"there is no plan {chosen!r}"
    return Parts(content, audience, plan.model_dump(mode="json") if plan else None, unread)


def audience_faults(audience: object) -> dict[str, str]:
    """Why an audience rule cannot stand; empty when it can."""
    return dict([("audience", _of_rule(path, reason)) for path, reason in _faults(AudienceRule, audience)][:1])


def _of_rule(path: str, reason: str) -> str:
    """Why a rule cannot stand, with the field where it is one of the goal's."""
    if not path.startswith("goal"):
        return reason
    field = path.partition(".")[2]
    name = GOAL_FIELDS.get(field) or field.replace(".", " ")
    return f"The goal: {name}: {reason}" if name else f"The goal: {reason}"


#: The goal's fields as the form calls them.
GOAL_FIELDS = {"answers": "answers needed", "within_minutes": "within … minutes"}


def faults(parts: Parts) -> dict[str, str]:
    """Every field that cannot stand, with the reason: empty when the three parts are sound."""
    found = dict(parts.unread)
    for name, reason in _faults(Content, parts.content):
        found.setdefault(_form_field(name), reason)
    for name, reason in audience_faults(parts.audience).items():
        found.setdefault(name, reason)
    return found


def show(
    content: Mapping[str, Any],
    audience: Mapping[str, Any],
    plan: Mapping[str, Any] | None,
    zone: tzinfo,
    written: str = "",
) -> dict[str, Any]:
    """The form's values for a draft, complete or not; `written` is a rule as it was typed, for when it is none."""
    shown: dict[str, Any] = {name: content.get(name) or "" for name in (*LINES, *PROSE, *CHOICES)}
    shown["category"] = list(content.get("category") or ("Security",))
    shown["response_types"] = list(content.get("response_types") or ())
    for name in ("onset", "expires"):
        shown[name] = show_moment(content.get(name), zone)
    area = content.get("area") or {}
    geometry = area.get("geometry")
    shown["area_description"] = area.get("description") or ""
    shown["area_geometry"] = geometry if isinstance(geometry, str) else json.dumps(geometry) if geometry else ""
    shown["audience"] = show_audience(audience) | ({} if audience else {"rule": written})
    shown["plan"] = (plan or {}).get("name", "")
    return shown


def choices() -> dict[str, list[tuple[str, str]]]:
    """The closed choices of the form, as (code, words)."""
    kinds = {
        "urgency": Urgency,
        "severity": Severity,
        "certainty": Certainty,
        "category": Category,
        "response_types": ResponseType,
    }
    return {name: [(member.value, _said(member.value)) for member in kind] for name, kind in kinds.items()}


def codes(text: str) -> list[str]:
    """Codes of people or units as somebody typed them: parted by commas, spaces or lines."""
    return [part for part in re.split(r"[\s,;]+", text) if part]


def read_audience(posted: Posted, unread: dict[str, str]) -> dict[str, Any]:
    """The audience rule that the form gives, not yet checked; what cannot be read is told in `unread`."""
    written = (posted.get("audience.rule") or "").strip()
    if written:
        try:
            rule = json.loads(written)
        except (ValueError, RecursionError) as error:
            unread["audience"] = f"the rule is not JSON: {error}"
            return {}
        for path, reason in _faults(AudienceRule, rule):
            unread["audience"] = f"the rule cannot stand: {path}: {reason}" if path else reason
            return {}
        return {**rule, "answers": _answers(posted) or rule.get("answers", [])}
    links, duties = posted.getlist("audience.link"), posted.getlist("audience.duties")
    terms: list[dict[str, Any]] = []
    for link in LINKS:
        if link not in links:
            continue
        term: dict[str, Any] = {"link": link}
        if link == "unit":
            term["units"] = posted.getlist("audience.units")
        if duties:
            term["duties"] = duties
        lead = _text(posted, "audience.lead_minutes")
        if link == "shift" and lead not in ("", "0"):
            term["lead_minutes"] = lead
        terms.append(term)
    terms += _further(posted)
    share = _text(posted, "audience.maybe_cap") or "50"
    rule = {
        "terms": terms,
        "include": codes(posted.get("audience.include") or ""),
        "exclude": codes(posted.get("audience.exclude") or ""),
        "answers": _answers(posted),
    }
    if goal := goal_form.read(posted, codes):
        rule["goal"] = goal
    if maybe := _text(posted, "audience.maybe"):
        rule["maybe"] = maybe
    try:
        cap = float(share) / 100
    except ValueError:
        cap = math.nan
    if math.isfinite(cap):
        rule["maybe_cap"] = cap
    else:
        unread["audience"] = f"{share!r} is not a share in hundredths"
    return rule


def _further(posted: Posted) -> Iterator[dict[str, Any]]:
    """The ways to belong that have units, duties and a lead of their own."""
    for place in range(MOST_TERMS):
        at = f"{FURTHER}{place}."
        if not (link := _text(posted, f"{at}link")):
            continue
        term: dict[str, Any] = {"link": link}
        for name in ("units", "duties"):
            if chosen := posted.getlist(f"{at}{name}"):
                term[name] = chosen
        if (lead := _text(posted, f"{at}lead_minutes")) not in ("", "0"):
            term["lead_minutes"] = lead
        yield term


def _answers(posted: Posted) -> list[dict[str, str]]:
    """What the author said of each odd thing; what is left empty is not answered."""
    found = []
    for name in posted:
        if name.startswith(ANSWER) and (reason := _text(posted, name)):
            code, _, about = name.removeprefix(ANSWER).partition(":")
            found.append({"finding": code, "about": about, "reason": reason})
    return found


def show_audience(rule: Mapping[str, Any]) -> dict[str, Any]:
    """What the form's own controls show; ways that differ in units or duties are shown one by one."""
    terms: Sequence[Mapping[str, Any]] = rule.get("terms") or ()
    links = [term.get("link") for term in terms]
    duty_sets = {tuple(term.get("duties") or ()) for term in terms}
    plain = len(set(links)) == len(links) and len(duty_sets) <= 1
    plain = plain and all(not term.get("units") for term in terms if term.get("link") != "unit") and "" not in links
    by_link = {term.get("link"): term for term in terms}
    further = [] if plain else [{"lead_minutes": 0, **term} for term in terms]
    return {
        "links": links if plain else [],
        "units": list((by_link.get("unit") or {}).get("units") or ()) if plain else [],
        "duties": list(next(iter(duty_sets), ())) if plain else [],
        "lead_minutes": (by_link.get("shift") or {}).get("lead_minutes") or 0,
        "include": ", ".join(rule.get("include") or ()),
        "exclude": ", ".join(rule.get("exclude") or ()),
        "maybe": rule.get("maybe") or "",
        "maybe_cap": round(100 * float(rule.get("maybe_cap") or 0.5)),
        "further": further,
        "goal": goal_form.show(rule.get("goal")),
        "rule": "",
    }


def _geometry(ground: Ground, unread: dict[str, str]) -> Any:
    if ground.why:
        unread["area.geometry"] = ground.why
    elif ground.geometry is None:
        unread["area.geometry"] = "draw the area, choose a saved one or a place, or bring a file"
    return ground.geometry


def moment(text: str, zone: tzinfo, name: str, unread: dict[str, str], stored: object = None) -> str | None:
    """A form's date and time of `zone` as RFC 3339, `stored` as long as it shows that; else told in `unread`."""
    if not text:
        return None
    try:
        return read_time(text, zone, ends=name in ENDS, stored=_moment(stored)).isoformat()
    except NoSuchTime as error:
        unread[name] = str(error)
        return None


def show_moment(at: object, zone: tzinfo) -> str:
    """A stored time as a form shows it, in `zone`."""
    found = _moment(at)
    return "" if found is None else shown_time(found, zone)


def _moment(at: object) -> datetime | None:
    return at if isinstance(at, datetime) else datetime.fromisoformat(str(at)) if at else None


def _text(posted: Posted, name: str) -> str:
    return " ".join((posted.get(name) or "").split())


def _faults(kind: type[Part], data: object) -> Iterable[tuple[str, str]]:
    try:
        kind.model_validate(data)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_context=False):
            reason = found["msg"].removeprefix("Value error, ")
            if found["type"] in ("string_too_short", "missing") or found.get("input") in ("", None):
                reason = "is needed"
            yield ".".join(str(part) for part in found["loc"]), reason


def _form_field(path: str) -> str:
    """The field of the form that a path of the content is shown at."""
    if path.startswith("area"):
        return "area.description" if path == "area.description" else "area.geometry"
    if path.startswith("translations."):
        return path
    return path.split(".")[0] or "expires"


def _said(value: str) -> str:
    return {"AllClear": "All clear", "CBRNE": "CBRNE", "Env": "Environment", "Geo": "Geophysical", "Met": "Weather",
            "Infra": "Infrastructure"}.get(value, value)  # fmt: skip
