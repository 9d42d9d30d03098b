"""Plans and precedence: in what order channels are tried, who is told of silence, and which warning goes first."""

from __future__ import annotations

from vedette.warnings.content import Content, Plan, Severity, Step, Urgency

#: Mail first, the webhook gateway for the silent, then their supervisor.
STANDARD = Plan(
    name="standard",
    steps=(
        Step(action="send", channel="smtp", wait_s=120),
        Step(action="send", channel="webhook", wait_s=180),
        Step(action="escalate", channel="smtp", wait_s=300),
    ),
)

_URGENCIES = (Urgency.IMMEDIATE, Urgency.EXPECTED, Urgency.FUTURE, Urgency.PAST, Urgency.UNKNOWN)
_SEVERITIES = (Severity.EXTREME, Severity.SEVERE, Severity.MODERATE, Severity.MINOR, Severity.UNKNOWN)


def precedence(content: Content) -> int:
    """0 (Immediate and Extreme) to 24: lower overtakes higher, whatever is in flight."""
    return _URGENCIES.index(content.urgency) * len(_SEVERITIES) + _SEVERITIES.index(content.severity)


def danger_to_life(content: Content) -> bool:
    """Whether quiet hours, rate caps and doubt about whereabouts give way: Extreme or Severe."""
    return content.severity in (Severity.EXTREME, Severity.SEVERE)
