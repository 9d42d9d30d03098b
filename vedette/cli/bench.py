"""`vedette bench`: measure this machine, each figure beside what it could do with no product around it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from vedette.bench.suites import NOT_YET, SUITES, UNTIMED
from vedette.cli.output import emit_json, refuse
from vedette.cli.progress import progress


def bench(
    suite: Annotated[str, typer.Argument(metavar="SUITE", help=f"{', '.join(SUITES)}, or all.")],
    n: Annotated[
        int | None, typer.Option("--n", min=1, max=5_000_000, help="How much of it; default by suite.")
    ] = None,
    database: Annotated[str, typer.Option(help="An empty PostgreSQL database instead of an embedded one.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Measure a part of the work, in an installation of its own that is thrown away.

    Example: vedette bench cap --n 10000 --json
    """
    if suite in NOT_YET:
        refuse("bench", suite, f"not yet: {NOT_YET[suite]}")
    if suite != "all" and suite not in SUITES:
        refuse("bench", suite, f"no such suite; use {', '.join(SUITES)}, or all")
    from vedette.bench.run import SuiteFailed, run_all, run_suite

    try:
        if suite == "all":
            with progress("Measuring", len(SUITES)) as advance:
                told = run_all(n, database, advance)
        else:
            told = run_suite(suite, n, database)
    except SuiteFailed as error:
        typer.echo(f"vedette: bench: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        emit_json(told)
    else:
        _tell(told)
    if any(result["lost"] for result in told["results"]):
        raise typer.Exit(1)


def _tell(told: dict[str, Any]) -> None:
    typer.echo(f"{told['host']['cpus']} CPUs, Python {told['host']['python']}, {told['host']['database']}")
    for result in told["results"]:
        beside = f" ({result['ratio']:.0%} of {result['limit_is']}: {result['limit']:,.0f})" if result["limit"] else ""
        typer.echo(f"{result['name']:<18} {result['value']:>12,.0f} {result['unit']:<12}{beside}")
        if result["unit"] in UNTIMED:
            continue
        if result["p99_ms"] is not None:
            typer.echo(f"{'':<18} p50 {result['p50_ms']:.2f} ms, p99 {result['p99_ms']:.2f} ms")
        typer.echo(f"{'':<18} lost {result['lost']}, duplicates {result['duplicates']}, {result['rss_mb']:.0f} MB")
        if result["note"]:
            typer.echo(f"{'':<18} {result['note']}")
