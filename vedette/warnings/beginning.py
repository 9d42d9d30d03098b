"""A draft begun from a type of warning and, where there is one, a report: whose words go where. Pure but for Proposal.

The type's words are the warning's; the report's are what it rests on. So the type says hazard, headline, impact and
what to do, the report says when and where and what was told, and every field keeps the citations that stand behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from vedette.threats.likelihood import as_clause, with_number
from vedette.warnings.proposal import Proposal
from vedette.warnings.types.catalogue import WORDED, WarningType, content_of_type

#: What begins words for a place so that they can follow "shooting at patrols".
_PREPOSITIONS = ("in ", "at ", "on ", "near ", "along ", "around ", "between ", "from ", "within ", "across ", "north ",
                 "south ", "east ", "west ", "through ", "inside ", "outside ")  # fmt: skip
#: Where the likelihood is all that stands before "that", and not "it is {likelihood} that".
_AS_CLAUSE = re.compile(r"(?<!\bis )(?<!\bare )\{likelihood\} that\b")


@dataclass
class Beginning:
    """A proposal, and what its placeholders may be filled with."""

    proposal: Proposal
    #: Placeholder -> what to write there.
    hints: dict[str, str] = field(default_factory=dict)
    #: Placeholder -> words that are known, for a person to accept.
    fills: dict[str, str] = field(default_factory=dict)


def begin(kind: WarningType, proposed: Proposal | None = None, likelihood: float | None = None) -> Beginning:
    """The two put together; `likelihood` is that of the threat the warning is about."""
    proposed = proposed if proposed is not None else Proposal()
    said = content_of_type(kind)
    content: dict[str, Any] = {**proposed.content, **said}
    if told := proposed.content.get("description"):
        content["description"] = "\n".join(part for part in (kind.description, str(told)) if part)
    why = f"from the template “{kind.title}”"
    missing = {**proposed.missing, **{name: why for name in (*WORDED, "urgency", "severity") if name in said}}
    return Beginning(
        Proposal(content, dict(proposed.citations), missing),
        dict(kind.placeholders),
        {name: words for name, words in _known(kind, proposed, likelihood).items() if name in kind.blanks},
    )


def _known(kind: WarningType, proposed: Proposal, likelihood: float | None) -> dict[str, str]:
    known: dict[str, str] = {}
    place = str((proposed.content.get("area") or {}).get("description") or "")
    if place:
        known["place"] = place
        known["where"] = place if place.casefold().startswith(_PREPOSITIONS) else f"in {place}"
    if likelihood is not None and 0 < likelihood < 1:
        clause = any(_AS_CLAUSE.search(str(getattr(kind, name))) for name in WORDED)
        known["likelihood"] = as_clause(likelihood) if clause else with_number(likelihood)
    return known
