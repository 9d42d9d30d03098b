"""Days that go by a name: Christmas Eve, Good Friday, Bonfire Night. Only those that mean one day everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from vedette.reading.calendar import Anchor, Point, Stretch, day_stretch, lean


def easter(year: int) -> date:
    """Easter Sunday of the western churches, by the Gregorian computus."""
    golden, century = year % 19, year // 100
    skipped = (13 + 8 * century) // 25
    epact = (15 - skipped + century - century // 4) % 30
    moon = (19 * golden + epact) % 30
    moon -= 1 if moon == 29 or (moon == 28 and golden > 10) else 0
    sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + (4 + century - century // 4) % 7) % 7
    return date(year, 3, 22) + timedelta(days=moon + sunday)


def _nth(month: int, weekday: int, nth: int) -> Callable[[int], date]:
    """The nth such weekday of the month."""

    def when(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))

    return when


def _on(month: int, number: int) -> Callable[[int], date]:
    return lambda year: date(year, month, number)


def _from_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


_DAYS: dict[str, Callable[[int], date]] = {
    "new year's day": _on(1, 1), "new year's eve": _on(12, 31), "christmas eve": _on(12, 24),
    "christmas day": _on(12, 25), "christmas": _on(12, 25), "boxing day": _on(12, 26), "halloween": _on(10, 31),
    "bonfire night": _on(11, 5), "guy fawkes night": _on(11, 5), "valentine's day": _on(2, 14),
    "st patrick's day": _on(3, 17), "st. patrick's day": _on(3, 17), "fourth of july": _on(7, 4),
    "july fourth": _on(7, 4), "cinco de mayo": _on(5, 5), "bastille day": _on(7, 14), "may day": _on(5, 1),
    "ash wednesday": _from_easter(-46), "palm sunday": _from_easter(-7), "maundy thursday": _from_easter(-3),
    "good friday": _from_easter(-2), "easter sunday": _from_easter(0), "easter monday": _from_easter(1),
    "easter": _from_easter(0), "thanksgiving day": _nth(11, 3, 4), "thanksgiving": _nth(11, 3, 4),
    "labor day": _nth(9, 0, 1), "veterans day": _on(11, 11), "armistice day": _on(11, 11),
}  # fmt: skip
#: First words of the names, for whoever looks where a time may begin.
FIRST_WORDS = frozenset(re.split(r"[ .]", name)[0].removesuffix("'s") for name in _DAYS) | {"st"}
_NAME = re.compile(
    "(?:" + "|".join(re.escape(name).replace("'", "['’]") for name in sorted(_DAYS, key=len, reverse=True)) + r")\b",
    re.IGNORECASE,
)


def holiday(text: str, at: int, end: int, anchor: Anchor) -> Point | None:
    """The named day that begins at `at`: the nearest one, and the one the other way where that is near too."""
    match = _NAME.match(text, at, end)
    if match is None or (text[at].islower() and not match.group().lower().startswith("fourth")):
        return None
    when = _DAYS[match.group().lower().replace("’", "'")]
    if anchor.day is None:
        return Point(match.end(), (Stretch("XXXX-XX-XX", None, None),))
    days = lean([when(anchor.day.year + step) for step in (-1, 0, 1)], anchor)
    return Point(match.end(), tuple(day_stretch(found) for found in days))
