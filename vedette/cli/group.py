"""The command tree, loaded a command at a time; and the one place where a failure becomes a line and an exit code."""

from __future__ import annotations

import errno
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_command

#: The class of every usage error: Typer carries Click within it or beside it, by version.
_CLICK_ERROR: type[Any] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
_NO_ARGUMENTS = "NoArgsIsHelpError"

#: What `vedette --help` says of each command, so that it need not import them.
SUMMARIES: dict[str, str] = {
    "demo": "Run the whole example case on an embedded database.",
    "serve": "Serve pages and API, and run the dispatch engine.",
    "dispatch": "Run a further dispatch worker.",
    "read": "Read a report: cited claims and a proposed draft.",
    "cap": "Check CAP messages, and show one in plain words.",
    "lint": "Hold a warning's text against the rules.",
    "feeds": "What reports come by: CAP and news feeds, TAXII collections, mailboxes, folders.",
    "stix": "Export threats and incidents as STIX, import STIX as reports.",
    "people": "Import and list the roster, and settle who has left.",
    "devices": "Phones and trackers that tell where people are.",
    "shifts": "Who is on, from calendars and by hand.",
    "directory": "An LDAP directory that the roster is pulled from.",
    "scim": "An identity provider that keeps the roster: what its groups mean.",
    "areas": "List saved areas, and name their wardens.",
    "audience": "Try an audience rule: who, and why.",
    "plans": "List plans, and keep the organisation's own.",
    "templates": "Types of warning to begin from, and the organisation's own.",
    "sources": "Where reports come from: grades, and what later outcomes say.",
    "incidents": "What happened: accounts side by side, inquiries and findings.",
    "threats": "Of whom nobody is warned; what escalates; how judgements read and turned out.",
    "warnings": "Draft, submit, approve, issue, update and cancel warnings.",
    "recipients": "Who was warned, how, and what they answered.",
    "muster": "What is in force for a unit at shift start, and who was briefed.",
    "receipts": "Take in bounces, replies and what gateways say later.",
    "ledger": "Verify the ledger, keep checkpoints, prove who was warned.",
    "secrets": "Passwords and tokens of others: how they are sealed, and anew.",
    "bench": "Measure this machine, beside what it could do bare.",
    "backup": "Write everything to one file.",
    "restore": "Fill an empty installation from a backup.",
    "doctor": "Check the installation.",
}


class LazyGroup(TyperGroup):
    """A group that imports a command's module when the command is asked for, and fails in one line."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every command's name."""
        from vedette.cli import COMMANDS

        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, imported now."""
        from vedette.cli import COMMANDS

        if cmd_name not in COMMANDS:
            return None
        found = getattr(importlib.import_module(f"vedette.cli.{COMMANDS[cmd_name]}"), cmd_name)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False)
            single.command(cmd_name)(found)
            found = single
        found.rich_markup_mode = None
        found._add_completion = False
        command = get_command(found)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in self.list_commands(ctx)])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command named first; a misspelt one is met with those that exist."""
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            ctx.fail(f"no command {args[0]!r}; there are {', '.join(self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *rest: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run it. Standing alone, every failure that is the caller's is one line on standard error and exit 2."""
        if not standalone_mode:
            return super().main(args, *rest, standalone_mode=False, **extra)
        # What libraries warn of is not for whoever uses the command; the server sets its own log up.
        logging.getLogger().addHandler(logging.NullHandler())
        try:
            code = super().main(args, *rest, standalone_mode=False, **extra)
            sys.stdout.flush()
        except _CLICK_ERROR as error:
            _usage(error)
        except (typer.Abort, KeyboardInterrupt):
            sys.exit(130)
        except OSError as error:
            if error.errno != errno.EPIPE:
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except Exception as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            if _is_from("vedette.conf.secrets", "WeakSecret", error):
                _one_line(f"settings: environment: {reason}")
            if not _is_from("django.db.utils", "Error", error):
                raise
            _one_line(f"database: {_which_database()}: {reason}; run `vedette doctor`")
        sys.exit(code if isinstance(code, int) else 0)


def _usage(error: Any) -> NoReturn:
    """A usage error, or the help that was asked for by giving no argument."""
    if type(error).__name__ == _NO_ARGUMENTS:
        typer.echo(error.ctx.get_help())
        sys.exit(2)
    path = error.ctx.command_path if getattr(error, "ctx", None) is not None else "vedette"
    message = " ".join(error.format_message().split())
    _one_line(f"{path.removeprefix('vedette').strip() or 'command'}: {message}" + f" (see {path} --help)")


def _is_from(module: str, name: str, error: Exception) -> bool:
    """Whether it is an error of a module that need not have been imported."""
    found = sys.modules.get(module)
    return found is not None and isinstance(error, getattr(found, name))


def _which_database() -> str:
    """The database's kind and place, without its password."""
    if os.environ.get("VEDETTE_DATABASE_URL"):
        return "the PostgreSQL of VEDETTE_DATABASE_URL"
    return os.environ.get("VEDETTE_DATA", "vedette-data")


def _one_line(text: str) -> NoReturn:
    typer.echo(f"vedette: {text}", err=True)
    sys.exit(2)
