"""How a plan is said: each step in words, and the whole of it in a line; and what a goal asks for."""

from __future__ import annotations

from django import template

from vedette.people.rule import Goal
from vedette.warnings.content import Office, Plan, Step
from vedette.warnings.plans import flat
from vedette.web.templatetags.house import span

register = template.Library()

_TOLD = {
    Office.SUPERVISOR: "the supervisor",
    Office.WARDEN: "the area’s warden",
    Office.ALTERNATE: "the warden’s alternate",
}


@register.filter
def step_words(step: Step) -> str:
    """One step: "send by sms 2 times, 90 s apart"."""
    done = "send" if step.action == "send" else f"tell {_TOLD[step.to]} of those silent"
    if step.repeat > 1:
        return f"{done} by {step.channel} {step.repeat} times, {span(step.wait_s)} apart"
    if step.wait_s == 0:
        return f"{done} by {step.channel}, and at once"
    return f"{done} by {step.channel}, wait {span(step.wait_s)}"


@register.filter
def plan_line(plan: Plan) -> str:
    """The whole plan in one line; what goes out at once is joined by a plus."""
    said = ""
    for place, step in enumerate(plan.steps):
        done = step.channel if step.action == "send" else f"tell {_TOLD[step.to]} by {step.channel}"
        if step.repeat > 1:
            done += f" {step.repeat}×"
        together = step.action == "send" and step.wait_s == 0
        last = place == len(plan.steps) - 1
        said += done if together else f"{done}, wait {span(step.wait_s)}"
        said += "" if last else " + " if together else " → "
    return said


@register.filter
def goal_words(goal: Goal) -> str:
    """What a goal asks for: "3 answers of medics within 10 min"."""
    what = "answer" if goal.answers == 1 else "answers"
    said = f"{goal.answers} {what}{' of safe' if goal.counts == 'safe' else ''}"
    return f"{said}{f' of {goal.name}' if goal.name else ''} within {span(goal.within_minutes * 60)}"


@register.filter
def lasts(plan: Plan) -> str:
    """How long the plan goes on for somebody who stays silent."""
    return span(sum(attempt.wait_s for attempt in flat(plan)))
