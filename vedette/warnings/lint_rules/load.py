"""Will those who are warned still listen? Counted by the caller; the rule only judges the numbers."""

from __future__ import annotations

from collections.abc import Iterator

from vedette.warnings.content import Content, Severity
from vedette.warnings.lint_rules.rule import TELLING, Found, LintContext, LintLevel, rule

#: Other warnings in 24 hours from which somebody counts as burdened.
OFTEN = 5
#: Below this share of people whom the warning certainly concerns, most are warned in vain.
LEAST_RELEVANT = 0.5


@rule(
    "L20", LintLevel.WARNING, "Those warned are not worn out: few warnings a day, and most of them concerned.",
    "RAND 2023 on irrelevant alerts: people switch off what does not concern them", only_for=TELLING,
)  # fmt: skip
def audience_load(content: Content, context: LintContext) -> Iterator[Found]:
    load = context.load
    if load is None or not load.people:
        return
    if load.burdened:
        who = f"{load.burdened:,} of {load.people:,} people" if load.exact else "Some of these people"
        message = f"{who} were sent {load.often} or more other warnings in the last 24 hours."
        fix = "Update a warning that stands, narrow the area or the rule, or wait, unless lives are in danger."
        if content.severity is Severity.EXTREME:
            fix = "Lives are in danger: send it, and update this warning rather than begin another."
        yield Found("audience", message, fix)
    relevant = 1 - load.maybe / load.people
    if relevant < LEAST_RELEVANT:
        share = f"{relevant:.0%}" if load.exact else "the lesser part"
        message = f"Only {share} of those warned are known to be where the danger is."
        fix = "Narrow the area or the rule, or find out where the others are."
        yield Found("audience", message, fix)
