"""STIX in plain words, for people: what an analyst reads of a bundle, what tells most first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from vedette.formats.stix.own import shared_of
from vedette.formats.stix.read import Stix
from vedette.formats.stix.records import Shared, SharedIncident, SharedThreat

#: The longest text made of one document; what does not fit is in the original.
LONGEST: Final = 300_000
_FIRST: Final = ("report", "grouping", "incident", "note", "threat-actor", "campaign", "intrusion-set", "location")
_UNTOLD: Final = frozenset({"marking-definition", "extension-definition", "language-content"})
_LONGEST_FIELD: Final = 20_000


def in_plain_words(stix: Stix) -> str:
    """The document's text: a paragraph for each object."""
    names = {one["id"]: _name(one) for one in stix.objects}

    def named(ref: Any) -> str:
        return names.get(str(ref), "something that is not in it")

    told = sorted((one for one in stix.objects if one["type"] not in _UNTOLD), key=_rank)
    parts: list[str] = []
    room = LONGEST
    for number, one in enumerate(told):
        part = _paragraph(one, named)
        if len(part) > room:
            parts.append(f"{len(told) - number} more objects are in the original.")
            break
        parts.append(part)
        room -= len(part)
    return "\n\n".join(parts) or "It holds definitions only."


def title_of(stix: Stix) -> str:
    """The name of what tells most in it."""
    told = sorted((one for one in stix.objects if one["type"] not in _UNTOLD), key=_rank)
    first = next((one for one in told if one["type"] in _FIRST and _text(one.get("name"))), None)
    if first is None and len(told) == 1 and _text(told[0].get("name")):
        first = told[0]
    if first is not None:
        return _line(first["name"])[:300]
    kinds = sorted({one["type"] for one in told or stix.objects})
    return f"STIX: {len(stix.objects)} object{'s' * (len(stix.objects) > 1)} ({', '.join(kinds)})"[:300]


def _rank(one: dict[str, Any]) -> tuple[int, bool]:
    kind = one["type"]
    return (_FIRST.index(kind) if kind in _FIRST else len(_FIRST) + (kind == "relationship"), "name" not in one)


def _name(one: dict[str, Any]) -> str:
    for key in ("name", "value", "content", "path", "pattern"):
        if told := _text(one.get(key)):
            return _line(told)[:200]
    return f"a {one['type'].replace('-', ' ')}"


def _paragraph(one: dict[str, Any], named: Callable[[Any], str]) -> str:
    kind = one["type"].replace("-", " ")
    if one["type"] == "relationship":
        how = _line(str(one.get("relationship_type", "is related to"))).replace("-", " ")
        lines = [f"{named(one.get('source_ref'))} {how} {named(one.get('target_ref'))}."]
    elif one["type"] == "sighting":
        lines = [f"Seen: {named(one.get('sighting_of_ref'))}."]
    elif one["type"] == "opinion":
        lines = [f"Opinion: {_line(str(one.get('opinion', '')))} on {_listed(one.get('object_refs'), named)}."]
    else:
        lines = [f"{kind.capitalize()}: {_name(one)}"]
    if one.get("revoked") is True:
        lines.append("Withdrawn by its issuer.")
    lines += _own(shared_of(one), named)
    for key in ("abstract", "description", "content", "explanation"):
        told = _text(one.get(key))[:_LONGEST_FIELD]
        if told and _line(told) not in lines[0]:
            lines.append(told)
    lines += [f"{label}: {_line(one[key])}" for key, label in _TIMES.items() if _text(one.get(key))]
    return "\n".join(lines)


_TIMES: Final = {
    "published": "Published",
    "first_seen": "First seen",
    "last_seen": "Last seen",
    "valid_from": "Valid from",
    "valid_until": "Valid until",
}


def _own(shared: Shared | None, named: Callable[[Any], str]) -> list[str]:
    """What only another Vedette says. Likelihood and confidence are two sentences, never one."""
    if isinstance(shared, SharedThreat):
        told = [
            ("Likelihood", f"{shared.likelihood_word} ({shared.likelihood:.0%})"),
            ("Confidence in its basis", shared.basis),
            ("Against", shared.target_group),
            ("Where", shared.place),
            ("When", f"{shared.window_from:%Y-%m-%d %H:%M}Z to {shared.window_to:%Y-%m-%d %H:%M}Z"),
            ("Actor", named(shared.actor_ref) if shared.actor_ref else ""),
            ("Intent", shared.intent),
            ("Capability", shared.capability),
            ("Opportunity", shared.opportunity),
            ("Assumptions", shared.assumptions),
            ("What would change it", shared.would_change),
            ("Outcome", shared.outcome),
        ]
        return [f"{label}: {words}" for label, words in told if words]
    if isinstance(shared, SharedIncident):
        when = f"{shared.happened_from:%Y-%m-%d %H:%M}Z to {shared.happened_to:%Y-%m-%d %H:%M}Z"
        looked = [f"Inquiry: {one.body}, {one.status}. {one.finding}".strip() for one in shared.inquiries]
        return [f"Where: {shared.place}", f"When: {when}", *looked]
    return []


def _listed(refs: Any, named: Callable[[Any], str]) -> str:
    return ", ".join(named(ref) for ref in _some(refs)) or "nothing"


def _some(refs: Any) -> Iterable[Any]:
    return refs[:20] if isinstance(refs, list) else ()


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _line(text: str) -> str:
    return " ".join(text.split())
