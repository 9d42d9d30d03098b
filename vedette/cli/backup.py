"""`vedette backup` and `vedette restore`: everything in one file, from one database to either kind.

The file is a gzipped tar: a manifest, every record as a line of JSON, and the keys. It opens what the installation
protects: keep it as safe as the installation itself.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from vedette import __version__, clock
from vedette.cli.output import emit_json, refuse
from vedette.cli.session import open_house

FORMAT = 1
#: Rebuilt by migrations or meaningless elsewhere.
_LEFT_OUT = {"contenttypes.contenttype", "auth.permission", "sessions.session"}
_KEYS = ("secret.key", "ledger.pem")


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; must not exist.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")] = False,
) -> None:
    """Write everything to one file. Example: vedette backup /media/usb/vedette-2026-01-01.tar.gz"""
    if file.exists():
        refuse("backup", str(file), "exists already; name a new file")
    open_house()
    from django.conf import settings

    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with (
            os.fdopen(handle, "wb") as raw,
            tarfile.open(fileobj=raw, mode="w:gz") as tar,
            tempfile.TemporaryFile() as rows,
        ):
            counts = _write_records(rows)
            manifest = {
                "format": FORMAT,
                "version": __version__,
                "created_at": clock.rfc3339(clock.now()),
                "records": counts,
                "checkpoint": _checkpoint(),
            }
            _add(tar, "manifest.json", json.dumps(manifest, indent=2).encode())
            for name in _KEYS:
                path = Path(settings.LEDGER_KEY_FILE) if name == "ledger.pem" else settings.DATA / name
                if path.exists():
                    _add(tar, f"keys/{name}", path.read_bytes())
            rows.seek(0, os.SEEK_END)
            entry = tarfile.TarInfo("records.jsonl.gz")
            entry.size, entry.mode = rows.tell(), 0o600
            rows.seek(0)
            tar.addfile(entry, rows)
        os.link(draft, file)
    except OSError as error:
        refuse("backup", str(file), f"cannot be written: {error.strerror or error}")
    finally:
        draft.unlink(missing_ok=True)
    if as_json:
        emit_json(manifest)
    else:
        typer.echo(f"{sum(counts.values()):,} records in {file}. It holds the keys: keep it safe.")


def restore(
    file: Annotated[Path, typer.Argument(help="What `vedette backup` wrote.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Fill an empty installation from a backup, and check its ledger. Example: vedette restore vedette.tar.gz"""
    try:
        with tarfile.open(file, "r:gz") as tar:
            manifest = json.loads(_member(tar, "manifest.json").read())
            if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
                refuse("restore", str(file), "is not a backup that this version reads")
            _put_keys_back(tar)
            open_house()
            _refuse_unless_empty(file)
            with gzip.open(_member(tar, "records.jsonl.gz"), "rt", encoding="utf-8") as lines:
                restored = _read_records(lines)
    except (OSError, EOFError, tarfile.TarError, KeyError, ValueError) as error:
        refuse("restore", str(file), f"cannot be read as a backup: {error}")
    from vedette.ledger.verify import verify

    verdict = verify(manifest.get("checkpoint"))
    if as_json:
        emit_json({"records": restored, "verified": verdict.verified, "problems": verdict.problems})
    else:
        typer.echo(f"{restored:,} records restored; the ledger {'holds' if verdict.verified else 'does NOT hold'}.")
    raise typer.Exit(0 if verdict.verified else 1)


def _write_records(out: IO[bytes]) -> dict[str, int]:
    """Every row of every table, each table's together, parents first where the models say so, in one snapshot."""
    from django.core import serializers
    from django.db import connection, transaction

    counts: dict[str, int] = {}
    with transaction.atomic(), gzip.open(out, "wt", encoding="utf-8") as lines:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for model in _models():
            rows = model._base_manager.order_by("pk").iterator(2_000)
            counts[model._meta.label_lower] = 0
            for row in rows:
                line = serializers.serialize("json", [row])[1:-1]
                lines.write(line + "\n")
                counts[model._meta.label_lower] += 1
    return counts


def _read_records(lines: IO[str]) -> int:
    from django.core import serializers
    from django.core.management.color import no_style
    from django.db import connection, transaction

    restored = 0
    with transaction.atomic():
        with connection.constraint_checks_disabled():
            for line in lines:
                for row in serializers.deserialize("json", f"[{line}]"):
                    row.save()
                    restored += 1
        connection.check_constraints()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(_models())):
                cursor.execute(statement)
    return restored


def _models() -> Iterator[Any]:
    from django.apps import apps

    for model in apps.get_models():
        if model._meta.label_lower not in _LEFT_OUT and not model._meta.auto_created:
            yield model


def _checkpoint() -> str:
    from vedette.ledger.checkpoint import checkpoint

    return checkpoint()


def _put_keys_back(tar: tarfile.TarFile) -> None:
    from vedette.ledger.keyfile import write_once

    data = Path(os.environ.get("VEDETTE_DATA", "vedette-data"))
    for name in _KEYS:
        if f"keys/{name}" not in tar.getnames():
            continue
        key, path = _member(tar, f"keys/{name}").read(), data / name
        if path.exists() and path.read_bytes() != key:
            refuse("restore", str(path), "another installation's key is there; restore into an empty data directory")
        write_once(path, key)


def _refuse_unless_empty(file: Path) -> None:
    from vedette.access.models import User
    from vedette.ledger.models import Entry

    if User.objects.exists() or Entry.objects.exists():
        refuse("restore", str(file), "the database is not empty; restore into a new one")


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    member = tar.extractfile(name)
    if member is None:
        raise KeyError(f"{name} is missing")
    return member


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))
