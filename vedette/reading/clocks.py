"""Clock times as texts write them: 18:00, 5.30pm, 0600 hrs, 1430Z, noon, half past nine, nine o'clock."""

from __future__ import annotations

import re
from datetime import time
from typing import NamedTuple

from vedette.reading.lexicon import words

_FLAGS = re.IGNORECASE
_HOURS = {
    name: number
    for number, name in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=1
    )
}  # fmt: skip
_CLOCK = re.compile(
    r"(?:(?P<h>\d{1,2})[:.h](?P<m>\d\d)(?::\d\d(?:\.\d{1,3})?)?(?!\d)(?:\s?(?P<half>[ap])\.?m\b\.?)?"
    r"|(?P<h12>\d{1,2})\s?(?P<half12>[ap])\.?m\b\.?"
    r"|(?P<military>[0-2]\d[0-5]\d)(?=\s?(?:hours|hrs|h\b|Z\b|local|UTC|GMT)|\son\s)|(?P<word>noon|midday|midnight)\b)"
    r"(?:\s?(?:hours|hrs|h)\b)?(?:\s?(?P<zone>local time|local|Z|UTC|GMT|PST|PDT|MST|MDT|CST|CDT|EST|EDT|BST|CET|CEST|"
    r"EET|EEST|WAT|CAT|EAT|IST)\b)?",
    _FLAGS,
)
_BARE = re.compile(r"(?P<military>(?!19|20[2-9])[0-2]\d[0-5]\d)(?![\d.,:/-]*\d)")
_STAMPED = re.compile(r"(?P<h>[0-2]\d)(?P<m>[0-5]\d)(?P<zone>[A-IK-Z])?(?=h|\s|\Z)")
#: A military letter after the hour; capital, so that no model number is taken for one.
_LETTERED = re.compile(r"(?P<military>[0-2]\d[0-5]\d)\s?(?P<letter>[A-IK-Y])\b(?!\w)")
_SPOKEN = re.compile(
    rf"(?:(?P<past>half|quarter)[\s-](?P<way>past|to)\s(?P<hour>{'|'.join(_HOURS)}|\d{{1,2}})"
    rf"|(?P<sharp>{'|'.join(_HOURS)}|\d{{1,2}})\so['’]clock)\b",
    _FLAGS,
)
#: "4 to 6 p.m.", "between 11 and 2 p.m.": the first takes its half of the day from the second.
_FIRST_OF_TWO = re.compile(
    r"(?P<h>\d{1,2})(?:[:.](?P<m>\d\d))?(?P<join>\s?[-–]\s?|\s(?:to|and|until|till)\s)"
    r"(?=\d{1,2}(?:[:.]\d\d)?\s?(?P<half>[ap])\.?m\b|midnight\b)",
    _FLAGS,
)
#: "1600-1800 on 3 March", "1600 to 1800 hrs".
_MILITARY_PAIR = re.compile(
    r"(?P<h>[0-2]\d)(?P<m>[0-5]\d)(?:\s?[-–]\s?|\sto\s)(?=[0-2]\d[0-5]\d(?:\s?(?:hours|hrs|h\b|Z\b|local|UTC)|\son\s))"
)
_PART_NAMED = re.compile(r"\s(?:in\sthe|this|yesterday|on\s\w+day)\s?(?:morning|afternoon|evening)?\b", _FLAGS)
_DOTTED_UNITS = re.compile(
    r"\s?(?:%|per\b|million|billion|thousand|km|kg|m\b|metres|meters|miles|tonnes|points|degrees|[$€£])", _FLAGS
)
_TIMELY = words(
    "until till by at before after from since to about around approx approximately nlt between and eta etd net"
)
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "pst": -480, "pdt": -420, "mst": -420, "mdt": -360, "cst": -360, "cdt": -300,
    "est": -300, "edt": -240, "bst": 60, "cet": 60, "cest": 120, "eet": 120, "eest": 180, "wat": 60, "cat": 120,
    "eat": 180, "ist": 330,
}  # fmt: skip


class Clock(NamedTuple):
    """A clock time: where its words end, the time, minutes east where a zone is named, and whether a day's half is."""

    end: int
    when: time
    offset: int | None = None
    #: "half past nine" may be either half of the day, until a part of the day is named beside it.
    either_half: bool = False
    midnight: bool = False


def clock(text: str, at: int, end: int) -> Clock | None:
    """The clock time that begins at `at`."""
    if (spoken := _spoken(text, at, end)) is not None:
        return spoken
    if (lettered := _LETTERED.match(text, at, end)) and _follows_a_preposition(text, at):
        when = _time(int(lettered["military"][:2]), int(lettered["military"][2:]))
        return None if when is None else Clock(lettered.end(), when, zone_letter(lettered["letter"]))
    match = _CLOCK.match(text, at, end)
    if match is None:
        bare = _BARE.match(text, at, end) if _follows_a_preposition(text, at) else None
        if bare and bare["military"].startswith("20") and text[max(0, at - 6) : at].lower() == "since ":
            # "has run the place since 2009"
            bare = None
        when = _time(int(bare["military"][:2]), int(bare["military"][2:])) if bare else None
        return Clock(bare.end(), when) if bare and when is not None else None
    if match["word"]:
        midnight = match["word"].lower() == "midnight"
        hour, minute = (0, 0) if midnight else (12, 0)
    elif match["military"]:
        hour, minute = int(match["military"][:2]), int(match["military"][2:])
    else:
        hour, minute = int(match["h"] or match["h12"]), int(match["m"] or 0)
        half = (match["half"] or match["half12"] or "").lower()
        if half:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half == "p" else 0)
    when = _time(hour, minute)
    if when is None or (
        match["h"] and not match["half"] and text[match.end("h")] == "." and not _is_dotted(text, match)
    ):
        return None
    zone = (match["zone"] or "").lower()
    return Clock(match.end(), when, _ZONES.get(zone), midnight=bool(match["word"]) and when == time(0))


