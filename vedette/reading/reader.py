"""One text to its claims and a proposed draft: the order in which the parts of this room are asked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from vedette.reading import (
    attribution,
    certainty,
    draft,
    events,
    instructions,
    publication,
    rendering,
    reporting,
    responses,
)
from vedette.reading.lexicon import PREPOSITIONS, words
from vedette.reading.mastheads import frame_of
from vedette.reading.places import Mention, Place, PlaceReader
from vedette.reading.records import Attribution, Certainty, Claim, Draft, Modality, PlaceMention, Polarity, Span
from vedette.reading.sentences import Kind, Sentence, is_log, split
from vedette.reading.speakers import Speakers
from vedette.reading.times import TimeReader
from vedette.reading.tokens import Token, tokenise

#: Longer texts are refused: nobody reads them as one report.
LONGEST_TEXT = 2_000_000

_QUOTES = "\"“«‘'"
_FULL_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_SKIPPED_HEADERS = words("classification distribution ref reference page cc")


class TextTooLong(ValueError):
    """The text is longer than one report may be."""

    def __init__(self, length: int) -> None:
        super().__init__(
            f"the text has {length:,} characters and the most that is read as one report is {LONGEST_TEXT:,}; split it"
        )


class UnknownZone(ValueError):
    """No time zone goes by that name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says: its claims in order, and the draft they propose. Offsets are code points into `text`."""

    text: str
    sha256: str
    published: date | datetime | None
    #: IANA name of the zone that local times were read in and are written in.
    zone: str
    claims: tuple[Claim, ...]
    draft: Draft

    def as_json(self) -> dict[str, Any]:
        """The reading in the public contract's form (`vedette read --json`)."""
        return rendering.as_json(self.text, self.sha256, self.published, self.zone, self.claims, self.draft)


def read(
    text: str,
    published: date | datetime | None = None,
    own_places: Sequence[Place] = (),
    zone: str = "UTC",
    sha256: str | None = None,
) -> Reading:
    """Read `text`: the same text, date and places always give the same reading.

    `published` is what relative times count from; None: the text's own date line, where it has one. `zone` is where
    the text's clock times are local. `sha256` is the received document's, where it differs from the text's.
    Raises TextTooLong above LONGEST_TEXT code points and UnknownZone for a zone that does not exist.
    """
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(len(text))
    try:
        local = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZone(f"time zone {zone!r} is not known; give an IANA name such as America/Los_Angeles") from error
    sentences = split(text)
    if published is None:
        published = publication.date_of(text, sentences, local)
    claims = _Pass(text, sentences, published, own_places, local).claims()
    return Reading(
        text=text,
        sha256=sha256 or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        published=published,
        zone=zone,
        claims=claims,
        draft=draft.propose(text, claims, published, local),
    )


