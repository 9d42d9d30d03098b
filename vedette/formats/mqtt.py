"""MQTT topics with a place for the device, and what devices answer. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

#: Where a topic's template holds the device's name: one whole level.
DEVICE = "{address}"
#: The longest answer read, in bytes.
LONGEST_ANSWER = 4_000
#: A topic's one level: no separator, no wildcard, no control character (MQTT 5, 4.7).
_LEVEL = re.compile(r"[^/+#\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,200}")
#: What no database keeps.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class DeviceAnswer:
    """What a device said of a message."""

    #: `delivered`, `displayed`, or what its user answered: `acknowledged`, `safe`, `needs_help`, or words of their own.
    said: str
    #: What the message asked to be given back; empty where the device did not.
    answer_to: str = ""
    #: The device's own name for the answer; empty where it has none.
    id: str = ""


def is_device(name: str) -> bool:
    """Whether `name` can be a device's: one level of a topic."""
    return _LEVEL.fullmatch(name) is not None


def check_template(template: str) -> None:
    """Raises ValueError unless `template` is a topic with exactly one level that stands for the device."""
    levels = template.split("/")
    if levels.count(DEVICE) != 1:
        raise ValueError(f"must have {DEVICE} as one whole level, as in warnings/{DEVICE}")
    for level in levels:
        if level != DEVICE and (not is_device(level) or "{" in level or "}" in level):
            raise ValueError(f"{level!r} cannot be a level of a topic: no wildcards, no braces, none empty")
    if template.startswith("$"):
        raise ValueError("topics that begin with $ are the broker's own")


def topic_for(template: str, device: str) -> str:
    """The topic of one device."""
    return template.replace(DEVICE, device)


def filter_for(template: str) -> str:
    """What to subscribe to for hearing every device."""
    return template.replace(DEVICE, "+")


def device_in(template: str, topic: str) -> str:
    """The device whose topic it is; empty when it is no topic of this template."""
    wanted, levels = template.split("/"), topic.split("/")
    at = wanted.index(DEVICE)
    if len(levels) != len(wanted) or not is_device(levels[at]):
        return ""
    return levels[at] if topic_for(template, levels[at]) == topic else ""


def read_answer(payload: bytes, correlation: bytes = b"") -> DeviceAnswer | None:
    """What a device published: a JSON object, or bare words. None when there is nothing to be made of it.

    `correlation` is MQTT 5's Correlation Data; it goes before what the object says.
    """
    if len(payload) > LONGEST_ANSWER:
        return None
    answer_to = correlation.decode("ascii", "replace")
    try:
        text = payload.decode().strip()
    except UnicodeDecodeError:
        return None
    if not text.startswith("{"):
        return DeviceAnswer(text, answer_to) if text and not _NO_TEXT.search(text) else None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    said, given, name = (told.get(field, "") for field in ("response", "answer_to", "id"))
    if not all(isinstance(field, str) and not _NO_TEXT.search(field) for field in (said, given, name)):
        return None
    if not said.strip() or len(name) > 64:
        return None
    return DeviceAnswer(said.strip(), answer_to or given, name)
