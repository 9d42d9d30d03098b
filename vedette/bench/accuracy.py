"""What the scores of both halves come to: figures for `vedette bench read`, and the manual's tables.

`python -m vedette.bench.accuracy docs/reading.md` writes the tables anew between the page's two marks.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from vedette.bench.labels import Half, in_half, labelled_texts
from vedette.bench.result import Result
from vedette.bench.scoring import Scores, Tally, score

BEGIN, END = "<!-- accuracy: begin -->", "<!-- accuracy: end -->"
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


def both_halves() -> dict[Half, Scores]:
    """The scores of each half."""
    texts = labelled_texts()
    return {half: score(in_half(texts, half)) for half in Half}


def results(scores: dict[Half, Scores]) -> Iterator[Result]:
    """The contract's entries: precision and recall by field and half, and each filled cell of the confusion tables."""
    for half, one in scores.items():
        for name in FIELDS:
            tally = one.tallies[name]
            called = f"read.accuracy.{half}.{name.replace(', ', '-').replace(' ', '-')}"
            for what, value, n in (
                ("precision", tally.precision, tally.right + tally.wrong),
                ("recall", tally.recall, tally.right + tally.missed),
            ):
                if value and not (name == "core verbs" and what == "precision"):
                    yield Result(name=f"{called}.{what}", n=n, value=100 * value, unit="%")
        for name, cells in sorted(one.confusion.items()):
            for (right, said), count in sorted(cells.items()):
                called = f"read.confusion.{half}.{name.replace(' ', '-')}.{right}.{said}"
                yield Result(
                    name=called, n=cells.total(), value=count, unit="claims", note=f"is {right}, read as {said}"
                )


def tables(scores: dict[Half, Scores]) -> str:
    """The manual's tables, in Markdown."""
    counts = Counter(one.half for one in labelled_texts())
    lines = [
        f"On {counts[Half.TUNE]} texts looked at while tuning (*tune*) and {counts[Half.HELD]} held back (*held*); in "
        "brackets, of how many.",
        "",
        "| Field | P, tune | R, tune | P, held | R, held |",
        "|---|---|---|---|---|",
    ]
    for name, told in FIELDS.items():
        cells = [cell for half in Half for cell in _cells(scores[half].tallies[name], name)]
        lines.append(f"| {told} | {' | '.join(cells)} |")
    for name in ("certainty", "source kind"):
        for half in Half:
            lines += ["", *_confusion(f"{name.capitalize()}, {half}", scores[half].confusion[name])]
    return "\n".join(lines)


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
    """Write the tables into the page that is named."""
    page = Path(sys.argv[1])
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n{tables(both_halves())}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
