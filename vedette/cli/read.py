"""`vedette read`: a report in, its cited claims and the draft they propose out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from vedette.cli.output import emit_json, refuse
from vedette.reading import Reading, TextTooLong, UnknownZone
from vedette.reading import read as read_text
from vedette.reading.documents import LARGEST_FILE, Document, UnreadableDocument, open_document
from vedette.reading.proposals import Proposal
from vedette.reading.records import Claim
from vedette.reading.rendering import DRAFT_FIELDS


def read(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Text, HTML, .eml, .docx or .pdf; - for standard input.")],
    published: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Publication date (2025-12-04) or instant; else the report's own."),
    ] = None,
    zone: Annotated[
        str, typer.Option(metavar="ZONE", help="Time zone of the report's clock times (IANA name).")
    ] = "UTC",
    propose: Annotated[
        bool, typer.Option("--propose", help="Ask the local language model of VEDETTE_PROPOSER_URL too.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the reading as JSON.")] = False,
) -> None:
    """Read a report: who says what, how sure, when and where; and the warning it would propose, word for word cited.

    Example: vedette read memo.txt --published 2025-12-04 --zone America/Los_Angeles
    """
    when = _date(published)
    document = _document(file)
    try:
        reading = read_text(document.text, when or _own_date(document), zone=zone, sha256=document.sha256)
    except TextTooLong as error:
        refuse("read", file, str(error))
    except UnknownZone as error:
        refuse("read", "--zone", str(error))
    proposals = _proposals(file, reading) if propose else ()
    if json:
        asked = {"proposals": [proposal.as_json() for proposal in proposals]} if propose else {}
        told = reading.as_json()
        told["report"]["parts"] = [{"start": part.start, "end": part.end, "name": part.name} for part in document.parts]
        emit_json({**told, **asked})
    else:
        _present(reading)
        _present_proposals(proposals)


def _proposals(file: str, reading: Reading) -> tuple[Proposal, ...]:
    from vedette.exchange import proposer

    try:
        model = proposer.configured()
        if model is None:
            refuse("read", "--propose", "no model is configured; set VEDETTE_PROPOSER_URL, or leave it out")
        return proposer.propose(reading.text, model)
    except proposer.ProposerFailed as error:
        refuse("read", file, str(error))


def _document(file: str) -> Document:
    try:
        if file == "-":
            data = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with Path(file).open("rb") as source:
                data = source.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        refuse("read", file, getattr(error, "strerror", None) or str(error))
    try:
        return open_document(data, file)
    except (UnreadableDocument, TextTooLong) as error:
        refuse("read", file, " ".join(str(error).split()))


def _own_date(document: Document) -> date | datetime | None:
    """A date that the format itself carries; a date line in the text counts before a file's own stamp."""
    if document.published is None or document.format in ("eml", "html"):
        return document.published
    found = read_text(document.text).published
    return found if found is not None else document.published


def _date(value: str | None) -> date | datetime | None:
    if value is None:
        return None
    try:
        if len(value) <= 10:
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
    except ValueError:
        refuse("read", "--published", f"{value!r} is not a date; write it as 2025-12-04 or 2025-12-04T09:00-08:00")
    if moment.tzinfo is None:
        refuse("read", "--published", f"{value!r} has no offset; write it as 2025-12-04T09:00-08:00")
    return moment


def _present(reading: Reading) -> None:
    console = Console(highlight=False)
    table = Table(show_lines=True, expand=True, title="Claims", title_justify="left")
    for heading, ratio in (
        ("", None),
        ("what the report says", 5),
        ("who says so", 3),
        ("how sure, when told", 2),
        ("when and where", 3),
    ):
        table.add_column(heading, ratio=ratio, overflow="fold")
    for claim in reading.claims:
        table.add_row(
            claim.id, _plain(reading.text[claim.start : claim.end]), _plain(_who(claim)), _plain(_sure(claim)),
            _plain(_when_where(reading, claim)),
        )  # fmt: skip
    console.print(table)
    draft = Table(show_header=True, expand=True, title="Proposed draft: every field cites the claims it rests on",
                  title_justify="left")  # fmt: skip
    draft.add_column("field", no_wrap=True)
    draft.add_column("value", ratio=5, overflow="fold")
    draft.add_column("rests on", ratio=1)
    for name in DRAFT_FIELDS:
        field = getattr(reading.draft, name)
        value = _plain(field.value) if field.value is not None else f"[dim]none: {escape(field.why)}[/dim]"
        draft.add_row(name.replace("_", " "), value, ", ".join(field.claims))
    console.print(draft)
    day = reading.published
    console.print(f"Published {day.isoformat() if day else 'unknown'}; times in {escape(reading.zone)}. People decide.")


def _present_proposals(proposals: Sequence[Proposal]) -> None:
    console = Console(highlight=False)
    for proposal in proposals:
        console.print(Text(f"a model proposes for {proposal.field.replace('_', ' ')}: "), _plain(proposal.quote))


def _plain(text: str) -> Text:
    """The report's own words, with control characters made visible so that they cannot steer the terminal."""
    return Text("".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text))


def _who(claim: Claim) -> str:
    return "\n".join(
        f"{'  ' * depth}{link.speaker} ({link.kind.value}{', inferred' if link.inferred else ''})"
        for depth, link in enumerate(claim.attribution)
    )


def _sure(claim: Claim) -> str:
    parts = [claim.certainty.value, claim.modality.value]
    return ", ".join([*parts, "denied"] if claim.polarity.value == "negated" else parts)


def _when_where(reading: Reading, claim: Claim) -> str:
    lines = [f"{time.text} = {time.value}{' (vague)' if time.vague else ''}" for time in claim.times]
    for place in claim.places:
        best = place.candidates[0] if place.candidates else None
        lines.append(f"{place.text}: {best.name}, {best.country} {best.lat:.2f},{best.lon:.2f}" if best else place.text)
    if claim.events:
        lines.append(", ".join(dict.fromkeys(event.kind for event in claim.events)))
    if claim.responds_to:
        lines.append(f"in answer to {claim.responds_to}")
    return "\n".join(lines)
