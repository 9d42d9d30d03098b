"""Reads a warning as its receivers will, and says what will stop them from acting on it. Pure.

Each rule is a small function in `lint_rules/`, with the research or standard it rests on. Rules about words know
English; on other languages only the rest apply. What is told in several languages is judged in each. Errors hold a
message back unless overridden with a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vedette.formats.languages import name_of, primary
from vedette.warnings.content import WORDS, Content, Translation
from vedette.warnings.lint_rules import (
    channels,
    completeness,
    consistency,
    language,
    load,
    marks,
    place,
    translation,
    voice,
)
from vedette.warnings.lint_rules.channels import budgets_of
from vedette.warnings.lint_rules.rule import RULES, LintContext, LintFinding, LintLevel, LintRule, Load

__all__ = [
    "LintContext", "LintFinding", "LintLevel", "LintRule", "Load", "budgets_of", "compared", "is_english", "lint",
    "lint_page", "rules",
]  # fmt: skip

#: Imported for the rules they register.
_ROOMS = (channels, completeness, consistency, language, load, marks, place, translation, voice)


def lint(content: Content, context: LintContext) -> list[LintFinding]:
    """Everything the rules find in `content` and its translations, by rule and then by place."""
    findings: list[LintFinding] = []
    for rule in _asked(context):
        if is_english(content) or not rule.only_english:
            findings += rule.findings(content, context)
        for number, text in enumerate(content.translations):
            told = content.in_language(text.language)
            if rule.each_language or (rule.only_english and is_english(told)):
                findings += _in_translation(rule, context, number, text, told)
    return findings


def compared(content: Content, context: LintContext) -> list[LintFinding]:
    """Only what the languages of `content` do not tell alike."""
    return [found for rule in rules() if rule.id == "L22" for found in rule.findings(content, context)]


def is_english(content: Content) -> bool:
    """Whether the rules about words know its language."""
    return primary(content.language) == "en"


def _asked(context: LintContext) -> list[LintRule]:
    return [rule for rule in rules() if not rule.only_for or context.msg_type in rule.only_for]


def _in_translation(
    rule: LintRule, context: LintContext, number: int, text: Translation, told: Content
) -> Iterator[LintFinding]:
    """What a rule finds in the words that are the translation's own; a person mends them."""
    for found in rule.findings(told, context):
        own = found.field == "area.description" or (found.field in WORDS and getattr(text, found.field))
        if own:
            message = f"{name_of(text.language)}: {found.message}"
            yield replace(found, field=f"translations.{number}.{found.field}", message=message, put=None)


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
        "English words only and are left out for other languages; rules marked *Each language* look into every",
        "translation too, and its findings name it.",
        "",
        "A finding names the field, the words in it, and what to write instead. Where a machine can say it, the",
        "composer puts it in at a click (`put` in JSON): times are made absolute by the warning's own end and zone,",
        "likelihood gets the numbers of ICD 203, a hazard and its actions come from the [type](templates.md) that the",
        "text speaks of. Nothing is put in by itself.",
        "",
        "Short forms that all your people know are kept under *Settings*, *Organisation*; texts may use them.",
        "",
        "What needs records is counted elsewhere and handed over: L17 knows the sources and people of the reports that",
        "a draft rests on, L20 how often those reached were warned in the last 24 hours (told without numbers to",
        "whoever may not see people). `vedette lint` on a file knows neither.",
        "",
        "| rule | level | what it asks | rests on |",
        "|---|---|---|---|",
    ]
    for rule in rules():
        scope = " *English.*" if rule.only_english else " *Each language.*" if rule.each_language else ""
        lines.append(f"| {rule.id} | {rule.level} | {rule.title}{scope} | {rule.source} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    import sys

    sys.stdout.write(lint_page())
