"""`vedette recipients`: whom a warning was meant for, what was sent to each, and what they answered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor
from vedette.cli.warnings import find_warning

if TYPE_CHECKING:
    from vedette.dispatch.models import Acknowledgement, Correction, Delivery, Escalation, Hold, Recipient


def recipients(
    warning: Annotated[str, typer.Argument(metavar="ID", help="The warning's id or identifier.")],
    state: Annotated[str, typer.Option(help="Only those in this state: open, safe, needs_help, unanswered, ...")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Each recipient of a warning with their delivery history; needs the right to see people.

    Example: vedette recipients 12 --state unanswered
    """
    open_house()
    from vedette.access.policy import Refused, check, visible
    from vedette.access.roles import Verb
    from vedette.dispatch.levels import State
    from vedette.dispatch.models import Recipient

    if state and state not in [known.value for known in State]:
        refuse("recipients", f"--state {state}", f"not a state; use one of {', '.join(known.value for known in State)}")
    actor = token_actor()
    found = find_warning(actor, warning)
    try:
        check(actor, Verb.SEE_PEOPLE, found)
    except Refused as error:
        typer.echo(f"vedette: recipients: {warning}: {error}", err=True)
        raise typer.Exit(1) from error
    rows = visible(actor, Recipient.objects.filter(warning=found), Verb.SEE_PEOPLE, through="person")
    if state:
        rows = rows.filter(state=state)
    rows = rows.select_related("person__unit", "joined_by").order_by("pk")
    rows = rows.prefetch_related(
        "deliveries__message",
        "deliveries__receipts",
        "acknowledgements__message",
        "escalations__message",
        "escalations__told",
        "holds__message",
        "corrections__message",
    )
    told = [_history(row) for row in rows]
    if as_json:
        emit_json(told)
        return
    for one in told:
        typer.echo(
            terminal_safe(f"{one['person']:<16} {one['state']:<12} {one['name']}, {one['unit']}: {one['reason']}")
        )
        others = (one[name] for name in ("answers", "escalations", "holds", "corrections"))
        for line in chain(_with_receipts(one["deliveries"]), *others):
            typer.echo(terminal_safe(f"    {line['at']}  {_in_words(line)}"))


def _history(row: Recipient) -> dict[str, Any]:
    return {
        "person": row.person.code,
        "name": row.person.name,
        "unit": row.person.unit.code,
        "presence": row.presence,
        "reason": row.reason,
        "late": row.late,
        "joined_by": row.joined_by.identifier,
        "state": row.state,
        "state_at": row.state_at.isoformat(),
        "deliveries": [_delivery(one) for one in sorted(row.deliveries.all(), key=lambda one: one.pk)],
        "answers": [_answer(one) for one in sorted(row.acknowledgements.all(), key=lambda one: one.pk)],
        "escalations": [_escalation(one) for one in sorted(row.escalations.all(), key=lambda one: one.pk)],
        "holds": [_hold(one) for one in sorted(row.holds.all(), key=lambda one: one.pk)],
        "corrections": [_correction(one) for one in sorted(row.corrections.all(), key=lambda one: one.pk)],
    }


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "message": one.message.identifier,
        "purpose": one.purpose,
        "step": one.step,
        "channel": one.channel,
        "result": one.result,
        "level": one.level,
        "attempts": one.attempts,
        "detail": one.detail,
        "at": one.at.isoformat(),
        "receipts": [
            {"level": receipt.level, "detail": receipt.detail, "at": receipt.at.isoformat()}
            for receipt in sorted(one.receipts.all(), key=lambda receipt: receipt.pk)
        ],
    }


def _answer(one: Acknowledgement) -> dict[str, Any]:
    return {
        "message": one.message.identifier,
        "response": one.response,
        "note": one.note,
        "late": one.late,
        "attested_by": one.attested_by,
        "at": one.at.isoformat(),
        "answered_at": one.answered_at.isoformat() if one.answered_at is not None else None,
    }


def _escalation(one: Escalation) -> dict[str, Any]:
    return {
        "message": one.message.identifier,
        "step": one.step,
        "office": one.office,
        "told": one.told.code if one.told is not None else None,
        "in_vain": one.in_vain,
        "why": one.why,
        "at": one.at.isoformat(),
    }


def _correction(one: Correction) -> dict[str, Any]:
    return {
        "message": one.message.identifier,
        "was": one.was,
        "state": one.state,
        "why": one.why,
        "at": one.at.isoformat(),
    }


def _hold(one: Hold) -> dict[str, Any]:
    return {
        "message": one.message.identifier,
        "step": one.step,
        "held_for": one.why,
        "until": one.until.isoformat(),
        "at": one.at.isoformat(),
    }


def _with_receipts(deliveries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each delivery, and behind it what was heard of it later."""
    for one in deliveries:
        yield one
        yield from ({**receipt, "message": one["message"], "by": one["channel"]} for receipt in one["receipts"])


def _in_words(line: dict[str, Any]) -> str:
    if "channel" in line:
        said = f" ({line['detail']})" if line["detail"] else ""
        return f"{line['message']}: step {line['step']} by {line['channel']}: {line['level']}{said}"
    if "by" in line:
        said = f" ({line['detail']})" if line["detail"] else ""
        return f"{line['message']}: heard by {line['by']}: {line['level']}{said}"
    if "response" in line:
        late = ", late" if line["late"] else ""
        return f"{line['message']}: answered {line['response']}{late}" + (f": {line['note']}" if line["note"] else "")
    if "held_for" in line:
        return f"{line['message']}: held until {line['until']}: {line['held_for']}"
    if "was" in line:
        return f"{line['message']}: {line['state']}, and not {line['was']}: {line['why']}"
    if line["told"] is None:
        return f"{line['message']}: {line['why']}"
    said = f"{line['message']}: {line['told']} was told of the silence, as {line['why'] or line['office']}"
    return f"{said}: in vain, the notice failed" if line["in_vain"] else said
