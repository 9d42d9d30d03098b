"""`vedette ledger`: verify, checkpoint, prove, check-proof."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

ledger = typer.Typer(no_args_is_help=True, help="The proof: verify the ledger, keep checkpoints, prove who was warned.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@ledger.command(epilog="Example: vedette ledger verify --against checkpoint-2026-01-01.txt")
def verify(
    against: Annotated[
        Path | None, typer.Option(help="A checkpoint kept elsewhere; with it, a cut tail shows.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Walk the whole ledger; exit 1 if anything was changed, dropped, reordered or cut."""
    note = _text_of(against) if against is not None else None
    open_house()
    from vedette.ledger.verify import verify as check

    verdict = check(note)
    if as_json:
        emit_json(
            {
                "verified": verdict.verified,
                "entries": verdict.entries,
                "root": verdict.root.hex(),
                "erased": verdict.erased,
                "problems": verdict.problems,
            }
        )
    else:
        typer.echo(f"{verdict.entries} entries, root {verdict.root.hex()}")
        for problem in verdict.problems:
            typer.echo(f"  {problem}")
        typer.echo("The ledger holds." if verdict.verified else "The ledger does NOT hold.")
    raise typer.Exit(0 if verdict.verified else 1)


@ledger.command(epilog="Example: vedette ledger checkpoint > /media/usb/checkpoint.txt")
def checkpoint(as_json: AsJson = False) -> None:
    """Print a signed checkpoint to keep somewhere else."""
    open_house()
    from vedette.ledger.checkpoint import checkpoint as make

    note = make()
    if as_json:
        emit_json({"checkpoint": note})
    else:
        typer.echo(note, nl=False)


@ledger.command(epilog="Example: vedette ledger key > /media/usb/vedette-key.pem")
def key() -> None:
    """Print the public key that checkpoints and proofs are checked with; keep it with the checkpoints."""
    open_house()
    from vedette.ledger.log import signer
    from vedette.ledger.notes import public_pem

    typer.echo(public_pem(signer().public_key), nl=False)


@ledger.command(epilog="Example: vedette ledger prove 12 ex-00042 > proof.json")
def prove(
    warning: Annotated[str, typer.Argument(help="The warning's id or identifier.")],
    person: Annotated[str, typer.Argument(help="The person's code.")],
) -> None:
    """Print the proof of what is recorded about one person's warning: each delivery and answer, as JSON."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.dispatch.proofs import NothingToProve, proofs_of

    try:
        emit_json(proofs_of(token_actor(), warning, person))
    except NothingToProve as error:
        refuse("ledger prove", f"{warning} {person}", str(error))
    except Refused as error:
        typer.echo(f"vedette: ledger prove: {warning} {person}: {error}", err=True)
        raise typer.Exit(1) from error


@ledger.command(name="check-proof", epilog="Example: vedette ledger check-proof proof.json --key vedette-key.pem")
def check_proof(
    file: Annotated[Path, typer.Argument(help="What `ledger prove` printed.")],
    key: Annotated[Path | None, typer.Option(help="The public key (PEM), had from elsewhere.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a proof without a database; exit 1 if it does not hold."""
    from vedette.ledger.check import BadProof
    from vedette.ledger.check import check_proof as check

    trusted = _public_key(key) if key is not None else None
    try:
        proofs = json.loads(_text_of(file))["proofs"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        refuse("ledger check-proof", str(file), f"is not what `vedette ledger prove` prints: {error}")
    if not isinstance(proofs, list) or not proofs:
        refuse("ledger check-proof", str(file), "holds no proof")
    try:
        shown = [check(proof, trusted) for proof in proofs]
    except BadProof as error:
        if as_json:
            emit_json({"valid": False, "why": str(error)})
        else:
            typer.echo(f"The proof does NOT hold: {error}")
        raise typer.Exit(1) from error
    if as_json:
        emit_json({"valid": True, "trusted_key": trusted is not None, "shown": shown})
        return
    for fact in shown:
        record = json.dumps(fact.get("record", fact["body"]), ensure_ascii=False)
        typer.echo(f"entry {fact['entry']['seq']} of {fact['tree_size']}, {fact['entry']['at']}: {record}")
    typer.echo(
        "The proof holds." + ("" if trusted else " It was checked against its own key; give --key for one you trust.")
    )


def _public_key(path: Path) -> str:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    text = _text_of(path)
    try:
        load_pem_public_key(text.encode())
    except ValueError:
        refuse("ledger", str(path), "is not a public key in PEM, as `vedette ledger key` prints it")
    return text


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        refuse("ledger", str(path), f"cannot be read: {error}")
