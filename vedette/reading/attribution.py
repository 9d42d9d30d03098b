"""Who says it: a sentence cut into claims by speaker, and the chain of speakers of each, outermost first."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.cue import QUOTE_MARKS, ReportingCue
from vedette.reading.lexicon import CONJUNCTIONS, words
from vedette.reading.phrases import CONTRACTED
from vedette.reading.records import Attribution
from vedette.reading.reporting import reporting_cues
from vedette.reading.speakers import Speakers
from vedette.reading.tokens import Token

#: Deeper chains are cut: nobody means them.
DEEPEST = 4

#: Verbs by which somebody speaks inside another's words; other verbs do so with "that" or a quotation only, and else
#: tell what was done ("police said he ordered the doors shut").
_SPEAKING = words(
    "say tell claim allege believe think warn report state announce add confirm deny insist describe admit suggest "
    "indicate assess estimate suspect according account express maintain acknowledge explain inform complain assert "
    "argue write_of speak_of warn_of"
)
_CONTRASTING = words("while although though whereas")
_HELPING = CONTRACTED | words("been was were is are being has have had also i we he she they it")
_OURSELVES = words("i we")
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
        while 0 < start == cue.at or (0 < start < cue.at < cue.source[0] and tokens[start - 1].low in _HELPING):
            # "and we've been told by two men"
            if tokens[start - 1].low not in _HELPING:
                break
            start -= 1
        if earlier >= 0 and start >= 2 and not quoted[start - 1] and start > earlier:
            joiner = tokens[start - 1].low
            comma = tokens[start - 2].low in (",", ";") or tokens[start - 2].low in QUOTE_MARKS
            if joiner == "," and tokens[start].low in _OURSELVES and not quoted[start]:
                # "The desk thinks it will, we think it won't"
                cuts.append(start)
            if joiner == "," and tokens[0].low in _CONTRASTING and not quoted[start]:
                # "While the ministry says four died, the union says forty did."
                cuts.append(start)
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
    named: list[tuple[Attribution, Sequence[Token]]] = []
    for cue in (*trailing, *leading):
        if len(links) >= DEEPEST:
            break
        if used and not cue.trailing and not used[-1].trailing and cue.source[0] < used[-1].content[0]:
            continue
        if used and not cue.trailing and not _speaks_anew(tokens, cue):
            continue
        if used and not cue.trailing and tokens[cue.at - 1].low in ("who", "which"):
            # "The government says the group, which denies it, carried out the attack."
            continue
        if tokens[cue.source[0]].low in _OURSELVES and (used or _quoted(tokens)[cue.at]):
            # "I can't say," she said: her own words, and no other speaker's.
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
        if not link.inferred:
            named.append((link, tokens[slice(*cue.source)]))
        if not any(known.speaker == link.speaker for known in links):
            links.append(link)
    for link, phrase in reversed(named[: len(named) - 1]):
        # "According to the inspector, an informant has ... He said": the first, not who is quoted inside.
        speakers.remember(link, phrase)
    return tuple(links), tuple(used)


def _speaks_anew(tokens: Sequence[Token], cue: ReportingCue) -> bool:
    opened = tokens[cue.content[0] - 1].low
    quoted = opened in QUOTE_MARKS or (cue.content[0] < cue.content[1] and tokens[cue.content[0]].low in QUOTE_MARKS)
    return cue.verb.lemma in _SPEAKING or opened in ("that", ":") or quoted


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