def first_of_two(text: str, at: int, end: int) -> tuple[int, time] | None:
    """(where the second begins, the first) of "4 to 6 p.m." or "1600-1800 hrs"; None where `at` begins no such pair."""
    if (pair := _MILITARY_PAIR.match(text, at, end)) is not None:
        when = _time(int(pair["h"]), int(pair["m"]))
        return None if when is None else (pair.end(), when)
    match = _FIRST_OF_TWO.match(text, at, end)
    if match is None or not 1 <= int(match["h"]) <= 12:
        return None
    second = clock(text, match.end(), end)
    if second is None:
        return None
    when = time(int(match["h"]) % 12 + (12 if (match["half"] or "p").lower() == "p" else 0), int(match["m"] or 0))
    if when > second.when and when.hour >= 12 and not second.midnight:
        # "11 to 2 p.m.": from the morning on.
        when = when.replace(hour=when.hour - 12)
    return match.end(), when


def stamped(text: str, at: int, end: int) -> Clock | None:
    """The hour that opens a line of a log: "0612 Pilot boat advises ..."."""
    bare = _STAMPED.match(text, at, end)
    when = _time(int(bare["h"]), int(bare["m"])) if bare else None
    return Clock(bare.end(), when, zone_letter(bare["zone"]) if bare["zone"] else None) if bare and when else None


def zone_letter(letter: str) -> int | None:
    """Minutes east of a military zone letter; None for J and for L, which are written for the local time."""
    if letter.upper() in "JL":
        return None
    if letter.upper() == "Z":
        return 0
    east, west = "ABCDEFGHIKLM".find(letter.upper()), "NOPQRSTUVWXY".find(letter.upper())
    return 60 * (east + 1) if east >= 0 else -60 * (west + 1)


def _spoken(text: str, at: int, end: int) -> Clock | None:
    match = _SPOKEN.match(text, at, end)
    if match is None:
        return None
    word = (match["hour"] or match["sharp"]).lower()
    hour = _HOURS.get(word) or int(word)
    if not 1 <= hour <= 12:
        return None
    minute = {"half": 30, "quarter": 15}.get((match["past"] or "").lower(), 0)
    if (match["way"] or "").lower() == "to":
        hour, minute = hour - 1 or 12, 60 - minute
    return Clock(match.end(), time(hour % 12 if hour == 12 else hour, minute), None, True)


#: " at 11", " at six" behind a day.
_HOUR_ALONE = re.compile(
    rf",?\sat\s(?:about\s|around\s)?(?P<hour>{'|'.join(_HOURS)}|\d{{1,2}})\b(?![:.,]\d|\s?[-–%/]|\s[a-z]{{4,}}s\b)",
    _FLAGS,
)
#: "six" behind "at", where no noun follows.
_NAMED_HOUR = re.compile(
    rf"(?P<hour>{'|'.join(_HOURS)})\b"
    r"(?=[.,;:)]|\s(?:and|or|but|on|in the|this|tomorrow|tonight|that|yesterday|sharp)\b|\Z)",
    _FLAGS,
)


def hour_alone(text: str, at: int, end: int) -> Clock | None:
    """ "Saturday at 11": an hour by its figure or name, behind its day; before seven it is the afternoon's."""
    match = _HOUR_ALONE.match(text, at, end)
    return None if match is None else _plain_hour(match)


def named_hour(text: str, at: int, end: int) -> Clock | None:
    """ "rang at six"."""
    if not text[max(0, at - 12) : at].lower().endswith((" at ", " at about ", " at around ")):
        return None
    match = _NAMED_HOUR.match(text, at, end)
    return None if match is None else _plain_hour(match)


def _plain_hour(match: re.Match[str]) -> Clock | None:
    word = match["hour"].lower()
    hour = _HOURS.get(word) or int(word)
    if not 1 <= hour <= 12:
        return Clock(match.end(), time(hour)) if word.isdigit() and 12 < hour < 24 else None
    return Clock(match.end(), time(hour + 12 if hour < 7 else hour), None, hour >= 7)


def _follows_a_preposition(text: str, at: int) -> bool:
    before = text[max(0, at - 14) : at].lower().split()
    return bool(before) and before[-1].strip("(,.") in _TIMELY


def _is_dotted(text: str, match: re.Match[str]) -> bool:
    """ "at 02.00", where no quantity is meant."""
    named = _PART_NAMED.match(text, match.end()) is not None
    timely = _follows_a_preposition(text, match.start()) and (len(match["h"]) == 2 or named)
    return timely and _DOTTED_UNITS.match(text, match.end()) is None


def _time(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour < 24 and minute < 60 else None
