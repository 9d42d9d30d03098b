"""`vedette scim`: how an identity provider's users and groups are read. Acts as the user of VEDETTE_TOKEN."""

from __future__ import annotations

from typing import Annotated

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

scim = typer.Typer(
    no_args_is_help=True, help="An identity provider that keeps the roster by SCIM: what its groups mean."
)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Group = Annotated[str, typer.Argument(metavar="GROUP", help="The group's display name.")]


@scim.command(epilog='Example: vedette scim means "Medics" --duty medic')
def means(
    group: Group,
    unit: Annotated[str, typer.Option(help="The code of the unit that its members belong to.")] = "",
    duty: Annotated[str, typer.Option(help="The code of the duty that its members have.")] = "",
) -> None:
    """Say what a group means: a unit, or a duty."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.exchange.scim.actions import keep_meaning
    from vedette.formats.parts import BadInput
    from vedette.people.models import Duty
    from vedette.people.queries import units_for

    actor = token_actor()
    try:
        found_unit = units_for(actor).filter(code=unit).first() if unit else None
        found_duty = Duty.objects.filter(code=duty).first() if duty else None
        if (unit and found_unit is None) or (duty and found_duty is None):
            refuse("scim means", unit or duty, "there is none of that code, or none that you may see")
        kept = keep_meaning(actor, group, unit=found_unit, duty=found_duty)
    except (BadInput, Refused) as error:
        refuse("scim means", group, str(error))
    typer.echo(terminal_safe(f"{kept.group} means {'unit' if unit else 'duty'} {unit or duty}"))


@scim.command(epilog='Example: vedette scim forget "Medics"')
def forget(group: Group) -> None:
    """A group means nothing any more."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.exchange.scim.actions import drop_meaning, meanings_for
    from vedette.exchange.scim.stored import name_key

    actor = token_actor()
    try:
        found = next((one for one in meanings_for(actor) if one.name == name_key(group)), None)
        if found is None:
            refuse("scim forget", group, "means nothing already")
        drop_meaning(actor, found)
    except Refused as error:
        refuse("scim forget", group, str(error))
    typer.echo(terminal_safe(f"{found.group} means nothing any more"))


@scim.command(name="list", epilog="Example: vedette scim list --json")
def list_(as_json: AsJson = False) -> None:
    """What groups mean, and what of users could not be used."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.exchange.scim.actions import meanings_for, with_remarks

    actor = token_actor()
    try:
        meanings = [
            {
                "group": one.group,
                "unit": one.unit.code if one.unit is not None else None,
                "duty": one.duty.code if one.duty is not None else None,
            }
            for one in meanings_for(actor)
        ]
        remarks = [{"userName": row.body["userName"], "remarks": row.remarks} for row in with_remarks(actor)]
    except Refused as error:
        refuse("scim list", "token", str(error))
    if as_json:
        emit_json({"meanings": meanings, "remarks": remarks})
        return
    for row in meanings:
        typer.echo(
            terminal_safe(f"{row['group']:<40} {'unit' if row['unit'] else 'duty'} {row['unit'] or row['duty']}")
        )
    for user in remarks:
        typer.echo(terminal_safe(f"{user['userName']}: {'; '.join(user['remarks'])}"))
