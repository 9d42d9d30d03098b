"""The part of the audience's form that says a goal, both ways: how many answers, whose, and who is asked next. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from vedette.people.rule import MOST_WAVES


class Posted(Protocol):
    """What a form's data must offer (Django's QueryDict does)."""

    def get(self, name: str, default: str = "") -> str | None:
        """The last value under `name`."""

    def getlist(self, name: str) -> list[str]:
        """All of them."""


#: Before the names of the fields; a wave's are `goal.wave.<place>.<link, units, duties, include, terms>`.
AT = "audience.goal."
#: The waves' ways to belong that the form offers; where lives are in danger only the first may stand.
WAVE_LINKS = (
    ("unit", "members of the units"),
    ("shift", "on shift in the area during the window"),
    ("assignment", "assigned to a unit whose ground meets the area"),
)


def read(posted: Posted, codes: Callable[[str], list[str]]) -> dict[str, Any] | None:
    """The goal that the form gives, not yet checked; None when it says none. `codes` reads codes as they are typed."""
    waves = [wave for place in range(MOST_WAVES) if (wave := _wave(posted, f"{AT}wave.{place}.", codes))]
    answers, name = _text(posted, "answers"), _text(posted, "name")
    tell, supervisors = codes(posted.get(f"{AT}tell") or ""), posted.getlist(f"{AT}tell_supervisors")
    if not (answers or waves or tell or supervisors):
        return None
    of: dict[str, Any] = {
        field: chosen for field in ("units", "duties") if (chosen := posted.getlist(f"{AT}of_{field}"))
    }
    if posted.get(f"{AT}on_shift"):
        of["on_shift"] = True
    return {
        "answers": answers,
        "within_minutes": _text(posted, "within_minutes"),
        "counts": _text(posted, "counts") or "answered",
        "name": name,
        "of": of,
        "waves": waves,
        "tell": tell,
        "tell_supervisors": supervisors,
        "call_off": bool(posted.get(f"{AT}call_off")),
    }


def show(goal: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the form's controls show of a goal, complete or not."""
    goal = goal or {}
    of = goal.get("of") or {}
    return {
        "is_set": bool(goal),
        "answers": goal.get("answers") or "",
        "within_minutes": goal.get("within_minutes") or ("" if goal else 10),
        "counts": goal.get("counts") or "answered",
        "name": goal.get("name") or "",
        "of_units": list(of.get("units") or ()),
        "of_duties": list(of.get("duties") or ()),
        "on_shift": bool(of.get("on_shift")),
        "waves": [_shown(wave) for wave in goal.get("waves") or ()],
        "tell": ", ".join(goal.get("tell") or ()),
        "tell_supervisors": list(goal.get("tell_supervisors") or ()),
        "call_off": bool(goal.get("call_off")),
        "full": len(goal.get("waves") or ()) >= MOST_WAVES,
    }


def with_a_wave(audience: Mapping[str, Any]) -> dict[str, Any]:
    """The audience's rule with one more wave to fill in."""
    goal = audience.get("goal") or {"answers": "", "within_minutes": 10}
    waves = [*(goal.get("waves") or ()), {}][:MOST_WAVES]
    return {**audience, "goal": {**goal, "waves": waves}}


def _wave(posted: Posted, at: str, codes: Callable[[str], list[str]]) -> dict[str, Any] | None:
    """One wave; None when its row is not there or says nobody."""
    terms: Any = []
    written = (posted.get(f"{at}terms") or "").strip()
    link = " ".join((posted.get(f"{at}link") or "").split())
    if written:
        try:
            terms = json.loads(written)
        except (ValueError, RecursionError):
            terms = written  # refused as what it is
    elif link:
        terms = [
            {"link": link} | {name: chosen for name in ("units", "duties") if (chosen := posted.getlist(f"{at}{name}"))}
        ]
    include = codes(posted.get(f"{at}include") or "")
    return {"terms": terms, "include": include} if terms or include else None


def _shown(wave: Mapping[str, Any]) -> dict[str, Any]:
    """A wave of one way to belong by its controls, another by its terms as data."""
    terms: Iterable[Mapping[str, Any]] = wave.get("terms") or ()
    terms = list(terms) if isinstance(terms, list | tuple) else []
    known = {link for link, _ in WAVE_LINKS}
    plain = len(terms) < 2 and all(one.get("link") in known and not one.get("lead_minutes") for one in terms)
    first = terms[0] if plain and terms else {}
    return {
        "link": first.get("link", ""),
        "units": list(first.get("units") or ()),
        "duties": list(first.get("duties") or ()),
        "include": ", ".join(wave.get("include") or ()),
        "terms": "" if plain else json.dumps(terms),
    }


def _text(posted: Posted, name: str) -> str:
    return " ".join((posted.get(f"{AT}{name}") or "").split())
