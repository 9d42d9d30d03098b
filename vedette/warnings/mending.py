"""Does to a draft what a finding suggests, where the suggestion can be done by machine. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vedette.warnings.lint import LintFinding

_SPACES = re.compile(r"[ \t]{2,}")
_BEFORE_MARK = re.compile(r"[ \t]+(?=[.,;!?](?:\s|$))")


def mended(content: Mapping[str, Any], finding: LintFinding) -> dict[str, Any]:
    """`content`, in the shape of `Content`, with the finding's words put in. Raises ValueError when it has none."""
    if finding.put is None:
        raise ValueError(f"{finding.rule}: only a person can say what to put there")
    if finding.field == "area.description":
        area = dict(content.get("area") or {})
        area["description"] = _put(str(area.get("description") or ""), finding, finding.put)
        return {**content, "area": area}
    if finding.field == "expires":
        return {**content, "expires": finding.put}
    return {**content, finding.field: _put(str(content.get(finding.field) or ""), finding, finding.put)}


def _put(text: str, finding: LintFinding, words: str) -> str:
    """The text with the span replaced; what that leaves behind (two spaces, an empty line) is tidied away."""
    start, end = (0, len(text)) if (finding.start, finding.end) == (0, 0) else (finding.start, finding.end)
    whole = text[:start] + words + text[end:]
    lines = (_BEFORE_MARK.sub("", _SPACES.sub(" ", line)).strip() for line in whole.split("\n"))
    tidy = "\n".join(line for line in lines if line not in ("", "."))
    return tidy[:1].upper() + tidy[1:] if start == 0 and text[:1].isupper() else tidy
