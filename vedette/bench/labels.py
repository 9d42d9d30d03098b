"""The labelled set: texts with what a careful person reads in them, and the three fixed parts they fall into.

Every text is made up for measuring. `labelled/README.md` tells the form; a label not found in its text is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from vedette.reading import Place

#: Folders whose texts are of one part, and what those texts' names begin with.
_BLIND, _TUNE = "blind/", "tune/"


class Part(StrEnum):
    """Which use a text is put to; fixed by its name, so that no later text moves another."""

    #: Its errors may be looked at while the reader is improved.
    TUNE = "tune"
    #: Only ever counted.
    HELD = "held"
    #: Written and labelled by hands that had not read the rules nor the other texts; only ever counted.
    BLIND = "blind"


class BadLabel(ValueError):
    """A labelled text is not in the form that `labelled/README.md` tells."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """One link of a chain: every name and kind that is right for it."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """What holds at text[start:end]. Which of the other fields are filled depends on `field`."""

    #: by, is, event, time, place, do or answers.
    field: str
    start: int
    end: int
    #: by: the verb. place: the rest of its line. time: [begin, until] as written.
    value: str = ""
    chain: tuple[Speaker, ...] = ()
    #: is: certainty, polarity, modality; event: kind. Each with every right answer.
    answers: tuple[tuple[str, ...], ...] = ()
    #: answers: where the incident stands.
    other: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One text and its labels. Labels are complete but for `is`, which is asked of some claims only."""

    name: str
    kind: str
    published: date
    zone: str
    text: str
    #: Who speaks for the whole text, where it says so.
    issuer: Speaker | None
    own: tuple[Place, ...]
    labels: tuple[Label, ...] = field(repr=False)

    @property
    def part(self) -> Part:
        """By its folder; outside of one, a half by the first byte of its name's SHA-256."""
        if self.name.startswith(_BLIND):
            return Part.BLIND
        if self.name.startswith(_TUNE):
            return Part.TUNE
        return Part.HELD if hashlib.sha256(self.name.encode()).digest()[0] % 2 else Part.TUNE


def labelled_texts() -> list[LabelledText]:
    """Every labelled text, by name. Raises BadLabel."""
    folder = files("vedette.bench").joinpath("labelled")
    return [one for before in ("", _TUNE, _BLIND) for one in _texts_in(folder.joinpath(before), before)]


def _texts_in(folder: Traversable, before: str) -> Iterator[LabelledText]:
    if not folder.is_dir():
        return
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".txt")), key=lambda one: one.name)
    for one in found:
        yield parse(before + one.name.removesuffix(".txt"), one.read_text(encoding="utf-8"))


def parse(name: str, content: str) -> LabelledText:
    """One labelled text from its file. Raises BadLabel with the line that is wrong."""
    try:
        head, text, lines = re.split(r"^---\n", content, maxsplit=2, flags=re.MULTILINE)
        keys = dict(line.split(": ", 1) for line in head.splitlines())
        return LabelledText(
            name=name,
            kind=keys["kind"],
            published=date.fromisoformat(keys["published"]),
            zone=keys["zone"],
            text=text.strip("\n"),
            issuer=_speaker(keys["issuer"]) if "issuer" in keys else None,
            own=tuple(_own(keys["own"])) if "own" in keys else (),
            labels=tuple(_label(name, text.strip("\n"), line) for line in lines.splitlines()),
        )
    except (KeyError, ValueError) as error:
        raise BadLabel(f"{name}: {error}") from error


_LINE = re.compile(r'(?P<field>by|is|event|time|place|do|answers) "(?P<words>[^"]+?)(?:#(?P<nth>\d))?"(?P<rest>.*)')


def _label(name: str, text: str, line: str) -> Label:
    match = _LINE.fullmatch(line)
    if match is None:
        raise BadLabel(f"{name}: no label: {line}")
    start, end = _find(name, text, match["words"], int(match["nth"] or 1))
    rest = match["rest"].lstrip(": ")
    made: dict[str, Any] = {"field": match["field"], "start": start, "end": end}
    if match["field"] == "by":
        verb, chain = rest.split(": ", 1)
        made |= {"value": verb, "chain": tuple(_speaker(link) for link in chain.split(" > "))}
    elif match["field"] in ("is", "event"):
        made["answers"] = tuple(tuple(answer.split("|")) for answer in rest.split())
    elif match["field"] == "do":
        made["value"] = rest.removeprefix("-> ").strip('"')
    elif match["field"] == "answers":
        made["other"] = _find(name, text, rest.strip('"'), 1)
    else:
        made["value"] = rest
    return Label(**made)


def _find(name: str, text: str, words: str, nth: int) -> tuple[int, int]:
    """The nth place where the words stand, or the first of several wordings given with a bar."""
    wording = words.split("|", 1)[0]
    found = [match.start() for match in re.finditer(re.escape(wording), text)]
    if len(found) < nth:
        raise BadLabel(f"{name}: not in the text: {words!r} ({nth})")
    return found[nth - 1], found[nth - 1] + len(wording)


def _speaker(written: str) -> Speaker:
    names, kinds = written.rsplit("/", 1)
    return Speaker(tuple(names.split("|")), tuple(kinds.split("|")))


def _own(written: str) -> Iterator[Place]:
    name, lat, lon = written.rsplit(" ", 2)
    yield Place(name, float(lat), float(lon))


def in_part(texts: Sequence[LabelledText], part: Part) -> list[LabelledText]:
    """Those of the part."""
    return [one for one in texts if one.part is part]
