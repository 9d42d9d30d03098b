"""`vedette doctor`: what an operator should know before relying on this installation."""

from __future__ import annotations

import shutil
import socket
import stat
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated
from urllib.parse import urlsplit

import typer

from vedette.cli.files import terminal_safe
from vedette.cli.output import emit_json
from vedette.cli.session import open_house


@dataclass(frozen=True)
class Finding:
    """One check: `ok`, `warn` (works, not well) or `fail` (does not work), and what to do."""

    check: str
    state: str
    message: str


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False) -> None:
    """Check the installation; exit 1 if something does not work.

    Example: vedette doctor
    """
    open_house()
    findings = [_guarded(check) for check in CHECKS]
    if findings[0].state != "fail":
        findings += [_guarded(check) for check in STORED]
    if as_json:
        emit_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            typer.echo(terminal_safe(f"{finding.state.upper():<5} {finding.check}: {finding.message}"))
    raise typer.Exit(1 if any(finding.state == "fail" for finding in findings) else 0)


def _guarded(check: Callable[[], tuple[str, str]]) -> Finding:
    name = check.__name__.strip("_").replace("_", " ")
    try:
        state, message = check()
    except Exception as error:
        state, message = "fail", (str(error).splitlines() or [type(error).__name__])[0]
    return Finding(name, state, message)


def _database() -> tuple[str, str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return (
            "fail",
            f"{connection.vendor}: {len(waiting)} migrations wait; start `vedette serve` once, it applies them",
        )
    return "ok", f"{connection.vendor}, all migrations applied"


def _keys() -> tuple[str, str]:
    from django.conf import settings

    for path in (settings.DATA / "secret.key", settings.LEDGER_KEY_FILE, settings.DATA / "feed-signing.pem"):
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            return "fail", f"{path} can be read by others; run: chmod 600 {path}"
    return "ok", f"readable by their owner only, in {settings.DATA}"


def _disk() -> tuple[str, str]:
    from django.conf import settings

    free = shutil.disk_usage(settings.DATA).free
    return ("ok" if free > 2**30 else "warn" if free > 2**27 else "fail"), f"{free / 2**30:.1f} GiB free"


def _organisation() -> tuple[str, str]:
    from vedette.people.models import Organisation

    organisation = Organisation.objects.first()
    if organisation is None:
        return "warn", "not set: open the console once, its set-up page asks for it"
    return "ok", f"{organisation.name}; people open {organisation.public_address}"


def _two_people() -> tuple[str, str]:
    from vedette.access.models import User
    from vedette.access.roles import ALLOWED, Verb

    able = [
        user
        for user in User.objects.filter(is_active=True)
        if any(Verb.APPROVE in ALLOWED[role] for role in user.role_set())
    ]
    if len(able) < 2:
        return "warn", f"{len(able)} users may approve; two are needed, so that nobody approves their own"
    return "ok", f"{len(able)} users may approve"


def _second_factors() -> tuple[str, str]:
    from allauth.mfa.models import Authenticator

    from vedette.access.models import User

    users = User.objects.filter(is_active=True)
    without = users.exclude(pk__in=Authenticator.objects.values("user_id")).count()
    return ("warn" if without else "ok"), f"{without} of {users.count()} users have no passkey and no TOTP"


def _channels() -> tuple[str, str]:
    from pydantic import ValidationError

    from vedette.dispatch.channels import CHANNELS
    from vedette.dispatch.models import Channel

    told, bad = [], False
    for row in Channel.objects.filter(enabled=True).order_by("realm", "name"):
        try:
            server = _server(CHANNELS[row.name].parse(row.settings))
        except (KeyError, ValidationError):
            bad = True
            told.append(f"{row.realm} {row.name} cannot be used as it is set")
            continue
        if server is None:
            told.append(f"{row.realm} {row.name} is set; each address has a server of its own")
            continue
        try:
            socket.create_connection(server, timeout=3).close()
            told.append(f"{row.realm} {row.name} answers")
        except OSError as error:
            bad = True
            told.append(f"{row.realm} {row.name} at {server[0]}:{server[1]} does not answer ({error})")
    if not told:
        return "warn", "none is set; nothing can be sent"
    return ("fail" if bad else "ok"), "; ".join(told)


def _server(settings: object) -> tuple[str, int] | None:
    """Host and port that all of a channel's messages go to; None where there is no one server."""
    if host := getattr(settings, "host", ""):
        return host, int(getattr(settings, "port", 0))
    url = urlsplit(getattr(settings, "url", ""))
    if url.scheme not in ("http", "https") or not url.hostname:
        return None
    return url.hostname, url.port or (443 if url.scheme == "https" else 80)


def _feeds() -> tuple[str, str]:
    from datetime import timedelta

    from vedette import clock
    from vedette.exchange.models import Feed

    told, late = [], False
    for feed in Feed.objects.filter(enabled=True).order_by("realm", "name"):
        name = f"{feed.realm} {feed.name}"
        if feed.failures:
            late = True
            told.append(f"{name} could not be read {feed.failures} times: {feed.remarks[0] if feed.remarks else ''}")
        elif clock.now() - feed.next_at > timedelta(seconds=max(feed.every_s, 60)):
            late = True
            told.append(f"{name} is overdue since {feed.next_at:%Y-%m-%d %H:%M}Z; is `vedette serve` running?")
        else:
            told.append(f"{name} is read")
    return ("warn" if late else "ok"), "; ".join(told) or "none is kept"


def _positions() -> tuple[str, str]:
    from vedette.exchange.listening.queries import silent
    from vedette.exchange.models import Listener

    told, bad = [], False
    for row in Listener.objects.filter(enabled=True).order_by("realm", "kind"):
        name = f"{row.realm} {row.get_kind_display()}"
        if silent(row):
            bad = True
            told.append(f"{name}: nothing listens; is `vedette serve` running?")
        elif row.state == Listener.State.FAILING:
            bad = True
            told.append(f"{name}: {row.remark}")
        else:
            told.append(f"{name}: listening" + (f" ({row.remark})" if row.remark else ""))
    return ("warn" if bad else "ok"), "; ".join(told) or "listened for over HTTP alone"


def _secrets() -> tuple[str, str]:
    from vedette.access.resealing import Standing, standings

    found = standings()
    told = ", ".join(f"{found[how]} {how.value}" for how in Standing if found[how]) or "none of others is kept"
    if found[Standing.LOST]:
        return "fail", f"{told}; give those anew on their settings page"
    if found[Standing.EARLIER] or found[Standing.PLAIN]:
        return "warn", f"{told}; run: vedette secrets reseal"
    return "ok", told


def _ledger() -> tuple[str, str]:
    from vedette.ledger.verify import verify

    verdict = verify()
    if not verdict.verified:
        return "fail", verdict.problems[0]
    return "ok", f"{verdict.entries} entries, verified"


#: What can be told of any installation, the database first.
CHECKS: tuple[Callable[[], tuple[str, str]], ...] = (_database, _keys, _disk)
#: What needs the database.
STORED: tuple[Callable[[], tuple[str, str]], ...] = (
    *(_organisation, _two_people, _second_factors, _channels, _feeds, _positions, _secrets, _ledger),
)
