"""What OwnTracks says, over HTTP or MQTT (owntracks.org/booklet/tech/json): fixes out of it, and what else it was.

Only `location` and `transition` tell where a device is. A ping repeats an older fix under the present time, so it tells
nothing new; everything else is the app's own business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vedette.formats.fix import Fix, fix_of, unix_moment
from vedette.formats.parts import BadInput
from vedette.formats.safe_json import BadJson, read_json

#: The longest message read, in bytes: a list of waypoints or a card with a picture.
LARGEST = 256 * 1024
_DEEPEST = 16
#: What is told from the app or to it that is no fix.
_OTHER = frozenset(
    {
        *("beacon", "card", "cmd", "configuration", "dump", "lwt", "request", "status", "steps", "step"),
        *("waypoint", "waypoints"),
    }
)
#: Topics are owntracks/USER/DEVICE and, for what enters or leaves a region, owntracks/USER/DEVICE/event.
_LEVEL = re.compile(r"[^/+#\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,80}")


@dataclass(frozen=True, slots=True)
class Nothing:
    """A message that is none of a position: `kind` says what it was, "" for an empty one."""

    kind: str


def read_message(payload: bytes) -> Fix | Nothing:
    """What a message says. Raises BadInput, which names what is wrong."""
    # An app that ends its subscription to a card, or clears a retained message, sends nothing at all.
    if not payload:
        return Nothing("")
    try:
        told = read_json(payload, LARGEST, _DEEPEST)
    except BadJson as error:
        raise BadInput("body", str(error)) from error
    if not isinstance(told, dict):
        raise BadInput("body", "must be an object with a _type")
    kind = told.get("_type")
    if kind == "encrypted":
        raise BadInput("_type", "is encrypted, which cannot be read here: take the secret out of the app's settings")
    if not isinstance(kind, str) or (kind not in _OTHER and kind not in ("location", "transition")):
        raise BadInput("_type", f"{str(kind)[:40]!r} is nothing that OwnTracks says")
    if kind in _OTHER or told.get("t") == "p":
        return Nothing(kind if kind in _OTHER else "ping")
    if kind == "transition" and "lat" not in told and "lon" not in told:
        return Nothing(kind)
    at = unix_moment("tst", told.get("tst"))
    return fix_of(told.get("lat"), told.get("lon"), told.get("acc"), at, ("lat", "lon", "acc"))


def filters_for(base: str) -> tuple[str, str]:
    """What to subscribe to below a base such as `owntracks`: positions, and entering or leaving regions."""
    return f"{base}/+/+", f"{base}/+/+/event"


def device_of(base: str, topic: str) -> str:
    """`USER/DEVICE` of a topic; empty when it is none of these."""
    levels = topic.removeprefix(f"{base}/").split("/") if topic.startswith(f"{base}/") else []
    if len(levels) == 3 and levels[2] == "event":
        levels.pop()
    return "/".join(levels) if len(levels) == 2 and all(_LEVEL.fullmatch(level) for level in levels) else ""


def is_device(address: str) -> bool:
    """Whether `address` can be one's: USER/DEVICE."""
    return device_of("x", f"x/{address}") == address != ""


def is_base(base: str) -> bool:
    """Whether `base` can stand before USER/DEVICE: one level of a topic or more."""
    return not base.startswith("$") and all(_LEVEL.fullmatch(level) for level in base.split("/"))
