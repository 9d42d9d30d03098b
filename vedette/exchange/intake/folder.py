"""One look at a folder on the server: files that are whole are taken in, and then moved to `done` or `refused` in it.

A file is whole when two looks in a row found it the same; what is still being written has a name that begins with a dot
or ends in .part, or changes. Folders lie in the one directory that the operator named, and nothing leads out of it.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from vedette.exchange.intake.documents import Given, known_item, marks_in, says_exercise, take_document
from vedette.exchange.intake.fetch import FetchFailed
from vedette.exchange.intake.mails import MAIL_TYPE, take_mail
from vedette.exchange.intake.polled import Polled
from vedette.exchange.models import Feed
from vedette.reading.documents import LARGEST_FILE
from vedette.reports.intake import media_type_of

#: Files of one look, the rest at the next; and those that are looked at for that, the oldest of all.
MOST_FILES, MOST_SEEN = 200, 2_000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DONE, _REFUSED = "done", "refused"
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".filepart", "~")


def directory_of(url: str) -> Path:
    """The directory that `file:NAME` means. Raises FetchFailed where the operator named none."""
    root = settings.REPORTS_FOLDER
    if root is None:
        raise FetchFailed("VEDETTE_REPORTS is not set; the operator names the directory that folders may lie in")
    return Path(root) / url.removeprefix("file:")


def read_folder(feed: Feed, polled: Polled) -> None:
    """Take in what is whole. Raises FetchFailed; what was taken before that stays."""
    directory = directory_of(feed.url)
    try:
        if directory.is_symlink() or not directory.is_dir():
            raise FetchFailed(f"{directory} is no directory; make it, for the user that this runs as")
        for name in (_DONE, _REFUSED):
            (directory / name).mkdir(exist_ok=True)
        found = sorted(_files(directory), key=lambda one: (one[1][1], one[0]))[:MOST_SEEN]
    except OSError as error:
        raise FetchFailed(f"{directory}: {error.strerror or error}") from error
    if unnamed := [name for name, _ in found if not name.isprintable()]:
        polled.remarks.append(f"{len(unnamed)} files have names that are no text; rename them")
    found = [(name, state) for name, state in found if name.isprintable()]
    whole = [(name, state) for name, state in found if feed.seen.get(name) == state]
    if len(whole) > MOST_FILES:
        polled.remarks.append(f"{len(whole) - MOST_FILES} more files wait; they are taken in at the next look")
    for name, state in whole[:MOST_FILES]:
        try:
            _take(feed, directory, name, state, polled)
        except OSError as error:
            polled.remarks.append(f"{name[:120]}: {error.strerror or error}")
    feed.seen = dict(found)
    Feed.objects.filter(pk=feed.pk).update(seen=feed.seen)


def _files(directory: Path) -> Iterator[tuple[str, list[int]]]:
    """The files in it, each with its size and time of change; no links, no folders, nothing unfinished."""
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.lower().endswith(_UNFINISHED):
                continue
            if entry.is_file(follow_symlinks=False):
                told = entry.stat(follow_symlinks=False)
                yield entry.name, [told.st_size, told.st_mtime_ns]


def _take(feed: Feed, directory: Path, name: str, state: list[int], polled: Polled) -> None:
    """Take one file in and move it; what is known already is moved only."""
    data = _read(directory / name) if state[0] <= LARGEST_FILE else None
    given = _given(name, state, data)
    if data is not None and given.media_type == MAIL_TYPE:
        taken = take_mail(feed, data)
        items, refused = taken.items, taken.set_aside
        polled.known += taken.known
    else:
        item = take_document(feed, given)
        items = () if item is None else (item,)
        polled.known += item is None
        last = item or known_item(feed, given)
        refused = last is None or last.report_id is None
    for one in items:
        polled.outcomes[one.outcome] += 1
    _move(directory, name, _REFUSED if refused else _DONE)


def _read(path: Path) -> bytes:
    """A file's bytes, if it is still one and no larger than what is read."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("it is no file")
        return file.read(LARGEST_FILE + 1)


def _given(name: str, state: list[int], data: bytes | None) -> Given:
    size, changed = state
    digest = hashlib.sha256(data if data is not None else f"{name} {size} {changed}".encode()).hexdigest()
    head = "" if data is None else data[:4_000].decode("utf-8", "replace")
    tail = "" if data is None else data[-400:].decode("utf-8", "replace")
    return Given(
        data=data,
        media_type=media_type_of(name) or "application/octet-stream",
        says=digest,
        sender="unknown",
        identifier=name,
        sent=datetime.fromtimestamp(changed / 1e9, UTC),
        filename=name,
        headline=name,
        asks=(*marks_in(name), *marks_in(head)),
        is_exercise=says_exercise(head + tail),
        kind="File",
        refused="" if data is not None else f"it has {size:,} bytes; the most that is read is {LARGEST_FILE:,}",
    )


def _move(directory: Path, name: str, where: str) -> None:
    """Out of the way, under its own name or the next one that is free."""
    stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
    target, number = directory / where / name, 1
    while os.path.lexists(target):
        number += 1
        target = directory / where / f"{stem} ({number}){dot}{ending}"
    os.rename(directory / name, target)
