"""`vedette stix`: threats and incidents out as STIX, STIX of others in as reports. Acts as VEDETTE_TOKEN's user."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from vedette.cli.files import read_input, terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

stix = typer.Typer(no_args_is_help=True, help="Threats and incidents out as STIX 2.1, STIX of others in as reports.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@stix.command(epilog="Example: vedette stix export --threat 3 --out threat.json")
def export(
    threat: Annotated[
        list[int] | None, typer.Option(metavar="ID", help="A threat; may be given more than once.")
    ] = None,
    incident: Annotated[
        list[int] | None, typer.Option(metavar="ID", help="An incident; may be given more than once.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write it; without it, to standard output.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Threats, incidents and what they rest on, as far as the token's user may see them; of none named, all of them."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.exchange.stix.export import export as bundle_of
    from vedette.formats.parts import BadInput
    from vedette.formats.stix import read_stix

    if as_json and out is None:
        refuse("stix export", "--json", "the bundle is JSON itself; with --out FILE, --json tells what was written")
    subjects = [*(f"threat:{one}" for one in threat or ()), *(f"incident:{one}" for one in incident or ())]
    try:
        bundle = bundle_of(token_actor(), subjects)
    except (BadInput, Refused) as error:
        refuse("stix export", ", ".join(subjects) or "all", str(error))
    if out is None:
        typer.echo(bundle.decode())
        return
    try:
        out.write_bytes(bundle)
    except OSError as error:
        refuse("stix export", str(out), error.strerror or "cannot be written")
    count = len(read_stix(bundle).objects)
    if as_json:
        emit_json({"file": str(out), "objects": count, "sha256": hashlib.sha256(bundle).hexdigest()})
        return
    typer.echo(f"{count} objects are in {out}")


@stix.command(name="import", epilog="Example: vedette stix import bundle.json --source partner --handling TLP:GREEN")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="STIX 2.1 or 2.0: a bundle or an object; - is stdin.")],
    source: Annotated[str, typer.Option(help="The handle of the source that it is from.")],
    handling: Annotated[str, typer.Option(help="The TLP label it gets at least.")] = "TLP:AMBER+STRICT",
    as_json: AsJson = False,
) -> None:
    """Take a document in as a report; what differs from the standard is named, what cannot be read is refused."""
    open_house()
    from vedette.access.handling import parse_tlp
    from vedette.access.policy import Refused
    from vedette.exchange.stix.take import take_stix
    from vedette.formats.parts import BadInput

    try:
        taken = take_stix(token_actor(), read_input("stix import", file), source=source, handling=parse_tlp(handling))
    except (BadInput, Refused, ValueError) as error:
        refuse("stix import", file, str(error))
    if as_json:
        emit_json(
            {
                "report": None if taken.report is None else taken.report.pk,
                "handling": None if taken.report is None else taken.report.handling,
                "new": list(taken.new),
                "known": list(taken.known),
                "altered": list(taken.altered),
                "remarks": list(taken.remarks),
            }
        )
        return
    told = "nothing in it is new" if taken.report is None else f"report {taken.report.pk}, {taken.report.handling}"
    lines = [f"{told}: {len(taken.new)} new, {len(taken.known)} known, {len(taken.altered)} set aside"]
    lines += [f"  {one}: another text came under its identity and time of change before" for one in taken.altered]
    typer.echo(terminal_safe("\n".join([*lines, *(f"  {remark}" for remark in taken.remarks)])))
