"""The dry run of an audience: a rule composed on the page, whom it would reach and why, and what they had lately."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from vedette import clock
from vedette.access.policy import Actor
from vedette.access.roles import Verb
from vedette.dispatch.load import Burden, burden_of
from vedette.people.models import Duty, Person
from vedette.people.named_audiences import audiences_for
from vedette.people.queries import people_for, units_for
from vedette.people.resolution import BY_FIX, Resolution
from vedette.web.console import drafting, goal_form, ground, named
from vedette.web.console.accounts import number
from vedette.web.console.changes import rule_lines
from vedette.web.console.counting import AudienceCount, ReasonRow, count_audience, reason_row
from vedette.web.console.doors import ActedRequest, Errors, page
from vedette.web.console.reach_map import Ground, drawing, grounds_of
from vedette.web.middleware import zone

#: How far a dry run looks ahead unless it is said.
AHEAD = timedelta(hours=24)
#: People listed by name at most.
MOST_LISTED = 50


@dataclass(frozen=True)
class Listed:
    """One person of the audience, whom the reader may see."""

    person: Person
    presence: str
    why: ReasonRow


@dataclass(frozen=True)
class Tried:
    """What a dry run tells beyond the count."""

    grounds: list[Ground] = field(default_factory=list)
    nowhere: int = 0
    drawing: SafeString | str = ""
    burden: Burden = field(default_factory=lambda: Burden({}))
    heaviest: tuple[tuple[Person, int], ...] = ()
    listed: tuple[Listed, ...] = ()
    #: For each wave of the goal the first whom it would add, and how many more; and who is told.
    waves: tuple[tuple[tuple[Person, ...], int], ...] = ()
    told: tuple[Person, ...] = ()


@page(Verb.DRAFT)
def audience(request: ActedRequest) -> HttpResponse:
    """Compose a rule, try it, keep it under a name. Nothing is sent, and nobody who is tried is stored."""
    errors, now, here = Errors(), clock.now(), zone()
    unread: dict[str, str] = {}
    rule: Mapping[str, Any] = {}
    given = ground.read(request) if request.method == "POST" else ground.area_form.Ground()
    content: dict[str, Any] = {"severity": "Extreme", "area": {}, "onset": None, "expires": None}
    if request.method == "POST":
        rule = drafting.read_audience(request.POST, unread)
        content["severity"] = "Extreme" if request.POST.get("grave") else "Moderate"
        for name in ("onset", "expires"):
            content[name] = drafting.moment(request.POST.get(name, ""), here, name, unread)
        for name, reason in unread.items():
            errors.add(name, reason)
        if named.is_asked(request):
            rule = named.done(request, rule, errors)
        elif not request.POST.get("area.do"):
            for name, reason in drafting.audience_faults(rule).items():
                errors.add(name, reason)
    elif (kept := audiences_for(request.actor).filter(pk=number(request.GET.get("audience", ""))).first()) is not None:
        rule = kept.rule
    content["expires"] = content["expires"] or (now + AHEAD).isoformat()
    if isinstance(given.geometry, dict):
        content["area"] = {"geometry": given.geometry}
    counted = count_audience(content, rule, request.actor, now) if rule else AudienceCount(why=_BEGIN)
    context = {
        "errors": errors,
        "shown": {
            "audience": drafting.show_audience(rule),
            "onset": drafting.show_moment(content["onset"], here),
            "expires": drafting.show_moment(content["expires"], here),
            "grave": content["severity"] == "Extreme",
        },
        "check": {"audience": counted},
        "tried": _tried(request.actor, counted, given.geometry),
        "rule_lines": rule_lines(request.actor, rule) if rule and not errors else [],
        "links": drafting.LINK_WORDS,
        "wave_links": goal_form.WAVE_LINKS,
        "units": list(units_for(request.actor)),
        "duties": Duty.objects.order_by("name"),
        "named": named.options(request),
        "kept": audiences_for(request.actor),
        "audience_name": request.POST.get("audience.name", ""),
        "area": ground.block(request, given),
        "saved_options": ground.options(request),
        "zone_name": str(here).replace("_", " "),
    }
    return render(request, "console/audience.html", context, status=422 if errors else 200)


_BEGIN = "Choose who is warned and where, then try it."


def _tried(actor: Actor, counted: AudienceCount, geometry: Any) -> Tried | None:
    """Grounds, load and people: for those who may see people."""
    found = counted.resolution
    if found is None or not isinstance(geometry, dict):
        return None
    grounds, nowhere = grounds_of(actor, found.counts)
    burden = burden_of(found.person_ids, actor.realm, clock.now())
    people = people_for(actor)
    had = dict(burden.heaviest)
    heaviest = tuple((one, had[one.pk]) for one in people.filter(pk__in=had))
    return Tried(
        grounds,
        nowhere,
        drawing(geometry, grounds),
        burden,
        tuple(sorted(heaviest, key=lambda pair: (-pair[1], pair[0].code))),
        _listed(actor, found),
        *_of_goal(actor, found),
    )


def _of_goal(actor: Actor, found: Resolution) -> tuple[tuple[tuple[tuple[Person, ...], int], ...], tuple[Person, ...]]:
    """Whom the waves would add, as far as the actor may see them and no last fix alone tells, and who is told."""
    if found.goal is None:
        return (), ()
    people = people_for(actor)
    waves = []
    for added, nameable in zip(found.goal.waves, found.goal.nameable, strict=True):
        named = tuple(people.filter(pk__in=nameable[:MOST_LISTED].tolist()))
        waves.append((named, len(added) - len(named)))
    return tuple(waves), tuple(people.filter(pk__in=found.goal.told.tolist()))


def _listed(actor: Actor, found: Resolution) -> tuple[Listed, ...]:
    """The first of them whom the actor may see, but for those whom only a last fix puts there."""
    rows = []
    for one in found:
        if one.reason not in BY_FIX:
            rows.append(one)
        if len(rows) == MOST_LISTED:
            break
    people = {one.pk: one for one in people_for(actor).filter(pk__in=[row.person_id for row in rows])}
    return tuple(
        Listed(people[row.person_id], row.presence.value, reason_row(row.reason))
        for row in rows
        if row.person_id in people
    )
