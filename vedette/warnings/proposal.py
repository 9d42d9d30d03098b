"""From a report's reading to the beginning of a warning: cited words in the places where they belong.

It quotes and fills nothing in: a field for which the report has no words stays empty, with the reason. Only a hazard
told by a bare verb ("shoot at agents") is turned into a noun: as a headline it would be an order. How urgent, severe
and certain it is, people say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from vedette.access.handling import Tlp
from vedette.formats.alert_feed import CAP_TYPE
from vedette.formats.cap import read_cap
from vedette.people.models import Organisation, SavedArea
from vedette.reports.models import Claim, Report
from vedette.warnings.cap_proposal import said_in_cap

_BULLET = re.compile(r"^[ \t]*(?:[-*•–]|\(?[0-9a-z]{1,2}[.)])[ \t]+", re.MULTILINE)
_JUDGED = {
    "urgency": "a person says how soon people must act",
    "severity": "a person says how grave it is",
    "certainty": "a person says how certain it is",
}
_UNTOLD = {
    "impact": "say what the hazard does to the reader",
    "next_update": "say when more will be told",
    "contact": "say whom to ask",
}


@dataclass
class Proposal:
    """What a report supports of a warning's content."""

    #: The fields that can be filled, in the shape of `content.Content`.
    content: dict[str, Any] = field(default_factory=dict)
    #: Field -> ids of the claims whose words it holds.
    citations: dict[str, list[int]] = field(default_factory=dict)
    #: Field -> why it is not filled.
    missing: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Cited:
    """A field of the reader's draft with the claims it rests on."""

    value: str
    claims: tuple[Claim, ...]


def propose(report: Report, organisation: Organisation, now: datetime) -> Proposal:
    """The content that `report` supports, for somebody to complete. Claims that were rejected support nothing."""
    if report.media_type == CAP_TYPE:
        return _from_cap(report, organisation, now)
    made = Proposal(missing={**_JUDGED, **_UNTOLD})
    claims = {claim.key: claim for claim in report.claims.all()}
    cited = {name: _cited(name, report.draft, claims, made.missing) for name in _FIELDS}
    made.content["source"] = organisation.name
    made.content["handling"] = report.handling
    _headline(made, cited["hazard"], cited["area"])
    _area(made, cited["area"], report)
    _window(made, cited["onset"], cited["expires"], now)
    if (group := cited["target_group"]) is not None:
        _fill(made, "audience_note", _line(group.value, 300), group.claims)
    if (told := cited["instruction"]) is not None:
        _fill(made, "instruction", _prose(_BULLET.sub("", told.value)), told.claims)
    _description(made, [cited[name] for name in ("hazard", "onset", "trigger")])
    return made


def _from_cap(report: Report, organisation: Organisation, now: datetime) -> Proposal:
    """Another issuer's message says it field by field; each field cites the claims that stand in its words."""
    said, missing = said_in_cap(read_cap(bytes(report.original)).alert, now)
    made = Proposal(missing={**_UNTOLD, **missing})
    made.content = {**said, "source": organisation.name, "handling": report.handling}
    claims = [claim for claim in report.claims.all() if claim.status != Claim.Status.REJECTED]
    for name in ("headline", "event", "description", "instruction"):
        words = str(said.get(name, ""))
        start = report.text.find(words) if words else -1
        cited = [
            claim.pk for claim in claims if start >= 0 and start <= claim.start and claim.end <= start + len(words)
        ]
        if cited:
            made.citations[name] = cited
    return made


#: Field of the reader's draft -> field of the content that it fills.
_FIELDS = {
    "hazard": "event",
    "target_group": "audience_note",
    "area": "area",
    "onset": "onset",
    "expires": "expires",
    "instruction": "instruction",
    "trigger": "description",
}


def _cited(name: str, draft: Mapping[str, Any], claims: Mapping[str, Claim], missing: dict[str, str]) -> _Cited | None:
    """The draft's field, or None with the reason noted."""
    found: Mapping[str, Any] = draft.get(name) or {}
    if not found.get("value"):
        if name != "trigger":
            missing[_FIELDS[name]] = str(found.get("why") or "the report has no words for it")
        return None
    resting = [claims[key] for key in found.get("claims", ()) if key in claims]
    rejected = next((claim for claim in resting if claim.status == Claim.Status.REJECTED), None)
    if rejected is not None or not resting:
        if name != "trigger":
            missing[_FIELDS[name]] = f"claim {rejected.key}, which it rests on, was rejected" if rejected else "uncited"
        return None
    return _Cited(str(found["value"]), tuple(resting))


