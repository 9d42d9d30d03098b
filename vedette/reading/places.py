"""Places as texts name them: the organisation's own areas first, then the gazetteer with the three likeliest.

Only capitalised words are looked up. Streets and buildings are not attempted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vedette.reading.gazetteer import Entry, fold, lookup
from vedette.reading.lexicon import (
    ORGANISATIONS,
    OUTLETS,
    TITLES,
    is_person_noun,
)
from vedette.reading.phrases import VERBS
from vedette.reading.place_words import BOUND, COMMON, HEADS, LOCATIVES, NOT_PLACES, OPENERS, PARTICLES, REACHING, SITES
from vedette.reading.records import Candidate, PlaceMention
from vedette.reading.tokens import Token

#: How many candidates a mention keeps.
MOST_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Place:
    """One of the organisation's own areas or spots: its names come before any gazetteer."""

    name: str
    #: A point inside it, degrees WGS 84.
    lat: float
    lon: float
    kind: str = "area"
    #: ISO 3166-1 alpha-2, empty where it does not matter.
    country: str = ""
    #: Other names it goes by.
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A place name found in a sentence, before the whole text decides among its candidates."""

    start: int
    end: int
    text: str
    own: Place | None
    entries: tuple[Entry, ...]
    #: The country or division that the words beside the name give ("Springfield, Illinois").
    beside: str = ""
    #: Nothing beside the name tells a place: kept only where the text names the same place more plainly elsewhere.
    bare: bool = False


_SURE = 100_000
_NEVER = 10_000_000_000
#: A place of fewer people gives its name to no depot that a text names without more.
_SITED = 5_000


class PlaceReader:
    """Finds place names sentence by sentence; `settle` then weighs the candidates with the whole text in view."""

    def __init__(self, own: Iterable[Place] = ()) -> None:
        self._own: dict[str, Place] = {}
        for place in own:
            for name in (place.name, *place.aliases):
                if folded := fold(name):
                    self._own.setdefault(folded, place)
        self._longest_own = max((len(name.split()) for name in self._own), default=0)

    def find(self, text: str, tokens: Sequence[Token], taken: Sequence[tuple[int, int]] = ()) -> list[Mention]:
        """The place names among the tokens; `taken` are token bounds of people's names, which are no places."""
        found: list[Mention] = []
        index, count = 0, len(tokens)
        own = self._own_mentions(text, tokens)
        taken = (*taken, *own)
        found += own.values()
        shouting = count > 3 and all(not t.is_word or t.text.upper() == t.text for t in tokens)
        while index < count:
            token = tokens[index]
            if not token.text[0].isupper() or any(low <= index < high for low, high in taken) or _opens(tokens, index):
                index += 1
                continue
            run = min([_run(tokens, index), *(low for low, _ in taken if low > index)])
            if "-" in token.text and run == index + 1 and (parts := _joined(text, token)):
                found += parts
                index = run
                continue
            if run - index > 1 and tokens[run - 1].stem in OUTLETS:
                index = run
                continue
            index, mentions = self._in_run(text, tokens, index, run, shouting)
            found += mentions
        return sorted(found, key=lambda mention: mention.start)

    def _own_mentions(self, text: str, tokens: Sequence[Token]) -> dict[tuple[int, int], Mention]:
        found: dict[tuple[int, int], Mention] = {}
        past = 0
        for index, token in enumerate(tokens if self._own else ()):
            if index >= past and token.is_capital and (own := self._own_at(tokens, index)) is not None:
                place, past = own
                found[index, past] = _mention(text, tokens, index, past, place, ())
        return found

    def settle(self, mentions: Sequence[Mention]) -> dict[tuple[int, int], PlaceMention]:
        """Each mention's candidates, best first, by size, by what stands beside it and by what else the text names."""
        votes: Counter[tuple[str, str]] = Counter()
        centres: list[tuple[float, float]] = []
        for mention in mentions:
            if mention.bare:
                continue
            if mention.own is not None:
                centres.append((mention.own.lat, mention.own.lon))
            elif mention.entries:
                best = max(mention.entries, key=_weight)
                rest = sum(_weight(entry) for entry in mention.entries) - _weight(best)
                if _weight(best) > 2 * rest and best.kind != "country":
                    votes[best.country, best.division] += 1
                    centres.append((best.lat, best.lon))
                votes[best.country, ""] += 1
        known = list(dict.fromkeys(centres))[:12]
        plain = {fold(mention.text) for mention in mentions if not mention.bare}
        settled: dict[tuple[int, int], PlaceMention] = {}
        cache: dict[tuple[str, str], tuple[Candidate, ...]] = {}
        total = sum(count for (_, division), count in votes.items() if not division)
        for mention in mentions:
            if mention.own is None and not mention.beside and _is_stray(mention, votes, total):
                continue
            if mention.bare and fold(mention.text) not in plain:
                continue
            key = (fold(mention.text) if mention.own is None else mention.text, mention.beside)
            if key not in cache:
                cache[key] = _ranked(mention, votes, known)
            settled[mention.start, mention.end] = PlaceMention(mention.start, mention.end, mention.text, cache[key])
        return settled

    def _own_at(self, tokens: Sequence[Token], index: int) -> tuple[Place, int] | None:
        for size in range(min(self._longest_own, len(tokens) - index), 0, -1):
            name = fold(" ".join(token.stem for token in tokens[index : index + size]))
            if name in self._own:
                return self._own[name], index + size
        return None

    def _in_run(
        self, text: str, tokens: Sequence[Token], index: int, run: int, shouting: bool
    ) -> tuple[int, list[Mention]]:
        """Place names within one run of capitals; inside a longer unknown name only with a head word after."""
        found: list[Mention] = []
        at = index
        while at < run:
            taken = 0
            for past in range(min(run, at + 5), at, -1):
                if not tokens[past - 1].is_capital:
                    continue
                entries, bare = self._entries(tokens, at, past, index, run, shouting)
                if entries:
                    found.append(_mention(text, tokens, at, past, None, entries, bare))
                    taken = past - at
                    break
            at += taken or 1
        return max(run, index + 1), found

    def _entries(
        self, tokens: Sequence[Token], at: int, past: int, begin: int, run: int, shouting: bool
    ) -> tuple[tuple[Entry, ...], bool]:
        """What the words may be, and whether nothing beside them tells that they are a place."""
        words = [tokens[position].low for position in range(at, past - 1)] + [tokens[past - 1].stem]
        if past - at == 1 and (words[0].rstrip(".") in NOT_PLACES or len(words[0]) < 3):
            if tokens[at].text not in ("US", "UK", "U.S.", "U.K.", "UAE", "USA"):
                return (), False
        elif words[0] in ("the", "in", "at", "on", "from", "near", "all"):
            return (), False
        entries = lookup(fold(" ".join(words)))
        if not entries:
            return (), False
        biggest = max(entry.population for entry in entries)
        following_low = tokens[past].low if past < len(tokens) else ""
        if at == 0 and tokens[at].text.isupper() and following_low in ("-", "–", "—", "--", "(", ","):
            # A dateline names a town.
            entries = tuple(entry for entry in entries if entry.kind == "city") or entries
        if past - at > 1:
            return entries, False
        previous = tokens[at - 1].low if at > 0 else ""
        following = tokens[past].low if past < len(tokens) else ""
        tied = at - begin >= 2 and previous in PARTICLES and tokens[at - 2].stem not in ORGANISATIONS | OUTLETS
        whole = (begin == at or tied) and run == past
        located = (
            previous in LOCATIVES
            or previous in REACHING
            or (previous in ("on", "for") and at > 1 and tokens[at - 2].low in BOUND)
            or following in HEADS
            or (following in SITES and biggest >= _SITED)
            or (at == 0 and following in (":", "/", ".") and biggest >= _SITED)
            or previous == ","
            or (previous == "as" and at > 1 and tokens[at - 2].low == "such")
            or (following == "," and past + 1 < len(tokens) and tokens[past + 1].is_capital)
        )
        if words[0] in COMMON and previous not in ("in", "near", "at", "from", "to"):
            return (), False
        needed = _SURE
        if not whole and not shouting:
            # "Tijuana Police": the head says that the first word is a place; "Jane Diego" does not.
            needed = _SURE if past < run and tokens[past].stem in ORGANISATIONS | HEADS else _NEVER
        elif previous.rstrip(".") in TITLES or (following in VERBS and previous not in ("in", "near", "at", "outside")):
            needed = 10 * _SURE
        elif not shouting:
            return entries, not ((located and biggest >= 500) or biggest >= _SURE)
        return (entries if biggest >= needed else ()), False


