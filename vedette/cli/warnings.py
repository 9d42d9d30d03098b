"""`vedette warnings`: the lifecycle, with the same rules as the pages, acting as the user of VEDETTE_TOKEN."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

if TYPE_CHECKING:
    from vedette.access.policy import Actor
    from vedette.warnings.content import Plan
    from vedette.warnings.lifecycle import Move
    from vedette.warnings.models import Message, Warning

warnings = typer.Typer(no_args_is_help=True, help="Draft, submit, approve, issue, update and cancel warnings.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
WarningRef = Annotated[str, typer.Argument(metavar="ID", help="The warning's id or identifier.")]
Number = Annotated[int | None, typer.Option("--message", min=1, help="Its number, where several may be meant.")]
DraftFile = Annotated[str, typer.Argument(metavar="FILE", help='JSON: {"content", "audience", "plan"?}; - for stdin.')]


@warnings.command(name="list", epilog="Example: vedette warnings list --json")
def list_(as_json: AsJson = False) -> None:
    """The warnings you may see, newest first."""
    open_house()
    from vedette.warnings.queries import warnings_for

    found = [_summary(warning) for warning in warnings_for(token_actor()).prefetch_related("messages")]
    if as_json:
        emit_json(found)
        return
    for row in found:
        typer.echo(terminal_safe(f"{row['id']:>6}  {row['state']:<10} {row['identifier']}  {row['headline']}"))


@warnings.command(epilog="Example: vedette warnings show 12")
def show(warning: WarningRef, as_json: AsJson = False) -> None:
    """One warning with its messages."""
    open_house()
    row = find_warning(token_actor(), warning)
    whole = {**_summary(row), "messages": [_message(message) for message in row.messages.order_by("number")]}
    if as_json:
        emit_json(whole)
        return
    typer.echo(terminal_safe(f"{whole['identifier']}  {whole['state']}\n{whole['headline']}"))
    for message in whole["messages"]:
        typer.echo(f"  {message['number']}. {message['type']:<8} {message['state']:<10} {message['identifier']}")


@warnings.command(epilog="Example: vedette warnings progress 12 --json")
def progress(warning: WarningRef, as_json: AsJson = False) -> None:
    """How far it has come: the block by which drills are measured."""
    open_house()
    from vedette.dispatch import drill
    from vedette.dispatch.progress import progress as counted_of

    told = drill.block(counted_of(find_warning(token_actor(), warning).pk))
    if as_json:
        emit_json(told)
        return
    for name, value in told.items():
        said = ", ".join(f"{key}: {one}" for key, one in value.items()) if isinstance(value, dict) else value
        typer.echo(f"{name:<16} {'-' if said in (None, '') else said}")


@warnings.command(epilog="Example: vedette warnings draft warning.json --template bomb-threat")
def draft(
    file: DraftFile,
    template: Annotated[str, typer.Option(help='Begin from it; "fill" in FILE fills its placeholders.')] = "",
    as_json: AsJson = False,
) -> None:
    """A new warning from a JSON file, or from a template and what the file says beside it."""
    parts = _parts(file, {"content"} if template else {"content", "audience"})
    open_house()
    from vedette.formats.parts import BadInput
    from vedette.warnings.actions import Draft, draft_warning
    from vedette.warnings.templated import templated

    actor = token_actor()

    def run() -> Message:
        over = None
        if template:
            words = parts.get("fill", {})
            if not isinstance(words, dict) or not all(isinstance(text, str) for text in words.values()):
                raise BadInput("fill", "must be an object of texts, a placeholder each")
            begun = templated(actor, template, parts["content"], parts.get("audience"), parts.get("plan"), words)
            if begun.audience is None:
                raise BadInput("audience", "is needed: nobody is warned by default")
            parts.update(content=begun.content, audience=begun.audience, plan=begun.plan)
            over = begun.all_clear
        drafted = Draft.of(parts["content"], parts["audience"], _plan(actor, parts))
        return draft_warning(actor, drafted, all_clear=over)

    _do("warnings draft", file, as_json, run)


@warnings.command(epilog="Example: vedette warnings check 12")
def check(warning: WarningRef, number: Number = None, as_json: AsJson = False) -> None:
    """A dry run of the open message: what lint finds, whom it would reach, and whom its plan cannot.

    Exit 1 when it could not be submitted so.
    """
    open_house()
    from vedette import clock
    from vedette.access.policy import Refused
    from vedette.access.policy import check as ask
    from vedette.access.roles import Verb
    from vedette.dispatch.load import load_of_message
    from vedette.dispatch.means import means_of
    from vedette.dispatch.submitting import errors_in
    from vedette.formats.parts import BadInput
    from vedette.people.languages import languages_of
    from vedette.people.queries import codes_of
    from vedette.people.rough import figure, goal_figures, words
    from vedette.warnings.findings import findings_of
    from vedette.warnings.lifecycle import IllegalMove
    from vedette.warnings.reach import reach_shown_to
    from vedette.warnings.readers import reading_of

    actor, now = token_actor(), clock.now()
    try:
        message = _meant(actor, warning, None, number)
        ask(actor, Verb.DRAFT, message.warning)
    except BadInput as error:
        refuse("warnings check", warning, str(error))
    except (Refused, IllegalMove) as error:
        typer.echo(f"vedette: warnings check: {warning}: {error}", err=True)
        raise typer.Exit(1) from error
    if message.parsed_content().expires <= now:
        refuse("warnings check", warning, "expires: lies in the past; set when the warning ends")
    reach = reach_shown_to(actor, message, now)
    sees, content = actor.may(Verb.SEE_PEOPLE), message.parsed_content()
    found = findings_of(message, now, load_of_message(message, reach, now, exact=sees))
    means = means_of(message.parsed_plan(), actor.realm, reach.person_ids)
    reading = reading_of(languages_of(actor.realm, reach.person_ids), content.languages)
    shown = {
        "findings": [
            {"rule": one.rule, "level": one.level.value, "field": one.field, "message": one.message} for one in found
        ],
        "reach": {
            "total": figure(len(reach), exact=sees),
            "maybe": figure(reach.maybe, exact=sees),
            "findings": [{"message": words(one, exact=sees), "blocking": one.blocking} for one in reach.findings],
            "goal": goal_figures(reach, exact=sees),
        },
        "reading": {
            "texts": {one.language: one.count for one in reading.texts},
            "unread": [one.message for one in reading.unread],
        }
        if sees
        else None,
        "plan": {
            "name": means.plan.name,
            "findings": [one.words(exact=sees) for one in means.findings],
            "errors": [one.message for one in errors_in(means)],
            "without_address": codes_of(actor, means.without_address) if sees else None,
        },
    }
    if as_json:
        emit_json(shown)
    else:
        _tell_check(shown)
    held_back = reach.blocking or shown["plan"]["errors"] or any(one.level == "error" for one in found)
    raise typer.Exit(1 if held_back else 0)


@warnings.command(epilog="Example: vedette warnings submit 12")
def submit(
    warning: WarningRef,
    override: Annotated[str, typer.Option(help="Why lint errors may stand.")] = "",
    number: Number = None,
    as_json: AsJson = False,
) -> None:
    """Hand the open draft to the approver."""
    open_house()
    from vedette.dispatch.submitting import submit as act
    from vedette.warnings.lifecycle import Move

    actor = token_actor()
    _do("warnings submit", warning, as_json, lambda: act(actor, _meant(actor, warning, Move.SUBMIT, number), override))


@warnings.command(epilog="Example: vedette warnings approve 12")
def approve(
    warning: WarningRef,
    content_hash: Annotated[str, typer.Option("--hash", help="The hash you looked at; default: what stands now.")] = "",
    reason: Annotated[str, typer.Option(help="Needed with --break-glass.")] = "",
    break_glass: Annotated[bool, typer.Option(help="Approve your own in an emergency; overseers see it.")] = False,
    number: Number = None,
    as_json: AsJson = False,
) -> None:
    """Approve exactly what stands; not by any of its authors."""
    open_house()
    from vedette.warnings.actions import approve as act
    from vedette.warnings.approval import content_hash as hash_of
    from vedette.warnings.lifecycle import Move

    actor = token_actor()

    def run() -> Message:
        message = _meant(actor, warning, Move.APPROVE, number)
        return act(actor, message, content_hash or hash_of(message), reason, break_glass).message

    _do("warnings approve", warning, as_json, run)


@warnings.command(epilog="Example: vedette warnings issue 12")
def issue(warning: WarningRef, number: Number = None, as_json: AsJson = False) -> None:
    """Send what was approved."""
    open_house()
    from vedette.dispatch.submitting import issue as act
    from vedette.warnings.lifecycle import Move

    actor = token_actor()
    _do("warnings issue", warning, as_json, lambda: act(actor, _meant(actor, warning, Move.ISSUE, number)))


@warnings.command(epilog="Example: vedette warnings update 12 changed.json")
def update(warning: WarningRef, file: DraftFile, as_json: AsJson = False) -> None:
    """Draft an update; it goes through submit, approve and issue like any message."""
    parts = _parts(file)
    open_house()
    from vedette.warnings.actions import Draft, draft_update

    actor = token_actor()
    _do(
        "warnings update",
        warning,
        as_json,
        lambda: draft_update(
            actor, find_warning(actor, warning), Draft.of(parts["content"], parts["audience"], _plan(actor, parts))
        ),
    )


@warnings.command(
    name="all-clear", epilog='Example: vedette warnings all-clear 12 --reason "two arrests; area searched"'
)
def all_clear(warning: WarningRef, reason: Annotated[str, typer.Option()], as_json: AsJson = False) -> None:
    """Draft the all-clear; a second person approves it."""
    open_house()
    from vedette.warnings.actions import draft_all_clear

    actor = token_actor()
    _do("warnings all-clear", warning, as_json, lambda: draft_all_clear(actor, find_warning(actor, warning), reason))


@warnings.command(epilog='Example: vedette warnings cancel 12 --reason "sent to the wrong sector"')
def cancel(warning: WarningRef, reason: Annotated[str, typer.Option()], as_json: AsJson = False) -> None:
    """Call off an erroneous warning at once; everyone ever warned is told."""
    open_house()
    from vedette.warnings.actions import cancel as act

    actor = token_actor()
    _do("warnings cancel", warning, as_json, lambda: act(actor, find_warning(actor, warning), reason))


def _tell_check(shown: dict[str, Any]) -> None:
    for one in shown["findings"]:
        typer.echo(terminal_safe(f"  {one['level']:<8} {one['rule']} {one['field']}: {one['message']}"))
    typer.echo(f"reaches {shown['reach']['total']}, of them maybe {shown['reach']['maybe']}")
    if goal := shown["reach"]["goal"]:
        waves = "".join(f", wave {number} adds {wave['adds']}" for number, wave in enumerate(goal["waves"], 1))
        typer.echo(f"  goal    {goal['counting']} of them count{waves}")
    for one in shown["reach"]["findings"]:
        typer.echo(terminal_safe(f"  {'BLOCKS' if one['blocking'] else 'note  '}  {one['message']}"))
    for message in (shown["reading"] or {}).get("unread", ()):
        typer.echo(terminal_safe(f"  note    {message}"))
    typer.echo(terminal_safe(f"plan {shown['plan']['name']}"))
    for message in shown["plan"]["findings"]:
        said = "error " if message in shown["plan"]["errors"] else "note  "
        typer.echo(terminal_safe(f"  {said}  {message}"))
    for code in shown["plan"]["without_address"] or ():
        typer.echo(terminal_safe(f"          {code}"))


def _plan(actor: Actor, parts: dict[str, Any]) -> Plan:
    from vedette.dispatch.means import chosen_plan

    return chosen_plan(actor, parts.get("plan"), parts["content"])


def _do(what: str, where: str, as_json: bool, act: Any) -> None:
    """Run one action and present the message it returns. Refusals by rule exit 1, bad input exits 2."""
    from vedette.access.policy import Refused
    from vedette.formats.parts import BadInput
    from vedette.warnings.actions import NotApproved
    from vedette.warnings.lifecycle import IllegalMove

    try:
        message = act()
    except BadInput as error:
        refuse(what, where, str(error))
    except (Refused, NotApproved, IllegalMove) as error:
        typer.echo(f"vedette: {what}: {where}: {error}", err=True)
        raise typer.Exit(1) from error
    shown = {"warning": message.warning_id, **_message(message)}
    if as_json:
        emit_json(shown)
    else:
        typer.echo(
            f"{shown['identifier']}: {shown['state']} (warning {shown['warning']}, hash {shown['content_hash'][:12]})"
        )


def find_warning(actor: Actor, ref: str) -> Warning:
    """The warning of that id or identifier; one that the actor may not see ends the command with exit 2."""
    from vedette.warnings.queries import warnings_for

    known = warnings_for(actor)
    by_number = ref.isascii() and ref.isdigit() and len(ref) < 19
    row = (known.filter(pk=int(ref)) if by_number else known.filter(identifier=ref)).first()
    if row is None:
        refuse("warnings", ref, "no such warning, or none that you may see")
    return row


def _meant(actor: Actor, ref: str, move: Move | None, number: int | None) -> Message:
    from vedette.warnings.meant import message_meant

    return message_meant(find_warning(actor, ref), move, number)


def _parts(file: str, needed: Collection[str] = ("audience", "content")) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        parts = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        refuse("warnings", file, f"cannot be read as JSON: {error}")
    if not isinstance(parts, dict) or not set(needed) <= set(parts):
        refuse("warnings", file, f"needs {' and '.join(repr(name) for name in sorted(needed))} as keys")
    return parts


def _summary(warning: Warning) -> dict[str, Any]:
    last = max(warning.messages.all(), key=lambda message: message.number, default=None)
    return {
        "id": warning.pk,
        "identifier": warning.identifier,
        "realm": warning.realm,
        "handling": warning.handling,
        "state": warning.ended_by.lower() if warning.ended_at else (last.state if last else "draft"),
        "headline": last.content.get("headline", "") if last else "",
        "expires": warning.expires_at.isoformat() if warning.expires_at else None,
    }


def _message(message: Message) -> dict[str, Any]:
    from vedette.warnings.approval import content_hash

    return {
        "number": message.number,
        "identifier": message.identifier,
        "type": message.msg_type,
        "state": message.state,
        "content_hash": content_hash(message),
        "issued_at": message.issued_at.isoformat() if message.issued_at else None,
        "content": message.content,
        "audience": message.audience,
        "plan": message.plan,
    }
