"""Can a stranger find the place from the words, and do the words and the map mean the same place?"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from shapely.geometry import MultiPolygon, Polygon

from vedette.places.gazetteer import WIDE_KINDS, NamedPlace
from vedette.places.geometry import km2, shape_of
from vedette.places.inside import Whereabouts, locate
from vedette.warnings.content import Content
from vedette.warnings.lint_rules import vocabulary as words
from vedette.warnings.lint_rules.rule import TELLING, Found, LintContext, LintLevel, rule, texts

ERROR, WARNING = LintLevel.ERROR, LintLevel.WARNING

#: A place named in the text may lie this far from the area on the map.
NEAR_M = 30_000.0
#: An area above this is likely to warn people it does not concern.
WIDE_KM2 = 20_000.0


@rule(
    "L04", ERROR, "The place is said in words that someone without local knowledge can find.",
    "FEMA IS-242; after-action report on the Kenneth Fire alert, 2025", only_english=True, only_for=TELLING,
)  # fmt: skip
def location(content: Content, context: LintContext) -> Iterator[Found]:
    text = content.area.description
    named = any(context.gazetteer.names_in(text))
    fix = 'Name places and a distance: "Fence line from Chula Vista to Otay Mesa, up to 5 km north of the border".'
    if words.NOWHERE.match(text.strip()):
        put = _around(content, context)
        yield Found("area.description", f'"{text}" could be anywhere.', fix, (0, len(text)), put=put)
    elif not named and not words.LANDMARKS.search(text):
        put = _around(content, context)
        yield Found("area.description", "No place, road or landmark is named.", fix, (0, len(text)), put=put)
    elif not words.EXTENT.search(text):
        fix = 'Add from where to where, or how far: "within 5 km north of Otay Mesa".'
        message = "It is not said how far the area reaches: no direction, distance or end."
        yield Found("area.description", message, fix, (0, len(text)), WARNING)


@rule(
    "L05", ERROR, "Places in the text lie in or near the area on the map; the area is not needlessly wide.",
    "Los Angeles, 9 January 2025: a lost polygon warned 10 million people; RAND 2023 on irrelevant alerts",
)  # fmt: skip
def text_and_map(content: Content, context: LintContext) -> Iterator[Found]:
    area = shape_of(content.area.geometry)
    known = 0
    for name, text in texts(content, ("area.description", "headline", "description", "instruction")):
        for place in context.gazetteer.names_in(text):
            if any(candidate.kind in WIDE_KINDS for candidate in place.candidates):
                continue
            known += 1
            if _far(area, place):
                inside = ", ".join(one.name for one in context.gazetteer.inside(area)[:3]) or "no known place"
                fix = f"Correct the words or the map; in the area lie {inside}."
                level = ERROR if name in ("area.description", "headline") else WARNING
                message = f"{place.text} is more than {NEAR_M / 1000:.0f} km from the area on the map."
                yield Found(name, message, fix, (place.start, place.end), level)
    if not known:
        message = "No place in the text is in the gazetteer: words and map could not be compared."
        yield Found("area.description", message, "Name a town or quarter near it.", (0, 0), WARNING)
    size = km2(area)
    if size > WIDE_KM2:
        message = (
            f"The area covers {size:,.0f} km2: people it does not concern will be warned, and trust the next less."
        )
        yield Found("area.geometry", message, "Draw it as narrow as the threat allows.", (0, 0), WARNING)


def _around(content: Content, context: LintContext) -> str | None:
    """The area in words, from the towns that lie in it; None where the gazetteer knows none there."""
    area = shape_of(content.area.geometry)
    names = [one.name for one in context.gazetteer.inside(area)[:3]]
    if not names:
        return None
    told = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    west, south, east, north = area.bounds
    across = max((north - south) * 111.2, (east - west) * 111.2 * math.cos(math.radians((north + south) / 2)))
    return f"{told} and around, {max(1, round(across))} km across"


def _far(area: Polygon | MultiPolygon, place: NamedPlace) -> bool:
    """Whether every place of that name is far off."""
    lons = np.array([candidate.lon for candidate in place.candidates])
    lats = np.array([candidate.lat for candidate in place.candidates])
    return bool((locate(area, lons, lats, NEAR_M, 0.0, max_age_s=0.0) == Whereabouts.OUT).all())
