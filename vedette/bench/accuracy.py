"""What the scores of each part come to: figures for `vedette bench read`, and the manual's tables.

`python -m vedette.bench.accuracy docs/reading.md` writes the tables of every part anew between its two marks, and with
`tune` behind it those of the tuned part only: the held one is not counted at every turn.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from vedette.bench.labels import Part, labelled_texts
from vedette.bench.result import Result
from vedette.bench.scoring import Scores, Tally, score

#: Field -> what the manual calls it. In the order of the table.
FIELDS = {
    "issuer": "who speaks for the whole text",
    "attribution": "attribution: the claim is somebody's",
    "source": "source: and it is this one's",
    "core verbs": "source, where one of the core verbs tells it",
    "chain": "the whole chain, where the source is right",
    "source kind": "kind of source, where the source is right",
    "certainty": "certainty",
    "polarity": "polarity",
    "modality": "modality",
    "event": "event: kind and words",
    "time": "time: the words",
    "date": "date: and the interval",
    "date, any reading": "date among all readings, where the words are found",
    "place": "place: the words",
    "place, first": "place: first candidate, where the words are found",
    "place, of three": "place: one of three candidates, where the words are found",
    "instruction": "instruction",
    "addressee": "addressee, where the instruction is found",
    "response": "answers an incident",
}


def scores_by_part(*parts: Part) -> dict[Part, Scores]:
    """The scores of each of the parts that has texts; of all parts where none is named."""
    return {part: score(found) for part in parts or Part if (found := labelled_texts(part))}


def results(scores: dict[Part, Scores]) -> Iterator[Result]:
    """The contract's entries: precision and recall by field and part, and each filled cell of the confusion tables."""
    for part, one in scores.items():
        for name in FIELDS:
            tally = one.tallies[name]
            called = f"read.accuracy.{part}.{name.replace(', ', '-').replace(' ', '-')}"
            for what, value, n in (
                ("precision", tally.precision, tally.right + tally.wrong),
                ("recall", tally.recall, tally.right + tally.missed),
            ):
                if value and not (name == "core verbs" and what == "precision"):
                    yield Result(name=f"{called}.{what}", n=n, value=100 * value, unit="%")
        for name, cells in sorted(one.confusion.items()):
            for (right, said), count in sorted(cells.items()):
                called = f"read.confusion.{part}.{name.replace(' ', '-')}.{right}.{said}"
                yield Result(
                    name=called, n=cells.total(), value=count, unit="claims", note=f"is {right}, read as {said}"
                )


def tables(part: Part, scores: Scores) -> str:
    """The manual's tables of one part, in Markdown."""
    lines = [
        f"On {len(labelled_texts(part))} texts of *{part}*; P is precision, R recall; in brackets, of how many.",
        "",
        f"| Field, {part} | P | R |",
        "|---|---|---|",
    ]
    lines += [f"| {told} | {' | '.join(_cells(scores.tallies[name], name))} |" for name, told in FIELDS.items()]
    for name in ("certainty", "source kind"):
        lines += ["", *_confusion(f"{name.capitalize()}, {part}", scores.confusion[name])]
    return "\n".join(lines)


def marks(part: Part) -> tuple[str, str]:
    """What stands before and behind a part's tables in the manual."""
    return f"<!-- accuracy, {part}: begin -->\n", f"\n<!-- accuracy, {part}: end -->"


def _cells(tally: Tally, name: str) -> tuple[str, str]:
    precision = _cell(tally.precision, tally.right + tally.wrong) if name != "core verbs" else ""
    return precision, _cell(tally.recall, tally.right + tally.missed)


def _cell(value: float | None, of: int) -> str:
    return f"{value:.2f} ({of})" if value is not None else "(0)"


def _confusion(title: str, cells: Counter[tuple[str, str]]) -> Iterator[str]:
    """Rows: what is right; columns: what was read."""
    rows, columns = sorted({right for right, _ in cells}), sorted({said for _, said in cells})
    yield f"| {title}: is, read as | {' | '.join(columns)} |"
    yield "|---" * (len(columns) + 1) + "|"
    for right in rows:
        yield f"| {right} | {' | '.join(str(cells[right, said] or '') for said in columns)} |"


def main() -> None:
    """Write the tables of the named parts into the page that is named."""
    page, named = Path(sys.argv[1]), [Part(name) for name in sys.argv[2:]]
    text = page.read_text(encoding="utf-8")
    for part, scores in scores_by_part(*named).items():
        begin, end = marks(part)
        before, rest = text.split(begin)
        text = before + begin + tables(part, scores) + end + rest.split(end)[1]
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
