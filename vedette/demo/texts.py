"""What the example says: its reports, dated to the day it runs, and the words of its warning. Always an exercise."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from vedette.demo.geography import FENCE_LINE
from vedette.demo.world import ZONE

#: The day the memo is dated in the file.
MEMO_DAY = date(2025, 12, 4)


def report_text(name: str, today: date) -> str:
    """The example's `memo` or `news`, its dates moved so that the memo was written the day before `today`."""
    today -= timedelta(days=1)
    text = (files("vedette.demo") / "reports" / f"{name}.txt").read_text(encoding="utf-8")
    moved = {
        said(MEMO_DAY + timedelta(days)): said(today + timedelta(days))
        for said in (_weekday_and_date, _date, _short_date, _weekday)
        for days in (0, 1, 4, -7)
    }
    month_before = (today - timedelta(days=7)).replace(day=1) - timedelta(days=1)
    moved |= {"October": f"{month_before:%B}", "2025": str(today.year)}
    known = re.compile("|".join(sorted(map(re.escape, moved), key=len, reverse=True)))
    return known.sub(lambda found: moved[found[0]], text)


def alert(now: datetime) -> dict[str, Any]:
    """The words that a person adds to what was read from the memo: a whole warning, ending in three days."""
    expires = _hour(now + timedelta(days=3))
    return {
        "event": "shooting at patrols",
        "headline": "Shooting at patrols is possible along the fence line, Imperial Beach to Otay Mesa",
        "source": "Example Border Service, duty officer of the San Diego sector",
        "urgency": "Expected",
        "severity": "Extreme",
        "certainty": "Possible",
        "response_types": ["Prepare", "Avoid"],
        "onset": None,
        "expires": expires.isoformat(),
        "area": {
            "description": "Fence line from Imperial Beach to Otay Mesa, up to 5 km north of the border",
            "geometry": FENCE_LINE,
        },
        "audience_note": "Everyone of the San Diego sector, whatever the duty. Other sectors need not act.",
        "description": (
            "A smuggling organisation is said to have told its members to shoot at patrols in the San Diego sector. "
            f"There is a roughly even chance (about 50%) of an attack at any hour until {said(expires)}."
        ),
        "impact": "Gunfire can kill or wound you, in a vehicle or on foot.",
        "instruction": (
            "Wear body armour outside buildings.\n"
            "Stop at the fence line only with a second vehicle.\n"
            "Report shots, scouts and armed persons by radio at once."
        ),
        "next_update": said(_hour(now + timedelta(days=1))),
        "contact": "duty room, telephone +1 619 555 0100, radio channel 1",
        "handling": "TLP:AMBER+STRICT",
    }


def update(before: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The update: the place is known better, the rest stands."""
    return {
        **before,
        "change": "New: armed scouts seen west of Otay Mesa.",
        "certainty": "Likely",
        "description": before["description"].replace(
            "There is a roughly even chance (about 50%) of an attack", "An attack is likely (about 65%)"
        ),
        "headline": "Shooting at patrols is likely along the fence line, above all near Otay Mesa",
        "instruction": before["instruction"].replace(
            "Stop at the fence line only with a second vehicle.", "Stay in cover west of Otay Mesa; never stop alone."
        ),
        "next_update": said(_hour(now + timedelta(hours=12))),
    }


#: Everyone of the sector whatever their duty; and whoever is on shift or seen in the area, of any unit.
AUDIENCE: dict[str, Any] = {
    "terms": [
        {"link": "unit", "units": ["san-diego"]},
        {"link": "shift"},
        {"link": "position"},
    ],
    "maybe": "include",
    "maybe_cap": 0.3,
}


def plan(wait_s: float) -> dict[str, Any]:
    """Mail, then the webhook gateway for the silent, then their supervisor, with `wait_s` seconds between."""
    return {
        "name": "example",
        "steps": [
            {"action": "send", "channel": "smtp", "wait_s": wait_s},
            {"action": "send", "channel": "webhook", "wait_s": wait_s},
            {"action": "escalate", "channel": "smtp", "wait_s": wait_s},
        ],
    }


def said(moment: datetime) -> str:
    """A time as people of the example read it: "Sunday 7 December 2025, 06:00 PST"."""
    local = moment.astimezone(ZoneInfo(ZONE))
    return f"{local:%A} {local.day} {local:%B} {local.year}, {local:%H:%M %Z}"


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _weekday_and_date(day: date) -> str:
    return f"{day:%A}, {_date(day)}"


def _date(day: date) -> str:
    return f"{day.day} {day:%B}"


def _short_date(day: date) -> str:
    return f"{day:%b}. {day.day}"


def _weekday(day: date) -> str:
    return f"{day:%A}"
