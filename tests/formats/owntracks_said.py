"""What OwnTracks' apps say, written after the public description of each type, and what becomes of it."""

from __future__ import annotations

from typing import Any

#: 2025-12-04 12:00 UTC.
NOON = 1764849600

LOCATION: dict[str, Any] = {
    "_type": "location",
    "lat": 32.5521,
    "lon": -117.0512,
    "tst": NOON - 30,
    "acc": 9,
    "alt": 41,
    "vac": 3,
    "batt": 81,
    "bs": 1,
    "cog": 270,
    "vel": 4,
    "conn": "m",
    "created_at": NOON - 28,
    "m": 1,
    "t": "u",
    "tid": "ar",
    "topic": "owntracks/ada/phone",
    "inregions": ["Base"],
    "inrids": ["6da9cf"],
    "p": 101.2,
    "SSID": "base",
    "BSSID": "00:00:5e:00:53:01",
    "_id": "a1b2c3d4",
}
TRANSITION: dict[str, Any] = {
    "_type": "transition",
    "event": "enter",
    "desc": "Base",
    "wtst": NOON - 86_400,
    "tst": NOON - 10,
    "lat": 32.56,
    "lon": -117.04,
    "acc": 25.5,
    "t": "c",
    "tid": "ar",
    "rid": "6da9cf",
}
#: Each said by an app of this day, none of them a fix.
OTHERS: dict[str, dict[str, Any]] = {
    "beacon": {
        "uuid": "CA271EAE-5FA8-4E80-8F08-2A302A95A959",
        "major": 1,
        "minor": 2,
        "tst": NOON,
        "acc": 3,
        "rssi": -60,
    },
    "card": {"name": "Ada", "face": "aGVsbG8=", "tid": "ar"},
    "cmd": {"action": "reportLocation"},
    "configuration": {"mode": 3, "deviceId": "phone", "waypoints": []},
    "dump": {"configuration": {"_type": "configuration"}},
    "lwt": {"tst": NOON},
    "request": {"request": "tour"},
    "status": {"android": {"hib": 0, "bo": 1, "loc": 0, "wifi": 1, "ps": 0}},
    "steps": {"tst": NOON, "steps": 1200, "from": NOON - 60, "to": NOON},
    "waypoint": {"desc": "Base", "lat": 32.55, "lon": -117.05, "rad": 100, "tst": NOON, "rid": "6da9cf"},
    "waypoints": {"waypoints": [{"_type": "waypoint", "desc": "Base", "tst": NOON}]},
}
ENCRYPTED: dict[str, Any] = {"_type": "encrypted", "data": "Yy5mb3Jt"}
