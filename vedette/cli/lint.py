"""`vedette lint`: the rules on warning texts, over a CAP file or a draft. Needs no database."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import available_timezones

import typer

from vedette import clock
from vedette.access.handling import Realm
from vedette.cli.files import read_input, terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.formats.cap import Alert, BadCap, read_cap
from vedette.formats.parts import BadInput, parse
from vedette.warnings.budgets import Budget
from vedette.warnings.cap import content_of, is_marked_throughout, message_type_of, realm_of
from vedette.warnings.cap_languages import translating, whole_content_of
from vedette.warnings.content import Content, MessageType
from vedette.warnings.lint import LintContext, LintFinding, LintLevel, budgets_of, compared
from vedette.warnings.lint import lint as findings_in


def lint(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CAP message or a draft in JSON; - is stdin.")],
    realm: Annotated[Realm, typer.Option(help="For a draft: which realm it is for.")] = Realm.LIVE,
    kind: Annotated[MessageType, typer.Option("--type", help="For a draft: what it does.")] = MessageType.ALERT,
    at: Annotated[str, typer.Option(help="Judge as of this time (RFC 3339); default: now, or when it was sent.")] = "",
    zone: Annotated[str, typer.Option(help="The zone in which receivers read times (IANA).")] = "UTC",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Say what will keep people from acting on a warning. Exit 1 on an error-level finding.

    Each finding has its rule, field, span and source, and `put`: the words to put there, where a machine can say.
    `budgets` is what the message takes of each channel's room.

    Example: vedette lint draft.json --realm exercise
    """
    data = read_input("lint", file)
    moment = _moment(at)
    if zone not in available_timezones():
        refuse("lint", "--zone", f"there is no zone {zone!r}; write one such as America/Los_Angeles")
    try:
        if data.lstrip()[:1] in (b"<", b"\xef"):
            found, took = _in_cap(data, moment, zone)
        else:
            found, took = _in_draft(data, realm, kind, moment, zone)
    except (BadCap, BadInput) as error:
        refuse("lint", file, str(error))
    errors = sum(finding.level is LintLevel.ERROR for finding in found)
    if as_json:
        emit_json(
            {
                "file": file,
                "ok": not errors,
                "findings": [_as_json(finding) for finding in found],
                "budgets": [{**asdict(budget), "over": budget.over} for budget in took],
            }
        )
    else:
        for finding in found:
            typer.echo(
                terminal_safe(f"{finding.level} {finding.rule} {finding.field}: {finding.message} {finding.fix}")
            )
        for budget in took:
            note = f" ({budget.note})" if budget.note else ""
            typer.echo(terminal_safe(f"{'over' if budget.over else 'fits'} {budget.title}: {budget.said}{note}"))
        typer.echo(f"{file}: {errors} error(s), {len(found) - errors} warning(s)")
    raise typer.Exit(1 if errors else 0)


Judged = tuple[list[LintFinding], list[Budget]]


def _in_cap(data: bytes, at: datetime | None, zone: str) -> Judged:
    alert = read_cap(data).alert
    found: list[LintFinding] = []
    took: dict[str, Budget] = {}
    for block in range(max(1, len(alert.infos))):
        more, needs = _in_block(alert, block, at, zone)
        found += more
        # Each receiver gets one language: the dearest counts.
        for budget in needs:
            took[budget.channel] = max(took.get(budget.channel, budget), budget, key=lambda one: one.used)
    return found + _told_otherwise(alert), list(took.values())


def _told_otherwise(alert: Alert) -> list[LintFinding]:
    """What the blocks of one event do not tell alike, named with the block of the other language."""
    blocks = list(translating(alert))
    try:
        whole = whole_content_of(alert)
    except BadInput:
        return []  # told with its block
    context = LintContext(realm=realm_of(alert), msg_type=message_type_of(alert), now=alert.sent)
    found = [(finding, finding.field.split(".", 2)) for finding in compared(whole, context)]
    return [replace(finding, field=f"info[{blocks[int(path[1])] + 1}].{path[2]}") for finding, path in found]


def _in_block(alert: Alert, block: int, at: datetime | None, zone: str) -> Judged:
    """One info block; its fields are named with the block where there are several."""
    context = LintContext(
        realm=realm_of(alert),
        msg_type=message_type_of(alert),
        now=at or alert.sent,
        marked=is_marked_throughout(alert),
        zone=zone,
    )
    try:
        content = content_of(alert, block)
    except BadInput as error:
        # A finding and not bad input: the message is CAP, but not yet a warning.
        missing = LintFinding(
            rule="L00",
            level=LintLevel.ERROR,
            field=error.field,
            start=0,
            end=0,
            message=f"The message lacks what every warning needs: {error.reason}.",
            fix="Add it; the other rules look once it is there.",
            source="Warning Response Model",
        )
        return [missing], []
    found = findings_in(content, context)
    if len(alert.infos) > 1:
        found = [replace(finding, field=f"info[{block + 1}].{finding.field}") for finding in found]
    return found, budgets_of(content, context)


def _in_draft(data: bytes, realm: Realm, kind: MessageType, at: datetime | None, zone: str) -> Judged:
    try:
        draft: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadInput("draft", f"neither CAP nor JSON: {error}") from error
    if isinstance(draft, dict) and "content" in draft:
        draft = draft["content"]
    content = parse(Content, draft)
    context = LintContext(realm=realm, msg_type=kind, now=at or clock.now(), zone=zone)
    took: dict[str, Budget] = {}
    for language in content.languages:
        for budget in budgets_of(content.in_language(language), context):
            took[budget.channel] = max(took.get(budget.channel, budget), budget, key=lambda one: one.used)
    return findings_in(content, context), list(took.values())


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        refuse("lint", "--at", f"{text!r} is not a time such as 2025-12-04T08:00:00-08:00")
    if moment.tzinfo is None:
        refuse("lint", "--at", f"{text!r} has no offset from UTC; write one, such as -08:00")
    return moment


def _as_json(finding: LintFinding) -> dict[str, Any]:
    return {**asdict(finding), "level": finding.level.value}
