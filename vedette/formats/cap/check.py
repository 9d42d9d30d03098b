"""The judgement on a CAP message: its schema, the rules beyond it, and the profiles asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from vedette.formats.cap.findings import Finding, Level
from vedette.formats.cap.ipaws import IPAWS_RULES
from vedette.formats.cap.message import Alert
from vedette.formats.cap.read import BadCap, cap_root, read_root
from vedette.formats.cap.rules import RULES, Rule
from vedette.formats.cap.schema import schema_findings
from vedette.formats.safe_xml import line_of

#: Profile name -> its rules.
PROFILES: dict[str, Sequence[Rule]] = {"cap12": RULES, "ipaws": IPAWS_RULES}

_STEP = re.compile(r"([A-Za-z]+)(?:\[([0-9]+)\])?")
_TIMES = ("sent", "effective", "onset", "expires")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was found; `valid` when nothing of it is an error."""

    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def valid(self) -> bool:
        return not self.errors


def check_cap(data: bytes, profiles: Sequence[str] = ("cap12",)) -> CheckResult:
    """Every rule that the message in `data` breaks. Raises ValueError on an unknown profile name, on nothing else."""
    unknown = [name for name in profiles if name not in PROFILES]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not a profile; known are {', '.join(PROFILES)}")
    try:
        root = cap_root(data)
    except BadCap as error:
        return CheckResult(error.findings, ())
    findings = schema_findings(root)
    # The rules beyond the schema speak of a message that the schema accepts; on another they would only echo.
    if not findings:
        findings = [*_utc_findings(root), *rule_findings(read_root(root, data), profiles, root)]
    errors = tuple(one for one in findings if one.level is Level.ERROR)
    return CheckResult(errors, tuple(one for one in findings if one.level is Level.WARNING))


def rule_findings(
    alert: Alert, profiles: Sequence[str] = ("cap12",), root: etree._Element | None = None
) -> Iterator[Finding]:
    """What the rules beyond the schema find in `alert`; with `root`, each finding has its line."""
    for profile in profiles:
        for one in PROFILES[profile]:
            for path, message in one.look(alert):
                yield Finding(rule=one.name, level=one.level, path=path, line=_line(root, path), message=message)


def _utc_findings(root: etree._Element) -> Iterator[Finding]:
    """CAP 1.2, 3.3.2: UTC is -00:00. Looked for in the text, since the moment is the same."""
    namespace = etree.QName(root).namespace
    if not str(namespace).endswith(":1.2"):
        return
    for element in root.iter(*(f"{{{namespace}}}{name}" for name in _TIMES)):
        if (element.text or "").strip().endswith("+00:00"):
            name = etree.QName(element).localname
            yield Finding(
                rule="cap-utc",
                level=Level.WARNING,
                path=f"alert/{name}" if element.getparent() is root else f"alert/info/{name}",
                line=line_of(element),
                message=f"<{name}>: UTC is written -00:00 in CAP, not +00:00",
            )


def _line(root: etree._Element | None, path: str) -> int:
    """The line of the element at `path`, or of its nearest ancestor that exists."""
    if root is None:
        return 0
    here, prefix = root, f"{{{etree.QName(root).namespace}}}"
    for name, number in _STEP.findall(path)[1:]:
        found = here.findall(prefix + name)
        place = int(number or 1) - 1
        if place >= len(found):
            break
        here = found[place]
    return line_of(here)