class _Pass:
    """One walk through the text, carrying who spoke last and which date was named last."""

    def __init__(
        self,
        text: str,
        sentences: Sequence[Sentence],
        published: date | datetime | None,
        own_places: Sequence[Place],
        zone: ZoneInfo,
    ) -> None:
        self._text = text
        self._sentences = sentences
        self._speakers = Speakers(frame_of(text, sentences))
        self._times = TimeReader(published, zone)
        self._log = is_log(text)
        self._places = PlaceReader(own_places)

    def claims(self) -> tuple[Claim, ...]:
        """Every claim in order, with places settled and responses linked once all are known."""
        begun: list[tuple[Claim, list[Mention]]] = []
        for sentence in self._sentences:
            if sentence.kind is Kind.BANNER or (sentence.kind is Kind.HEADER and sentence.label in _SKIPPED_HEADERS):
                continue
            tokens = tokenise(self._text, sentence.start, sentence.end)
            masthead = any(
                sentence.start <= link.start and link.end <= sentence.end and link.verb == ""
                for link in self._speakers.frame
            )
            if (sentence.kind is Kind.HEADING and masthead) or not _says_something(sentence, tokens):
                # A masthead names the outlet and claims nothing; the date in it or below it is kept as a Date: line is.
                if sentence.kind is Kind.HEADING and (dated := self._date_line(f"c{len(begun) + 1}", tokens)):
                    begun.append((dated, []))
                continue
            self._speakers.enter(self._text, sentence, tokens)
            self._times.enter(sentence.paragraph, self._log)
            for first, past in attribution.segments(tokens) if sentence.kind is not Kind.HEADER else [(0, len(tokens))]:
                first, past = _trimmed(tokens, first, past)
                if not any(token.is_word for token in tokens[first:past]):
                    continue
                claim, mentions = self._claim(f"c{len(begun) + 1}", sentence, tokens, first, past)
                if sentence.kind is not Kind.BULLET or not _is_fragment(claim, tokens[first:past]):
                    begun.append((claim, mentions))
        settled = self._places.settle([mention for _, mentions in begun for mention in mentions])
        whole = [_with_places(claim, mentions, settled) for claim, mentions in begun]
        return responses.link(self._text, whole)

    def _claim(
        self, name: str, sentence: Sentence, tokens: list[Token], first: int, past: int
    ) -> tuple[Claim, list[Mention]]:
        text, start, end = self._text, tokens[first].start, tokens[past - 1].end
        header = sentence.kind is Kind.HEADER
        # "Threat: the coast guard says that ..." is written out behind its label; "From: ..." is not.
        silent = header and tokens[past - 1].low != "."
        cues = [] if silent else reporting.reporting_cues(tokens, first, past, sentence.kind is Kind.HEADING)
        links, used = attribution.chain(text, tokens, cues, self._speakers)
        links = self._continued(sentence, tokens, first, links)
        low, high = used[-1].content if used and used[-1].content[0] < used[-1].content[1] else (first, past)
        sources = [cue.source for cue in used]
        told = events.find(tokens, first, past, sources)
        within = (low, high) if used and used[-1].trailing else (first, past)
        instruction = instructions.find(tokens, *within, sentence.kind, used, sentence.label)
        focus = [at for found in told for at in range(found.first, found.past) if low <= at < high]
        verdict = certainty.judge(
            tokens, low, high, focus, [(cue.verb, cue.denied) for cue in used],
            question=tokens[past - 1].low.startswith("?"),
            directive=instruction is not None or bool(used and used[-1].addressee and tokens[low].low == "to"),
        )  # fmt: skip
        ahead = {Modality.PAST: False, Modality.FUTURE: True, Modality.CONDITIONAL: True}.get(verdict.modality)
        own_line = sentence.kind in (Kind.HEADER, Kind.HEADING)
        frame = tuple(link for link in self._speakers.frame if not (own_line and start <= link.start < end))
        outer = tuple(link for link in frame if all(link.speaker.lower() != other.speaker.lower() for other in links))
        content = Span(tokens[low].start, tokens[high - 1].end)
        claim = Claim(
            id=name, start=start, end=end, content=content,
            attribution=(*outer, *links), certainty=verdict.certainty, polarity=verdict.polarity,
            modality=Modality.GENERIC if header and not told else verdict.modality, cues=verdict.cues,
            times=self._times.find(text, tokens[first:past], ahead, content), places=(),
            events=tuple(found.event for found in told), instruction=instruction, responds_to=None,
            header=sentence.label,
        )  # fmt: skip
        people = [
            (a, b) for a, b in sources if any(link.kind == "person" and link.start == tokens[a].start for link in links)
        ]
        offset = [(a - first, _name_past(tokens, a, b) - first) for a, b in people]
        return claim, self._places.find(text, tokens[first:past], offset)

    def _date_line(self, name: str, tokens: Sequence[Token]) -> Claim | None:
        """The full date of a heading as a header of its own; None where it has none."""
        found = [one for one in self._times.find(self._text, tokens, None) if _FULL_DATE.match(one.value)]
        if not found:
            return None
        start, end = found[0].start, found[0].end
        return Claim(
            id=name, start=start, end=end, content=Span(start, end), attribution=(), certainty=Certainty.STATED,
            polarity=Polarity.AFFIRMED, modality=Modality.GENERIC, cues=(), times=tuple(found[:1]), places=(),
            events=(), instruction=None, responds_to=None, header="date",
        )  # fmt: skip

    def _continued(
        self, sentence: Sentence, tokens: Sequence[Token], first: int, links: tuple[Attribution, ...]
    ) -> tuple[Attribution, ...]:
        """A sentence that is all quotation belongs to whoever was quoted just before."""
        opens = tokens[first].text[0] in _QUOTES
        whole = opens and sentence.quotes and sentence.quotes[0].end >= sentence.end - 1
        if links and not whole:
            self._speakers.quoted = (sentence.paragraph if sentence.quotes else sentence.paragraph - 1, links[-1])
            return links
        if opens and sentence.quotes and self._speakers.quoted is not None:
            paragraph, speaker = self._speakers.quoted
            if sentence.paragraph - paragraph <= 1:
                self._speakers.quoted = (sentence.paragraph, speaker)
                return (Attribution(speaker.speaker, speaker.kind, "", speaker.start, speaker.end, True), *links)
        return links


def _name_past(tokens: Sequence[Token], start: int, end: int) -> int:
    """Where a person's name ends: before what is tied to it ("Ana from the Bari depot")."""
    return next((at for at in range(start + 1, end) if tokens[at].low in PREPOSITIONS), end)


def _says_something(sentence: Sentence, tokens: Sequence[Token]) -> bool:
    words = sum(1 for token in tokens if token.is_word and (token.text[0].isalpha() or len(token.text) > 3))
    if sentence.kind is Kind.HEADING:
        return words >= 4 and tokens[0].low != "by"
    return words >= (1 if sentence.kind in (Kind.HEADER, Kind.BULLET) else 2)


def _is_fragment(claim: Claim, tokens: Sequence[Token]) -> bool:
    """A run-in heading ("What to do.") claims nothing."""
    words = sum(1 for token in tokens if token.is_word)
    return (
        words <= 4
        and not claim.header
        and not claim.times
        and claim.instruction is None
        and not certainty.has_finite_verb(tokens)
    )


def _trimmed(tokens: Sequence[Token], first: int, past: int) -> tuple[int, int]:
    while past > first and tokens[past - 1].low in (",", ";"):
        past -= 1
    while first < past and tokens[first].low in (",", ";"):
        first += 1
    return first, past


def _with_places(claim: Claim, mentions: Sequence[Mention], settled: dict[tuple[int, int], PlaceMention]) -> Claim:
    if not mentions:
        return claim
    return replace(claim, places=tuple(settled[at] for at in ((m.start, m.end) for m in mentions) if at in settled))
