"""Plans and precedence: in what order channels are tried, who is told of silence, which warning goes first. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from vedette.warnings.content import Content, Office, Plan, Severity, Step, Urgency


class WarningClass(StrEnum):
    """What a plan is made for."""

    DANGER = "danger"
    ROUTINE = "routine"


#: For Extreme and Severe: everything at once, again after minutes, and then all who may know where somebody is.
DANGER_TO_LIFE = Plan(
    name="danger to life",
    steps=(
        Step(action="send", channel="smtp", wait_s=0),
        Step(action="send", channel="sms", wait_s=0),
        Step(action="send", channel="webpush", wait_s=60),
        Step(action="send", channel="webhook", wait_s=60),
        Step(action="send", channel="sms", wait_s=90, repeat=2),
        Step(action="escalate", channel="sms", wait_s=120),
        Step(action="escalate", channel="sms", wait_s=120, to=Office.WARDEN),
        Step(action="escalate", channel="sms", wait_s=300, to=Office.ALTERNATE),
    ),
)
#: One channel after the other, with time to answer; then the supervisor.
ROUTINE = Plan(
    name="routine",
    steps=(
        Step(action="send", channel="smtp", wait_s=900),
        Step(action="send", channel="webpush", wait_s=900),
        Step(action="send", channel="webhook", wait_s=900),
        Step(action="send", channel="sms", wait_s=1800),
        Step(action="escalate", channel="smtp", wait_s=3600),
    ),
)
#: For each class the plan that comes with Vedette.
STANDARD = {WarningClass.DANGER: DANGER_TO_LIFE, WarningClass.ROUTINE: ROUTINE}

_URGENCIES = (Urgency.IMMEDIATE, Urgency.EXPECTED, Urgency.FUTURE, Urgency.PAST, Urgency.UNKNOWN)
_SEVERITIES = (Severity.EXTREME, Severity.SEVERE, Severity.MODERATE, Severity.MINOR, Severity.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatStep:
    """One turn of one step of a plan: what is attempted at a time."""

    #: Its place among all of the plan, from 0: what leases, deliveries and idempotency keys call the step.
    number: int
    #: Its step's place in the plan, from 0.
    step: int
    #: How often the step was done before.
    turn: int
    action: Literal["send", "escalate"]
    channel: str
    wait_s: float
    to: Office
    #: The next is a send too, and begins without waiting for an answer to this.
    at_once: bool = False


def flat(plan: Plan) -> tuple[FlatStep, ...]:
    """All that a plan attempts, in order: each step as often as it is repeated."""
    turns = [(place, turn, step) for place, step in enumerate(plan.steps) for turn in range(step.repeat)]
    follows = [step.action for _, _, step in turns[1:]]
    return tuple(
        FlatStep(
            number=number,
            step=place,
            turn=turn,
            action=step.action,
            channel=step.channel,
            wait_s=step.wait_s,
            to=step.to,
            at_once=step.action == "send" and step.wait_s == 0 and follows[number : number + 1] == ["send"],
        )
        for number, (place, turn, step) in enumerate(turns)
    )


def one_pass(plan: Plan) -> tuple[FlatStep, ...]:
    """What of a plan a message goes through that ends its warning: each channel once, without waits."""
    first: dict[str, FlatStep] = {}
    for step in flat(plan):
        if step.action == "send":
            first.setdefault(step.channel, step)
    return tuple(
        replace(step, number=number, turn=0, wait_s=0, at_once=False) for number, step in enumerate(first.values())
    )


def at_once_with(steps: Sequence[FlatStep], number: int) -> range:
    """The numbers of what is done at once with a step, its own among them."""
    first = last = number
    while first > 0 and steps[first - 1].at_once:
        first -= 1
    while last + 1 < len(steps) and steps[last].at_once:
        last += 1
    return range(first, last + 1)


#: Channels that carry to the same telephone: where one is not set, the other does its steps.
_ALIKE = {"sms": "smpp", "smpp": "sms"}


def fitted(plan: Plan, channels: Collection[str]) -> Plan:
    """A plan without the sends over channels that are not among `channels`, its silent told by one that is.

    The wait of a step that is left out passes to the one it would have been done at once with. Where no channel of
    the plan is there, it stays as it is.
    """
    kept: list[Step] = []
    for step in (_carried(step, channels) for step in plan.steps):
        if step.channel in channels:
            kept.append(step)
        elif step.action == "escalate":
            known = [one.channel for one in plan.steps if one.channel in channels]
            kept += [step.model_copy(update={"channel": known[0]})] if known else []
        elif kept and kept[-1].action == "send" and kept[-1].wait_s == 0:
            kept[-1] = kept[-1].model_copy(update={"wait_s": step.wait_s})
    sends = [place for place, step in enumerate(kept) if step.action == "send"]
    return Plan(name=plan.name, steps=tuple(kept[sends[0] :])) if sends else plan


def _carried(step: Step, channels: Collection[str]) -> Step:
    other = _ALIKE.get(step.channel)
    return step.model_copy(update={"channel": other}) if step.channel not in channels and other in channels else step


def precedence(urgency: Urgency, severity: Severity) -> int:
    """0 (Immediate and Extreme) to 24: lower overtakes higher, whatever is in flight."""
    return _URGENCIES.index(urgency) * len(_SEVERITIES) + _SEVERITIES.index(severity)


def danger_to_life(content: Content) -> bool:
    """Whether quiet hours, rate caps and doubt about whereabouts give way: Extreme or Severe."""
    return class_of(content.severity) is WarningClass.DANGER


def is_danger(precedence: int) -> bool:
    """The same, told from a message's precedence."""
    return class_of(_SEVERITIES[precedence % len(_SEVERITIES)]) is WarningClass.DANGER


def class_of(severity: Severity) -> WarningClass:
    """What class of warning a severity makes."""
    return WarningClass.DANGER if severity in (Severity.EXTREME, Severity.SEVERE) else WarningClass.ROUTINE