def _headline(made: Proposal, hazard: _Cited | None, area: _Cited | None) -> None:
    if hazard is None:
        made.missing["headline"] = made.missing["event"]
        return
    event = _noun(_line(hazard.value, 300))
    _fill(made, "event", event, hazard.claims)
    headline, resting = event[:1].upper() + event[1:], hazard.claims
    if area is not None and _folded(area.value) not in _folded(event):
        longer = f"{headline}, {_line(area.value, 300)}"
        if len(longer) <= 160:
            headline, resting = longer, (*hazard.claims, *area.claims)
    if len(headline) > 160:
        made.missing["headline"] = "the report's words for the hazard are longer than the 160 characters of a headline"
        return
    _fill(made, "headline", headline, resting)


def _noun(hazard: str) -> str:
    """The hazard with its bare verb, if it begins with one, as a noun."""
    verb, space, rest = hazard.partition(" ")
    return _DOING.get(verb.casefold(), verb) + space + rest


#: Bare verbs that a hazard may begin with, each as a noun.
_DOING = {
    "abduct": "abducting",
    "ambush": "ambushing",
    "assault": "assaulting",
    "attack": "attacking",
    "block": "blocking",
    "bomb": "bombing",
    "burn": "burning",
    "crash": "crashing",
    "detain": "detaining",
    "fire": "firing",
    "hit": "hitting",
    "kidnap": "kidnapping",
    "kill": "killing",
    "open": "opening",
    "raid": "raiding",
    "ram": "ramming",
    "rob": "robbing",
    "seize": "seizing",
    "shell": "shelling",
    "shoot": "shooting",
    "stab": "stabbing",
    "storm": "storming",
    "strike": "striking",
    "target": "targeting",
    "throw": "throwing",
}


def _area(made: Proposal, area: _Cited | None, report: Report) -> None:
    if area is None:
        return
    words = _line(area.value, 300)
    _fill(made, "area", {"description": words}, area.claims)
    wanted = _folded(words)
    saved = [one for one in SavedArea.objects.filter(realm=report.realm, need_to_know=None) if _matches(one, wanted)]
    if len(saved) != 1:
        made.missing["area.geometry"] = (
            f"{len(saved)} saved areas go by the name {words!r}; choose one or draw it"
            if saved
            else f"no saved area is called {words!r}; choose one or draw it"
        )
    elif Tlp(saved[0].handling).rank > Tlp(report.handling).rank:
        made.missing["area.geometry"] = "the saved area's handling is above the report's; choose or draw the area"
    else:
        made.content["area"]["geometry"] = saved[0].geometry


def _matches(area: SavedArea, wanted: str) -> bool:
    return wanted in (_folded(area.name), _folded(area.code))


def _window(made: Proposal, onset: _Cited | None, expires: _Cited | None, now: datetime) -> None:
    ends = datetime.fromisoformat(expires.value) if expires is not None else None
    if expires is not None and ends is not None:
        if ends <= now:
            made.missing["expires"] = "the time that the report gives is past; say until when the warning holds"
            ends = None
        else:
            _fill(made, "expires", expires.value, expires.claims)
    if onset is None:
        return
    begins = datetime.fromisoformat(onset.value)
    if begins <= now:
        made.missing["onset"] = "the time that the report gives is past: the warning holds from when it goes out"
        return
    if ends is not None and begins >= ends:
        made.missing["onset"] = "the report's words place the beginning after the end"
        return
    _fill(made, "onset", onset.value, onset.claims)


def _description(made: Proposal, resting_on: Sequence[_Cited | None]) -> None:
    claims = {claim.pk: claim for part in resting_on if part is not None for claim in part.claims}
    ordered = sorted(claims.values(), key=lambda claim: (claim.start, claim.end))
    if not ordered:
        made.missing["description"] = "the report has no words for it"
        return
    _fill(made, "description", _prose("\n".join(_told(claim) for claim in ordered)), ordered)


def _told(claim: Claim) -> str:
    """The claim's own words, and before them who says so, as far as the words themselves do not tell."""
    chain = [
        str(link["speaker"])
        for link in claim.details.get("attribution", ())
        if link.get("inferred") or not claim.start <= link["start"] < claim.end
    ]
    speakers = ", citing ".join(_line(speaker, 200) for speaker in dict.fromkeys(chain)) or "the report"
    return f"According to {speakers}: “{_line(claim.quote, 2_000)}”"


def _fill(made: Proposal, name: str, value: object, claims: Sequence[Claim]) -> None:
    made.content[name] = value
    made.citations[name] = sorted({claim.pk for claim in claims})
    made.missing.pop(name, None)


def _line(text: str, most: int) -> str:
    """The words on one line; what is too long is cut at a word, and the cut shows."""
    text = " ".join("".join(char if ord(char) >= 32 else " " for char in text).split())
    return text if len(text) <= most else f"{text[: most - 2].rsplit(' ', 1)[0]} …"


def _prose(text: str) -> str:
    lines = (" ".join("".join(char if ord(char) >= 32 else " " for char in line).split()) for line in text.splitlines())
    whole = "\n".join(line for line in lines if line)
    return whole if len(whole) <= 8_000 else f"{whole[:7_998].rsplit(' ', 1)[0]} …"


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip().removeprefix("the ")
