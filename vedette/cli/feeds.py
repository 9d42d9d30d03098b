"""`vedette feeds`: what reports come by: feeds, TAXII collections, mailboxes, folders. Acts as VEDETTE_TOKEN's user."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house, token_actor

if TYPE_CHECKING:
    from vedette.access.policy import Actor
    from vedette.exchange.intake.polled import Polled
    from vedette.exchange.models import Feed

feeds = typer.Typer(
    no_args_is_help=True, help="What reports come by: CAP and news feeds, TAXII collections, mailboxes, folders."
)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The feed's name, such as weather.")]


@feeds.command(epilog="Example: vedette feeds add weather https://alerts.example.org/cap.atom --handling TLP:GREEN")
def add(
    name: Name,
    url: Annotated[
        str, typer.Argument(metavar="URL", help="A feed; a TAXII collection; imaps://HOST/FOLDER; file:NAME.")
    ],
    kind: Annotated[
        str, typer.Option(help="cap, news, taxii, mail or folder; left out, mailboxes and folders are known as such.")
    ] = "",
    handling: Annotated[str, typer.Option(help="The TLP label its reports get at least.")] = "TLP:AMBER+STRICT",
    certificates: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Certificates (PEM) that its messages, or its mail server, show."),
    ] = None,
    signed_only: Annotated[
        bool, typer.Option("--signed-only", help="Take in only what those certificates prove.")
    ] = False,
    host: Annotated[
        list[str] | None, typer.Option(help="A further host its messages may be on; may be given more than once.")
    ] = None,
    allow_private: Annotated[bool, typer.Option("--allow-private", help="It is on a private network.")] = False,
    user: Annotated[str, typer.Option(help="With whose name a server is asked; none for a bare token.")] = "",
    secret_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file that its password or token is in.")
    ] = None,
    moves_to: Annotated[str, typer.Option(help="The mail folder that mails are moved to once they are taken in.")] = "",
    authserv_id: Annotated[
        str, typer.Option(help="By which name your own mail server tells what it found authentic (RFC 8601).")
    ] = "",
    sender: Annotated[
        list[str] | None,
        typer.Option(metavar="DOMAIN=SOURCE", help="Whose mail is of which source; may be given more than once."),
    ] = None,
    every: Annotated[int, typer.Option(metavar="SECONDS", help="How often to look.")] = 300,
    as_json: AsJson = False,
) -> None:
    """Add a feed to the token's realm, or change the one of that name."""
    open_house()
    from vedette.access.handling import parse_tlp
    from vedette.access.policy import Refused
    from vedette.exchange.actions import keep_feed
    from vedette.exchange.feed_addresses import kind_of
    from vedette.exchange.senders import read_senders
    from vedette.formats.parts import BadInput

    actor = token_actor()
    try:
        feed = keep_feed(
            actor,
            name,
            url,
            handling=parse_tlp(handling),
            certificates="" if certificates is None else certificates.read_text(encoding="utf-8"),
            signed_only=signed_only,
            hosts=host or (),
            allow_private=allow_private,
            every_s=every,
            kind=kind or kind_of(url),
            user_name=user,
            secret="" if secret_file is None else secret_file.read_text(encoding="utf-8"),
            moves_to=moves_to,
            authserv_id=authserv_id,
            senders=read_senders(sender or ()),
        )
    except (OSError, UnicodeDecodeError) as error:
        refuse("feeds add", str(getattr(error, "filename", None) or certificates or secret_file), str(error))
    except (BadInput, Refused, ValueError) as error:
        refuse("feeds add", name, str(error))
    if as_json:
        emit_json(_summary(feed))
        return
    typer.echo(
        terminal_safe(f"{feed.name} is kept in {feed.realm}; look at it now with: vedette feeds poll {feed.name}")
    )


@feeds.command(name="list", epilog="Example: vedette feeds list --json")
def list_(as_json: AsJson = False) -> None:
    """The feeds of the token's realm, and how each is doing."""
    open_house()
    from vedette.exchange.intake.queries import feeds_for

    found = [_summary(feed) for feed in feeds_for(token_actor())]
    if as_json:
        emit_json(found)
        return
    for row in found:
        typer.echo(terminal_safe(f"{row['name']:<20} {row['state']:<10} {row['url']}"))
        for remark in row["remarks"]:
            typer.echo(terminal_safe(f"  {remark}"))


