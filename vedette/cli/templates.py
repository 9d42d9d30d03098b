"""`vedette templates`: the types of warning to begin from, and the organisation's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.files import read_input, terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

if TYPE_CHECKING:
    from vedette.warnings.own_templates import OfferedType

templates = typer.Typer(no_args_is_help=True, help="Types of warning to begin from, with what people should do.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
_BESIDE = ("name", "handling", "audience", "plan")


@templates.command(name="list", epilog="Example: vedette templates list --json")
def list_(as_json: AsJson = False) -> None:
    """The types on offer in your realm: your organisation's own, then those that come with Vedette."""
    open_house()
    from vedette.warnings.own_templates import types_for

    found = types_for(token_actor())
    if as_json:
        emit_json([_shown(one) for one in found])
        return
    for one in found:
        own = "  (own)" if one.own is not None else ""
        typer.echo(terminal_safe(f"{one.ref}  {one.kind.title}{own}"))


@templates.command(epilog="Example: vedette templates show bomb-threat")
def show(
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="Its reference or its name.")],
    as_json: AsJson = False,
) -> None:
    """One type: its words, its placeholders, and what it says when the danger is over."""
    open_house()
    from vedette.warnings.own_templates import offered_type

    found = offered_type(token_actor(), template)
    if found is None:
        refuse("templates show", template, "no such template; see `vedette templates list`")
    if as_json:
        emit_json(_shown(found))
        return
    kind = found.kind
    for label, text in (
        (kind.title, kind.event),
        ("Headline", kind.headline),
        ("What is the matter", kind.description),
        ("What it can do", kind.impact),
        ("What to do", kind.instruction),
        ("For", kind.audience_note),
        ("All clear", f"{kind.all_clear.description} {kind.all_clear.instruction}".strip()),
        *((f"{{{name}}}", kind.placeholders.get(name, "")) for name in kind.blanks),
    ):
        if text:
            typer.echo(terminal_safe(f"{label}: {text}"))


@templates.command(epilog="Example: vedette templates add snow.json")
def add(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help='JSON: {"name", "event", "instruction", ...} as `show --json` has it; - for stdin.',
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Make or change a template of your organisation's own; what was drafted from it keeps its words."""
    given = _given(read_input("templates add", file), file)
    open_house()
    from vedette.access.handling import Tlp
    from vedette.access.policy import Refused
    from vedette.formats.parts import BadInput
    from vedette.warnings.own_templates import OWN, OfferedType, keep_template

    mark = given.get("handling", Tlp.GREEN.value)
    if mark not in list(Tlp):
        refuse("templates add", file, f"handling: must be one of {', '.join(Tlp)}")
    words = {name: value for name, value in given.items() if name not in _BESIDE}
    try:
        kept = keep_template(
            token_actor(),
            given["name"],
            words,
            handling=Tlp(mark),
            audience=given.get("audience"),
            plan=given.get("plan"),
        )
    except BadInput as error:
        refuse("templates add", file, str(error))
    except Refused as error:
        typer.echo(f"vedette: templates add: {file}: {error}", err=True)
        raise typer.Exit(1) from error
    found = OfferedType(f"{OWN}{kept.pk}", kept.parsed(), kept)
    if as_json:
        emit_json(_shown(found))
    else:
        typer.echo(terminal_safe(f"{found.ref}  {kept.name}"))


def _given(data: bytes, file: str) -> dict[str, Any]:
    try:
        given = json.loads(data)
    except (ValueError, RecursionError) as error:
        refuse("templates add", file, f"cannot be read as JSON: {error}")
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        refuse("templates add", file, 'needs the key "name" with a text')
    # What `show --json` adds, so that its output can be changed and given back.
    return {name: value for name, value in given.items() if name not in ("ref", "own", "blanks")}


def _shown(one: OfferedType) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "name": one.kind.title,
        "own": one.own is not None,
        **one.kind.model_dump(mode="json", exclude={"title"}),
        "blanks": one.kind.blanks,
        "handling": one.own.handling if one.own is not None else "TLP:CLEAR",
        "audience": one.own.audience if one.own is not None else None,
        "plan": one.own.plan if one.own is not None else None,
    }