def _opens(tokens: Sequence[Token], index: int) -> bool:
    """Whether the capital is only the sentence's: "In Kano", "The Kano road", but not "The Hague"."""
    low = tokens[index].low
    follows = index + 1 < len(tokens) and (not index or not tokens[index - 1].is_word)
    if not follows or not (tokens[index + 1].is_capital or (tokens[index + 1].low == "of" and is_person_noun(low))):
        return False
    if low not in OPENERS and tokens[index + 1].low != "of":
        return False
    names = (" ".join(token.stem for token in tokens[index : index + size]) for size in (2, 3))
    return not any(lookup(fold(name)) for name in names)


def _is_stray(mention: Mention, votes: Counter[tuple[str, str]], total: int) -> bool:
    """A village of that name in a country that the text otherwise does not touch is another thing's name."""
    if total < 3 or max(entry.population for entry in mention.entries) >= 20_000:
        return False
    best = max(mention.entries, key=_weight)
    return all(votes[entry.country, ""] <= (entry.country == best.country) for entry in mention.entries)


def _run(tokens: Sequence[Token], index: int) -> int:
    """Past the run of capitalised words that begins here, particles within it included."""
    at = index + 1
    while at < len(tokens):
        token = tokens[at]
        if tokens[at - 1].low.endswith("'s") and not lookup(fold(f"{tokens[at - 1].low} {token.low}")):
            break
        if token.is_word and token.is_capital:
            at += 1
        elif token.low in PARTICLES and at + 1 < len(tokens) and tokens[at + 1].is_capital and at - index < 6:
            at += 2
        elif token.low == "." and tokens[at - 1].low in ("st", "ft", "mt") and at + 1 < len(tokens):
            at += 1
        else:
            break
    return min(at, len(tokens))


