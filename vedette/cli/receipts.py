"""`vedette receipts`: mail that came back, and the addresses at which gateways call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from vedette.cli.files import read_input
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

if TYPE_CHECKING:
    from vedette.access.handling import Realm

receipts = typer.Typer(no_args_is_help=True, help="Take in what mail servers and gateways say later.")

#: EX_TEMPFAIL of sysexits: the mail server keeps the mail and tries again.
TRY_AGAIN = 75
OfRealm = Annotated[
    str, typer.Option("--realm", help="live or exercise: whose mail without a key of ours is; nothing of the other's.")
]


@receipts.command(epilog="Example: vedette receipts mail bounce.eml")
def mail(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE|-]...", help="Mails; standard input if none.")
    ] = None,
    realm: OfRealm = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Record the bounces and replies in mails. Exit 0 whatever they say; 75 if nothing can be recorded just now."""
    mails = [read_input("receipts mail", file) for file in files or ["-"]]
    open_house()
    from django.db import DatabaseError

    from vedette.dispatch.inbox import calls_of
    from vedette.dispatch.receipts import Became, record_calls

    try:
        taken = record_calls(calls_of(mails, _realm("mail", realm)))
    except DatabaseError as error:
        _try_again(str(error))
    counts = {became.value: count for became, count in sorted(taken.became.items()) if count}
    if as_json:
        emit_json({"mails": len(mails), **{became.value: counts.get(became.value, 0) for became in Became}})
    else:
        typer.echo(", ".join(f"{count} {became}" for became, count in counts.items()) or "nothing of ours")


@receipts.command(epilog="Example: vedette receipts lmtp --port 2424 --realm live")
def lmtp(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where to listen.")] = 2424,
    host: Annotated[
        str, typer.Option(help="Anybody who reaches it can hand in mail: keep it to this machine.")
    ] = "127.0.0.1",
    realm: OfRealm = "",
) -> None:
    """Take bounces and replies from a mail server over LMTP until stopped: for many of them, instead of `mail`."""
    open_house()
    from vedette.dispatch.lmtp import run

    whose = _realm("lmtp", realm)
    try:
        run(host, port, whose)
    except OSError as error:
        refuse("receipts lmtp", f"{host}:{port}", error.strerror or str(error))


@receipts.command(epilog="Example: vedette receipts addresses --json")
def addresses(as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False) -> None:
    """Where each channel's gateway calls back, and what lets it in: secrets. Needs an administrator's token."""
    open_house()
    from vedette.access.policy import Refused, check
    from vedette.access.roles import Verb
    from vedette.dispatch.callbacks import callbacks_url, kannel_receipt_url, kannel_reply_url, signing_secret
    from vedette.dispatch.models import Channel
    from vedette.people.models import Organisation

    actor = token_actor()
    try:
        check(actor, Verb.ADMINISTER)
    except Refused as error:
        typer.echo(f"vedette: receipts addresses: {error}", err=True)
        raise typer.Exit(1) from error
    organisation = Organisation.objects.first()
    base = organisation.public_address if organisation else ""
    told: list[dict[str, Any]] = []
    for name in (
        Channel.objects.filter(realm=actor.realm.value).order_by("name").values_list("name", flat=True).distinct()
    ):
        own = any(
            settings.get("secret")
            for settings in Channel.objects.filter(realm=actor.realm.value, name=name).values_list(
                "settings", flat=True
            )
        )
        url = callbacks_url(base, actor.realm, name)
        told.append(
            {
                "channel": name,
                "receipts": f"{url}/receipts",
                "replies": f"{url}/replies",
                "secret": "" if own else signing_secret(actor.realm, name),
                "kannel_receipts": kannel_receipt_url(base, actor.realm, name, "{key}"),
                "kannel_replies": kannel_reply_url(base, actor.realm, name),
            }
        )
    if as_json:
        emit_json(told)
        return
    for one in told:
        typer.echo(f"{one.pop('channel')} ({actor.realm.value})")
        for name, value in one.items():
            typer.echo(f"    {name:<15} {value or 'as set in the channel'}")


def _realm(command: str, text: str) -> Realm | None:
    from vedette.access.handling import Realm

    if text and text not in list(Realm):
        refuse(f"receipts {command}", f"--realm {text}", f"not a realm; use one of {', '.join(Realm)}")
    return Realm(text) if text else None


def _try_again(reason: str) -> NoReturn:
    first = (reason.splitlines() or ["the database does not answer"])[0]
    typer.echo(f"vedette: receipts mail: database: {first}; the mail is to be kept and sent again", err=True)
    raise typer.Exit(TRY_AGAIN)
