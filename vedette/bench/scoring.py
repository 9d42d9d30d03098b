"""Counts how a reading agrees with its labels, field by field. Counting only; nothing is printed or read here.

What the reader says is right where a label says the same, wrong where none does, and missing where only a label does.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vedette.bench.labels import Label, LabelledText, Speaker
from vedette.bench.where_and_when import place_is_right, time_is_right
from vedette.reading import Reading, read
from vedette.reading.records import Attribution, Claim

#: Mentions that help to link claims and are no happenings: not asked.
_NOT_ASKED = frozenset({"incident", "weapons", "order", "retaliation"})
#: "Effective immediately" is no date.
_NOW = "PRESENT_REF"
#: The verbs that most reporting is written with.
CORE_VERBS = frozenset({"say", "tell", "according to", "announce", "report", "state", "add", "warn", "confirm"})
#: Lines that carry the text and are no part of what it says.
_ENVELOPE = re.compile(
    r"^[ \t]*(?:from|to|date|time|dtg|sent|issued by|received by)[ \t]*:.*$", re.MULTILINE | re.IGNORECASE
)
_ARTICLE = re.compile(r"^(?:the|a|an|our|its|his|her|their)\s+", re.IGNORECASE)


@dataclass(slots=True)
class Tally:
    """How often the reader said it and was right, said it and was wrong, and left it out."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        """Of what the reader said, the share that is right; None where it said nothing."""
        said = self.right + self.wrong
        return self.right / said if said else None

    @property
    def recall(self) -> float | None:
        """Of what is there, the share that the reader said; None where nothing is there."""
        there = self.right + self.missed
        return self.right / there if there else None


@dataclass(slots=True)
class Scores:
    """Tallies by field, answers by what is right and what was said, and each disagreement in words."""

    tallies: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    #: certainty and source kind: (what is right, what was said) -> how often.
    confusion: defaultdict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    disagreements: list[str] = field(default_factory=list)

    def count(self, name: str, right: bool, said: str = "", label: str = "") -> None:
        """One answer: right, or both wrong and missing."""
        tally = self.tallies[name]
        if right:
            tally.right += 1
            return
        tally.wrong += 1
        tally.missed += 1
        self.disagreements.append(f"{name}: {label} | said {said}")

    def false(self, name: str, said: str) -> None:
        """One thing said that is not there."""
        self.tallies[name].wrong += 1
        self.disagreements.append(f"{name}: not there | said {said}")

    def missing(self, name: str, label: str) -> None:
        """One thing there that was not said."""
        self.tallies[name].missed += 1
        self.disagreements.append(f"{name}: {label} | nothing said")


def score(texts: Iterable[LabelledText]) -> Scores:
    """Read every text and count."""
    scores = Scores()
    for one in texts:
        before = len(scores.disagreements)
        _Comparison(one, scores).run()
        scores.disagreements[before:] = [f"{one.name}: {words}" for words in scores.disagreements[before:]]
    return scores


class _Comparison:
    """One text's reading against its labels."""

    def __init__(self, labelled: LabelledText, scores: Scores) -> None:
        self._text = labelled.text
        self._labelled = labelled
        self._scores = scores
        self._reading: Reading = read(labelled.text, labelled.published, labelled.own, labelled.zone)
        self._envelope = [match.span() for match in _ENVELOPE.finditer(labelled.text)]
        self._claims = [claim for claim in self._reading.claims if not self._carries(claim.start, claim.end)]

    def run(self) -> None:
        """Every field."""
        self._issuer()
        self._attributions()
        self._judgements()
        self._events()
        self._instructions()
        self._times()
        self._places()
        self._answers()

    def _labels(self, name: str) -> list[Label]:
        return [
            label for label in self._labelled.labels
            if label.field == name and not self._carries(label.start, label.end)
        ]  # fmt: skip

    def _carries(self, start: int, end: int) -> bool:
        return any(low <= start and end <= high for low, high in self._envelope)

    def _words(self, label: Label) -> str:
        return repr(self._text[label.start : label.end])

    def _claim_at(self, start: int, end: int) -> Claim | None:
        """The claim that shares most with the span; None where none does."""
        best = max(self._claims, key=lambda claim: _shared(claim.start, claim.end, start, end), default=None)
        return best if best is not None and _shared(best.start, best.end, start, end) > 0 else None

    def _issuer(self) -> None:
        said = [link for link in _shared_links(self._reading.claims) if link.verb == ""][:1]
        expected = self._labelled.issuer
        if expected is None and said:
            self._scores.false("issuer", said[0].speaker)
        elif expected is not None and not said:
            self._scores.missing("issuer", expected.names[0])
        elif expected is not None:
            self._scores.count("issuer", _is_named(said[0], expected), said[0].speaker, expected.names[0])

    def _attributions(self) -> None:
        frame = {(link.start, link.end) for link in _shared_links(self._reading.claims) if link.verb == ""}
        said = {
            claim.id: links for claim in self._claims
            if (links := [link for link in claim.attribution if (link.start, link.end) not in frame])
        }  # fmt: skip
        expected: dict[str, list[Label]] = {}
        for label in self._labels("by"):
            claim = self._claim_at(label.start, label.end)
            links = said.get(claim.id, []) if claim is not None else []
            found = bool(links) and _is_named(links[-1], label.chain[-1])
            if label.value in CORE_VERBS:
                self._scores.tallies["core verbs"].right += found
                self._scores.tallies["core verbs"].missed += not found
            if claim is None or not links:
                self._scores.missing("attribution", f"{self._words(label)} by {label.chain[-1].names[0]}")
                self._scores.tallies["source"].missed += 1
                continue
            expected.setdefault(claim.id, []).append(label)
            if not found:
                self._scores.tallies["source"].missed += 1
        issuers = {link.speaker for link in _shared_links(self._reading.claims)}
        for claim in self._claims:
            labels = expected.get(claim.id, [])
            if claim.id in said and (labels or said[claim.id][-1].speaker not in issuers):
                # What "we" say where the text names its issuer is that issuer's anyway: right where labelled, else
                # not asked.
                self._attribution(claim, said[claim.id], labels)

    def _attribution(self, claim: Claim, links: Sequence[Attribution], labels: Sequence[Label]) -> None:
        words = f"{links[-1].speaker!r} for {self._text[claim.start : claim.end][:70]!r}"
        if not labels:
            self._scores.false("attribution", words)
            self._scores.tallies["source"].wrong += 1
            return
        self._scores.tallies["attribution"].right += 1
        match = next((label for label in labels if _is_named(links[-1], label.chain[-1])), None)
        if match is None:
            self._scores.tallies["source"].wrong += 1
            self._scores.disagreements.append(f"source: {labels[0].chain[-1].names[0]} | said {words}")
            return
        self._scores.tallies["source"].right += 1
        kind, kinds = links[-1].kind.value, match.chain[-1].kinds
        self._scores.confusion["source kind"][kind if kind in kinds else kinds[0], kind] += 1
        self._scores.count("source kind", kind in kinds, kind, f"{match.chain[-1].names[0]} is {kinds[0]}")
        whole = len(links) == len(match.chain) and all(map(_is_named, links, match.chain))
        chain = " > ".join(link.names[0] for link in match.chain)
        self._scores.count("chain", whole, " > ".join(link.speaker for link in links), chain)

    def _judgements(self) -> None:
        for label in self._labels("is"):
            claim = self._claim_at(label.start, label.end)
            told = ("none",) * 3 if claim is None else (claim.certainty, claim.polarity, claim.modality)
            for name, right, said in zip(("certainty", "polarity", "modality"), label.answers, told, strict=False):
                self._scores.count(name, said in right, str(said), f"{self._words(label)} is {right[0]}")
                if name == "certainty":
                    self._scores.confusion[name][str(said) if said in right else right[0], str(said)] += 1

    def _events(self) -> None:
        labels, met = self._labels("event"), set[int]()
        for claim in self._claims:
            for event in claim.events:
                start, end = event.trigger.start, event.trigger.end
                agreeing = {
                    label.start
                    for label in labels
                    if _shared(label.start, label.end, start, end) > 0 and event.kind in label.answers[0]
                }
                if event.kind in _NOT_ASKED:
                    continue
                if not agreeing:
                    self._scores.false("event", f"{event.kind} {self._text[start:end]!r}")
                elif not met & agreeing:
                    self._scores.tallies["event"].right += 1
                met |= agreeing
        for label in labels:
            if label.start not in met:
                self._scores.missing("event", f"{self._words(label)} {label.answers}")

    def _times(self) -> None:
        said = [time for claim in self._claims for time in claim.times if not self._carries(time.start, time.end)]
        labels = self._labels("time")
        for label in labels:
            time = next((one for one in said if _shared(one.start, one.end, label.start, label.end) > 0), None)
            if time is None:
                self._scores.missing("time", self._words(label))
                self._scores.tallies["date"].missed += 1
                continue
            self._scores.tallies["time"].right += 1
            readings = [(time.begin, time.until), *((other.begin, other.until) for other in time.alternatives)]
            right = [time_is_right(label.value, begin, until, self._labelled.zone) for begin, until in readings]
            self._scores.count("date", right[0], f"{time.begin} to {time.until}", f"{self._words(label)} {label.value}")
            self._scores.count("date, any reading", any(right))
        for one in said:
            if one.value == _NOW:
                continue
            if not any(_shared(one.start, one.end, label.start, label.end) > 0 for label in labels):
                self._scores.false("time", repr(one.text))
                self._scores.tallies["date"].wrong += 1

    def _places(self) -> None:
        said = [place for claim in self._claims for place in claim.places if not self._carries(place.start, place.end)]
        labels = self._labels("place")
        for label in labels:
            place = next((one for one in said if _shared(one.start, one.end, label.start, label.end) > 0), None)
            if place is None:
                self._scores.missing("place", self._words(label))
                continue
            self._scores.tallies["place"].right += 1
            right = [place_is_right(label.value, candidate) for candidate in place.candidates]
            first = place.candidates[0]
            said_first = f"{first.name} {first.country} {first.kind}"
            self._scores.count("place, first", right[0], said_first, self._words(label))
            self._scores.count("place, of three", any(right))
        for one in said:
            if not any(_shared(one.start, one.end, label.start, label.end) > 0 for label in labels):
                self._scores.false("place", repr(one.text))

    def _instructions(self) -> None:
        labels, met = self._labels("do"), set()
        for claim in self._claims:
            if claim.instruction is None:
                continue
            found = claim.instruction
            inside = [
                label for label in labels
                if _shared(label.start, label.end, min(found.start, claim.start), max(found.end, claim.end)) > 0
            ]  # fmt: skip
            if not inside:
                self._scores.false("instruction", repr(self._text[found.start : found.end][:70]))
                continue
            met |= {label.start for label in inside}
            self._scores.tallies["instruction"].right += 1
            whom = found.addressee
            named = "-" if whom is None else _plain(self._text[whom.start : whom.end])
            wanted = {_plain(name) for label in inside for name in label.value.split("|")}
            self._scores.count("addressee", any(_overlap(named, name) for name in wanted), named, "|".join(wanted))
        for label in labels:
            if label.start not in met:
                self._scores.missing("instruction", self._words(label))

    def _answers(self) -> None:
        linked = {(claim.id, claim.responds_to) for claim in self._claims if claim.responds_to is not None}
        for label in self._labels("answers"):
            claim, incident = self._claim_at(label.start, label.end), self._claim_at(*label.other)
            if claim is None or incident is None or (claim.id, incident.id) not in linked:
                self._scores.missing("response", self._words(label))
            else:
                self._scores.tallies["response"].right += 1
                linked.discard((claim.id, incident.id))
        for one, other in linked:
            self._scores.false("response", f"{one} answers {other}")


def _shared_links(claims: Sequence[Claim]) -> list[Attribution]:
    """The links that every claim outside the text's own head begins with: who speaks for the whole text."""
    if not claims:
        return []
    last = claims[-1].attribution
    most = len(claims) / 2
    return [link for link in last if link.inferred and sum(link in claim.attribution for claim in claims) > most]


def _shared(start: int, end: int, low: int, high: int) -> int:
    return min(end, high) - max(start, low)


def _plain(name: str) -> str:
    return _ARTICLE.sub("", " ".join(name.lower().replace("’", "'").replace(",", " ").split())).removesuffix("'s")


def _is_named(link: Attribution, right: Speaker) -> bool:
    """Whether the speaker is the one meant: the same words, or a name that holds the whole of the other."""
    said = _plain(link.speaker)
    return any(_overlap(said, _plain(name)) for name in right.names)


def _overlap(said: str, right: str) -> bool:
    if said == right:
        return True
    shorter, longer = sorted((said.split(), right.split()), key=len)
    return bool(shorter) and any(
        longer[at : at + len(shorter)] == shorter for at in range(len(longer) - len(shorter) + 1)
    )