def _joined(text: str, token: Token) -> list[Mention]:
    """ "the Maiduguri-Damboa road": both ends, where both are places and the whole is none."""
    if lookup(fold(token.stem)):
        return []
    found, at = [], token.start
    for part in token.text.split("-"):
        entries = lookup(fold(part)) if part[:1].isupper() and len(part) > 2 else ()
        if not entries:
            return []
        found.append(Mention(at, at + len(part), text[at : at + len(part)], None, entries))
        at += len(part) + 1
    return found


def _mention(
    text: str,
    tokens: Sequence[Token],
    first: int,
    past: int,
    own: Place | None,
    entries: tuple[Entry, ...],
    bare: bool = False,
) -> Mention:
    start, end = tokens[first].start, tokens[past - 1].end
    if tokens[past - 1].low.endswith("'s"):
        end -= 2
    beside = ""
    if past + 1 < len(tokens) and tokens[past].low == "," and tokens[past + 1].is_capital:
        for size in (2, 1):
            name = fold(" ".join(token.stem for token in tokens[past + 1 : past + 1 + size]))
            region = next((e for e in lookup(name) if e.kind in ("state", "country")), None)
            if region is not None:
                beside = f"{region.country}.{region.division}" if region.kind == "state" else region.country
                break
    return Mention(start, end, text[start:end], own, entries, beside, bare and not beside)


def _weight(entry: Entry) -> float:
    return float(entry.population + 1) * (3 if entry.kind in ("country", "state") else 1)


def _ranked(
    mention: Mention, votes: Counter[tuple[str, str]], centres: Sequence[tuple[float, float]]
) -> tuple[Candidate, ...]:
    if mention.own is not None:
        own = mention.own
        return (Candidate(own.name, own.lat, own.lon, own.kind, own.country, 1.0),)
    most = max(votes.values(), default=1)
    scored: list[tuple[float, Entry]] = []
    for entry in mention.entries:
        score = 0.55 * min(1.0, math.log10(_weight(entry)) / 7.5)
        score += 0.12 * votes[entry.country, entry.division] / most + 0.08 * votes[entry.country, ""] / most
        near = min(
            (_km(entry, lat, lon) for lat, lon in centres if (lat, lon) != (entry.lat, entry.lon)), default=math.inf
        )
        score += 0.25 if near < 60 else 0.15 if near < 200 else 0.0
        if mention.beside:
            match = mention.beside in (entry.country, f"{entry.country}.{entry.division}")
            score = score * 0.4 + (0.6 if match else 0.0)
        scored.append((score, entry))
    scored.sort(key=lambda pair: (-pair[0], -pair[1].population, pair[1].name, pair[1].lat))
    return tuple(
        Candidate(entry.name, entry.lat, entry.lon, entry.kind, entry.country, round(min(score, 1.0), 3))
        for score, entry in scored[:MOST_CANDIDATES]
    )


def _km(entry: Entry, lat: float, lon: float) -> float:
    """Flat-earth distance: good enough to tell near from far."""
    return math.hypot(entry.lat - lat, (entry.lon - lon) * math.cos(math.radians(lat))) * 111.2
