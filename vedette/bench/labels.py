"""The labelled set: texts with what a careful person reads in them, and the two parts they fall into.

Every text is made up for measuring. `labelled/README.md` tells the form; a label not found in its text is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any

from vedette.reading import Place


class Part(StrEnum):
    """Which use a text is put to, and the folder it stands in."""

    #: Its errors may be looked at while the reader is improved.
    TUNE = "tune"
    #: Written and labelled by hands that had not read the rules; only ever counted.
    HELD = "held"


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
    part: Part
    kind: str
    published: date
    zone: str
    text: str
    #: Who speaks for the whole text, where it says so.
    issuer: Speaker | None
    own: tuple[Place, ...]
    labels: tuple[Label, ...] = field(repr=False)


def labelled_texts(*parts: Part) -> list[LabelledText]:
    """Every labelled text of the parts, by name; of all parts where none is named. Raises BadLabel."""
    folder = files("vedette.bench").joinpath("labelled")
    return [
        parse(one.name.removesuffix(".txt"), one.read_text(encoding="utf-8"), part)
        for part in parts or Part
        for one in sorted(folder.joinpath(part).iterdir(), key=lambda one: one.name)
    ]


def parse(name: str, content: str, part: Part = Part.TUNE) -> LabelledText:
    """One labelled text from its file. Raises BadLabel with the line that is wrong."""
    try:
        head, text, lines = re.split(r"^---\n", content, maxsplit=2, flags=re.MULTILINE)
        keys = dict(line.split(": ", 1) for line in head.splitlines())
        return LabelledText(
            name=name,
            part=part,
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
