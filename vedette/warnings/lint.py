"""Reads a warning as its receivers will, and says what will stop them from acting on it. Pure.

Each rule is a small function in `lint_rules/`, with the research or standard it rests on. Rules about words know
English; on other languages only the rest apply. Errors hold a message back unless overridden with a reason.
"""

from __future__ import annotations

from vedette.warnings.content import Content
from vedette.warnings.lint_rules import channels, completeness, consistency, language, load, marks, place, voice
from vedette.warnings.lint_rules.channels import budgets_of
from vedette.warnings.lint_rules.rule import RULES, LintContext, LintFinding, LintLevel, LintRule, Load

__all__ = [
    "LintContext", "LintFinding", "LintLevel", "LintRule", "Load", "budgets_of", "lint", "lint_page", "rules",
]  # fmt: skip

#: Imported for the rules they register.
_ROOMS = (channels, completeness, consistency, language, load, marks, place, voice)


def lint(content: Content, context: LintContext) -> list[LintFinding]:
    """Everything the rules find in `content`, by rule and then by place."""
    english = content.language.casefold().split("-")[0] == "en"
    findings: list[LintFinding] = []
    for rule in rules():
        if rule.only_english and not english:
            continue
        if rule.only_for and context.msg_type not in rule.only_for:
            continue
        findings += rule.findings(content, context)
    return findings


def rules() -> list[LintRule]:
    """All rules, by id."""
    return sorted(RULES, key=lambda rule: rule.id)


def lint_page() -> str:
    """The manual's page about the rules (docs/lint.md), made from the rules themselves."""
    lines = [
        "# Lint: is this a warning people can act on?",
        "",
        "`vedette lint FILE` and the composer read a warning as its receivers will. An **error** holds the message",
        "back until it is mended or overridden with a reason; a **warning** is advice. Rules marked *English* know",
        "English words only and are left out for other languages.",
        "",
        "A finding names the field, the words in it, and what to write instead. Where a machine can say it, the",
        "composer puts it in at a click (`put` in JSON): times are made absolute by the warning's own end and zone,",
        "likelihood gets the numbers of ICD 203, a hazard and its actions come from the type of warning that the text",
        "speaks of. Nothing is put in by itself.",
        "",
        "What needs records is counted elsewhere and handed over: L17 knows the sources and people of the reports that",
        "a draft rests on, L20 how often those reached were warned in the last 24 hours. `vedette lint` on a file",
        "knows neither.",
        "",
        "| rule | level | what it asks | rests on |",
        "|---|---|---|---|",
    ]
    for rule in rules():
        scope = " *English.*" if rule.only_english else ""
        lines.append(f"| {rule.id} | {rule.level} | {rule.title}{scope} | {rule.source} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    import sys

    sys.stdout.write(lint_page())
