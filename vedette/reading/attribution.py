"""Who says it: a sentence cut into claims by speaker, and the chain of speakers of each, outermost first."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.cue import QUOTE_MARKS, ReportingCue
from vedette.reading.lexicon import CONJUNCTIONS, words
from vedette.reading.records import Attribution
from vedette.reading.reporting import reporting_cues
from vedette.reading.speakers import Speakers
from vedette.reading.tokens import Token

#: Deeper chains are cut: nobody means them.
DEEPEST = 4

_SPLITTERS = words("and but while whereas though although yet")


def segments(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """The sentence as claims: cut at semicolons, and where "but the union said" sets one speaker against another."""
    cuts = [0]
    quoted = _quoted(tokens)
    for index, token in enumerate(tokens):
        if (
            token.low == ";"
            and not quoted[index]
            and _wordy(tokens, cuts[-1], index)
            and _wordy(tokens, index + 1, len(tokens))
        ):
            cuts.append(index + 1)
    earlier = -1
    for cue in reporting_cues(tokens):
        start = min(cue.source[0], cue.at)
        if earlier >= 0 and start >= 2 and not quoted[start - 1] and start > earlier:
            joiner = tokens[start - 1].low
            comma = tokens[start - 2].low in (",", ";") or tokens[start - 2].low in QUOTE_MARKS
            if joiner in _SPLITTERS and (comma or joiner in ("but", "while", "whereas", "and")):
                cuts.append(start - 1)
        earlier = max(earlier, cue.at, cue.source[1])
    bounds = sorted(set(cuts))
    return list(zip(bounds, [*bounds[1:], len(tokens)], strict=True))


def chain(
    text: str, tokens: Sequence[Token], cues: Sequence[ReportingCue], speakers: Speakers
) -> tuple[tuple[Attribution, ...], tuple[ReportingCue, ...]]:
    """The attributions of one claim, outermost first, and the cues that gave them, in the same nesting order."""
    trailing = [cue for cue in reversed(cues) if cue.trailing]
    leading = [cue for cue in cues if not cue.trailing]
    links: list[Attribution] = []
    used: list[ReportingCue] = []
    for cue in (*trailing, *leading):
        if len(links) >= DEEPEST:
            break
        if used and not cue.trailing and not used[-1].trailing and cue.source[0] < used[-1].content[0]:
            continue
        # The speaker before the document: "it said in a statement" is not the statement's "it".
        link = speakers.attribution(text, tokens[slice(*cue.source)], cue.verb.lemma, cue.inferred)
        if cue.container is not None:
            container = speakers.attribution(text, tokens[slice(*cue.container)], cue.verb.lemma, passing=True)
            if container is not None:
                links.append(container)
        if link is None:
            continue
        used.append(cue)
        if not any(known.speaker == link.speaker for known in links):
            links.append(link)
    return tuple(links), tuple(used)


def _quoted(tokens: Sequence[Token]) -> list[bool]:
    inside, opened = [], False
    for token in tokens:
        if token.low in ("“", "«") or (token.low == '"' and not opened):
            opened = True
        elif token.low in ("”", "»", '"'):
            opened = False
        inside.append(opened)
    return inside


def _wordy(tokens: Sequence[Token], start: int, end: int) -> bool:
    return sum(1 for token in tokens[start:end] if token.is_word and token.low not in CONJUNCTIONS) >= 3
