"""`vedette backup` and `vedette restore`: everything in one file, from one database to either kind.

The file opens what the installation protects: keep it as safe as the installation itself. `records.py` does the rows.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from vedette import __version__, clock
from vedette.cli.output import emit_json, refuse
from vedette.cli.progress import progress
from vedette.cli.session import open_house

FORMAT = 1
#: Key files below the data directory, by their names in the backup.
KEYS = ("secret.key", "ledger.pem", "feed-signing.pem")
_RECORDS = "records.jsonl.gz"
#: The largest manifest or key read.
_LARGEST_PART = 1 << 20


class Damaged(Exception):
    """A file that is not the backup it was written as: what is wrong with it."""


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; must not exist.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")] = False,
) -> None:
    """Write everything to one file: all records as of one moment, and the keys.

    Example: vedette backup /media/usb/vedette-2026-01-01.tar.gz
    """
    if file.exists():
        refuse("backup", str(file), "exists already; name a new file")
    open_house()
    from vedette.ledger.checkpoint import checkpoint

    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        note = checkpoint()
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as raw, tempfile.TemporaryFile(dir=file.parent) as rows:
            manifest = _write(raw, rows, note)
            raw.flush()
            os.fsync(raw.fileno())
        os.link(draft, file)
    except OSError as error:
        refuse("backup", str(file), f"cannot be written: {error.strerror or error}")
    finally:
        draft.unlink(missing_ok=True)
    if as_json:
        emit_json(manifest)
    else:
        typer.echo(f"{sum(manifest['records'].values()):,} records in {file}. It holds the keys: keep it safe.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `vedette backup` wrote.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Fill an empty installation from a backup, and check its ledger; exit 1 if that does not hold.

    Example: VEDETTE_DATA=/srv/vedette vedette restore vedette-2026-01-01.tar.gz
    """
    try:
        manifest, keys = _checked(file)
    except (OSError, EOFError, zlib.error, tarfile.TarError, Damaged) as error:
        refuse("restore", str(file), f"cannot be read as a backup: {error}; nothing was changed")
    written = _put_back(keys)
    try:
        restored = _fill(file, manifest)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    from vedette.ledger.verify import verify

    verdict = verify(manifest["checkpoint"])
    if as_json:
        emit_json({"records": restored, "verified": verdict.verified, "problems": verdict.problems})
    else:
        typer.echo(f"{restored:,} records restored; the ledger {'holds' if verdict.verified else 'does NOT hold'}.")
        for problem in verdict.problems:
            typer.echo(f"  {problem}")
    raise typer.Exit(0 if verdict.verified else 1)


def _write(raw: IO[bytes], rows: IO[bytes], note: str) -> dict[str, Any]:
    from vedette.cli.records import write_records

    with progress("Writing records") as advance, gzip.open(rows, "wt", encoding="utf-8") as lines:
        counts = write_records(lines, advance)
    rows.seek(0)
    digests = {_RECORDS: hashlib.file_digest(rows, "sha256").hexdigest()}
    keys = {name: path.read_bytes() for name, path in _key_paths().items() if path.exists()}
    digests |= {f"keys/{name}": hashlib.sha256(key).hexdigest() for name, key in keys.items()}
    manifest = {
        "format": FORMAT,
        "version": __version__,
        "created_at": clock.rfc3339(clock.now()),
        "records": counts,
        "digests": digests,
        "checkpoint": note,
    }
    with tarfile.open(fileobj=raw, mode="w:gz") as tar:
        _add(tar, "manifest.json", json.dumps(manifest, indent=2).encode())
        for name, key in keys.items():
            _add(tar, f"keys/{name}", key)
        entry = tarfile.TarInfo(_RECORDS)
        entry.size, entry.mode = rows.tell(), 0o600
        rows.seek(0)
        tar.addfile(entry, rows)
    return manifest


def _checked(file: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest and the keys of a backup whose every part is what the manifest says. Raises Damaged and others."""
    with tarfile.open(file, "r:gz") as tar:
        try:
            manifest = json.loads(_member(tar, "manifest.json").read(_LARGEST_PART))
        except (ValueError, RecursionError) as error:
            raise Damaged("its manifest is damaged") from error
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise Damaged("it is not of a format that this version reads")
        digests, counts = manifest.get("digests"), manifest.get("records")
        if not isinstance(digests, dict) or not isinstance(counts, dict) or _RECORDS not in digests:
            raise Damaged("its manifest is incomplete")
        for name, digest in digests.items():
            if hashlib.file_digest(_member(tar, name), "sha256").hexdigest() != digest:  # type: ignore[arg-type]
                raise Damaged(f"{name} was changed or cut after it was written")
        keys = {name: _member(tar, f"keys/{name}").read(_LARGEST_PART) for name in KEYS if f"keys/{name}" in digests}
    return manifest, keys


def _fill(file: Path, manifest: dict[str, Any]) -> int:
    open_house()
    from django.core.management import call_command
    from django.db import DatabaseError

    from vedette.cli.records import BadRecord, occupied, read_records

    call_command("migrate", verbosity=0, interactive=False)
    if found := occupied():
        refuse("restore", str(file), f"the database is not empty (it has {found}); restore into a new one")
    total = sum(manifest["records"].values())
    try:
        with (
            tarfile.open(file, "r:gz") as tar,
            gzip.open(_member(tar, _RECORDS), "rt", encoding="utf-8") as lines,
            progress("Restoring records", total) as advance,
        ):
            return read_records(lines, manifest["records"], advance)
    except (BadRecord, DatabaseError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        refuse("restore", str(file), f"written by version {manifest.get('version')}: {reason}; no record was restored")


def _key_paths() -> dict[str, Path]:
    """Where each key lies, as the settings say it; they cannot be imported before the keys are in place."""
    data = Path(os.environ.get("VEDETTE_DATA", "vedette-data"))
    paths = {name: data / name for name in KEYS}
    if given := os.environ.get("VEDETTE_LEDGER_KEY"):
        paths["ledger.pem"] = Path(given)
    return paths


def _put_back(keys: dict[str, bytes]) -> list[Path]:
    """Write the keys; those newly written. Refuses when another installation's are there."""
    from vedette.ledger.keyfile import write_once

    paths = _key_paths()
    for name, key in keys.items():
        if paths[name].exists() and paths[name].read_bytes() != key:
            refuse(
                "restore",
                str(paths[name]),
                "another installation's key is there; restore into an empty data directory",
            )
    written = [paths[name] for name in keys if not paths[name].exists()]
    for name, key in keys.items():
        try:
            write_once(paths[name], key)
        except OSError as error:
            refuse("restore", str(paths[name]), f"cannot be written: {error.strerror or error}")
    return written


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        member = tar.extractfile(name)
    except KeyError:
        member = None
    if member is None:
        raise Damaged(f"{name} is missing")
    return member


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))