@feeds.command(epilog="Example: vedette feeds show weather")
def show(name: Name, as_json: AsJson = False) -> None:
    """What came by a feed, the newest first, and what became of it."""
    open_house()
    from vedette.exchange.intake.queries import items_for, told

    actor = token_actor()
    items = [_item(item) for item in told(actor, items_for(actor, _feed(actor, name))[:200])]
    if as_json:
        emit_json(items)
        return
    for row in items:
        typer.echo(terminal_safe(f"{row['came_at']}  {row['identifier']}  {row['headline']}"))
        why = f" ({row['why']})" if row["why"] else ""
        typer.echo(terminal_safe(f"  {row['outcome_is']}{why}; {row['proof_is']}"))


@feeds.command(epilog="Example: vedette feeds poll weather")
def poll(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One feed; without it, every feed that is on.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look at once, and say what came. Exit 1 when a feed could not be read."""
    open_house()
    from vedette.access.policy import Refused
    from vedette.exchange.actions import poll_now
    from vedette.exchange.intake.queries import feeds_for

    actor = token_actor()
    found = [_feed(actor, name)] if name else [feed for feed in feeds_for(actor) if feed.enabled]
    results = []
    for feed in found:
        try:
            result = poll_now(actor, feed)
        except Refused as error:
            refuse("feeds poll", feed.name, str(error))
        results.append(_polled(feed, result))
        if not as_json:
            typer.echo(terminal_safe(_told(feed.name, result)))
    if as_json:
        emit_json(results)
    raise typer.Exit(1 if any(one["failure"] for one in results) else 0)


@feeds.command(epilog="Example: vedette feeds pause weather")
def pause(name: Name) -> None:
    """Look at a feed no more. What it brought stays."""
    _set_enabled("feeds pause", name, False)


@feeds.command(epilog="Example: vedette feeds resume weather")
def resume(name: Name) -> None:
    """Go on with a feed that was paused."""
    _set_enabled("feeds resume", name, True)


def _set_enabled(command: str, name: str, enabled: bool) -> None:
    open_house()
    from vedette.access.policy import Refused
    from vedette.exchange.actions import set_feed_enabled

    actor = token_actor()
    try:
        set_feed_enabled(actor, _feed(actor, name), enabled)
    except Refused as error:
        refuse(command, name, str(error))


def _feed(actor: Actor, name: str) -> Feed:
    from vedette.exchange.intake.queries import feeds_for

    found = feeds_for(actor).filter(name=name).first()
    if found is None:
        refuse("feeds", name, f"there is no such feed in {actor.realm.value}, or none that you may see")
    return found


def _summary(feed: Feed) -> dict[str, Any]:
    return {
        "name": feed.name,
        "realm": feed.realm,
        "url": feed.url,
        "kind": feed.kind,
        "handling": feed.handling,
        "state": _state(feed),
        "signed_only": feed.signed_only,
        "authserv_id": feed.authserv_id,
        "senders": feed.senders,
        "every_s": feed.every_s,
        "told_at_once": feed.is_told_at_once,
        "polled_at": _time(feed.polled_at),
        "answered_at": _time(feed.answered_at),
        "failures": feed.failures,
        "remarks": feed.remarks,
    }


def _state(feed: Feed) -> str:
    if not feed.enabled:
        return "paused"
    if feed.failures:
        return "failing"
    return "on" if feed.answered_at else "new"


def _item(item: Any) -> dict[str, Any]:
    return {
        "id": item.pk,
        "sender": item.sender,
        "identifier": item.identifier,
        "sent": _time(item.sent),
        "msg_type": item.msg_type,
        "status": item.status,
        "headline": item.headline,
        "outcome": item.outcome,
        "outcome_is": item.get_outcome_display(),
        "why": item.why,
        "proof": item.proof,
        "proof_is": item.proof_is,
        "signed_by": item.signed_by,
        "domain": item.domain,
        "findings": item.findings,
        "report": item.report_id,
        "part_of": item.part_of_id,
        "came_at": _time(item.came_at),
    }


def _polled(feed: Feed, result: Polled) -> dict[str, Any]:
    return {
        "name": feed.name,
        "unchanged": result.unchanged,
        "known": result.known,
        "outcomes": dict(result.outcomes),
        "failure": result.failure,
        "remarks": result.remarks,
    }


def _told(name: str, result: Polled) -> str:
    from vedette.exchange.models import FeedItem

    if result.failure:
        return f"{name}: {result.failure}"
    if result.unchanged:
        return f"{name}: unchanged"
    told = [f"{count} {FeedItem.Outcome(outcome).label}" for outcome, count in result.outcomes.items()]
    lines = [f"{name}: {', '.join(told) or 'nothing new'}; {result.known} known"]
    return "\n".join([*lines, *(f"  {remark}" for remark in result.remarks)])


def _time(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()
