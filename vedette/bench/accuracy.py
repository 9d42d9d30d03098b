"""What the scores of each part come to: figures for `vedette bench read`, and the manual's tables.

`python -m vedette.bench.accuracy docs/reading.md` writes the tables anew between the page's two marks.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from vedette.bench.labels import Part, in_part, labelled_texts
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


def scores_by_part() -> dict[Part, Scores]:
    """The scores of each part of the set that has texts."""
    texts = labelled_texts()
    return {part: score(found) for part in Part if (found := in_part(texts, part))}


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


def tables(scores: dict[Part, Scores]) -> str:
    """The manual's tables, in Markdown."""
    counts = Counter(one.part for one in labelled_texts())
    lines = [
        f"On {counts[Part.TUNE]} texts looked at while tuning (*tune*), {counts[Part.HELD]} held back (*held*) and "
        f"{counts[Part.BLIND]} blind (*blind*); P is precision, R recall; in brackets, of how many.",
        "",
        f"| Field | {' | '.join(f'P, {part} | R, {part}' for part in scores)} |",
        "|---" * (1 + 2 * len(scores)) + "|",
    ]
    for name, told in FIELDS.items():
        cells = [cell for part in scores for cell in _cells(scores[part].tallies[name], name)]
        lines.append(f"| {told} | {' | '.join(cells)} |")
    for name in ("certainty", "source kind"):
        for part in scores:
            lines += ["", *_confusion(f"{name.capitalize()}, {part}", scores[part].confusion[name])]
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
    page.write_text(f"{before}{BEGIN}\n{tables(scores_by_part())}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
