"""What the composer does to its text when asked: a finding's fix put in, or placeholders filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from vedette.warnings.lint import LintFinding
from vedette.warnings.mending import mended
from vedette.warnings.types.catalogue import FILLED, blanks_in
from vedette.web.console.drafting import Posted, show_moment

#: The inputs for placeholders are named for them.
FILL = "fill."


@dataclass(frozen=True)
class Changed:
    """What the page is to change of its form: field -> new value, and which placeholders are still to be filled."""

    content: dict[str, Any]
    fields: dict[str, str] = field(default_factory=dict)
    blanks: list[str] = field(default_factory=list)


def fills(posted: Posted) -> dict[str, str]:
    """The words given for placeholders."""
    return {name.removeprefix(FILL): posted.get(name) or "" for name in posted if name.startswith(FILL)}


def with_mend(content: Mapping[str, Any], findings: list[LintFinding], key: str) -> dict[str, Any]:
    """The content with one finding's fix put in; as it was when the finding is no more."""
    found = next((one for one in findings if one.key == key and one.put is not None), None)
    return dict(content) if found is None else mended(content, found)


def blanks_of(content: Mapping[str, Any]) -> list[str]:
    """The placeholders still in the content's texts."""
    texts = [str(content.get(name) or "") for name in FILLED]
    return blanks_in([*texts, str((content.get("area") or {}).get("description") or "")])


def changed(before: Mapping[str, Any], after: dict[str, Any], zone: tzinfo) -> Changed:
    """What differs, as the form's fields have it."""
    fields = {name: str(after.get(name) or "") for name in FILLED if before.get(name) != after.get(name)}
    place, was = ((one.get("area") or {}).get("description") for one in (after, before))
    if place != was:
        fields["area.description"] = str(place or "")
    if before.get("expires") != after.get("expires"):
        fields["expires"] = show_moment(after.get("expires"), zone)
    return Changed(after, fields, blanks_of(after))
