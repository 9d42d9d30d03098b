"""The judgement on a CAP message: its schema, the rules beyond it, and the profiles asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from vedette.formats.cap.datatypes import decimal
from vedette.formats.cap.findings import Finding, Level
from vedette.formats.cap.ipaws import IPAWS
from vedette.formats.cap.message import Alert
from vedette.formats.cap.read import BadCap, cap_root, read_root
from vedette.formats.cap.rulebook import Rulebook
from vedette.formats.cap.rules import CAP12
from vedette.formats.cap.schema import schema_findings
from vedette.formats.safe_xml import line_of

#: Profile name -> its rules.
PROFILES: dict[str, Rulebook] = {"cap12": CAP12, "ipaws": IPAWS}

_TIMES = ("sent", "effective", "onset", "expires")
_HEIGHTS = ("altitude", "ceiling")


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
    # Held while it is looked at more than once: lxml makes an element's Python face anew each time it is let go.
    _held = list(root.iter())
    findings = schema_findings(root)
    # The rules beyond the schema speak of a message that the schema accepts; on another they would only echo.
    if not findings:
        findings = [*_notation_findings(root), *rule_findings(read_root(root, data), profiles, root)]
    errors = tuple(one for one in findings if one.level is Level.ERROR)
    return CheckResult(errors, tuple(one for one in findings if one.level is Level.WARNING))


def rule_findings(
    alert: Alert, profiles: Sequence[str] = ("cap12",), root: etree._Element | None = None
) -> Iterator[Finding]:
    """What the rules beyond the schema find in `alert`; with `root`, each finding has its line."""
    lines = _Lines(root)
    for profile in profiles:
        for rule, level, path, message in PROFILES[profile].broken(alert):
            yield Finding(rule=rule, level=level, path=path, line=lines.at(path), message=message)


def _notation_findings(root: etree._Element) -> Iterator[Finding]:
    """What only the text shows, since the message as data no longer tells: how UTC is written, heights in words."""
    namespace = str(etree.QName(root).namespace)
    named = f"{{{namespace}}}".__add__
    if namespace.endswith(":1.2"):  # CAP 1.2, 3.3.2: UTC is -00:00.
        for element in root.iter(*map(named, _TIMES)):
            if (element.text or "").strip().endswith("+00:00"):
                name = etree.QName(element).localname
                path = f"alert/{name}" if element.getparent() is root else f"alert/info/{name}"
                yield _warning("cap-utc", path, element, f"<{name}>: UTC is written -00:00 in CAP, not +00:00")
        return
    for element in root.iter(*map(named, _HEIGHTS)):  # CAP 1.1, 3.2.4: in feet, and no more than the number.
        if decimal(element.text or "") is not None:
            name = etree.QName(element).localname
            text = f"<{name}> is not a number of feet: {(element.text or '')[:40]!r} is not passed on"
            yield _warning("cap-height", f"alert/info/area/{name}", element, text)


def _warning(rule: str, path: str, element: etree._Element, message: str) -> Finding:
    return Finding(rule=rule, level=Level.WARNING, path=path, line=line_of(element), message=message)


class _Lines:
    """The line of the element at a path, or of its nearest ancestor that exists; what was found once is kept."""

    def __init__(self, root: etree._Element | None) -> None:
        self._prefix = "" if root is None else f"{{{etree.QName(root).namespace}}}"
        self._found: dict[str, etree._Element] = {} if root is None else {"alert": root}

    def at(self, path: str) -> int:
        """0 when there is no document."""
        return line_of(self._element(path)) if self._found else 0

    def _element(self, path: str) -> etree._Element:
        known = self._found.get(path)
        if known is None:
            above, _, step = path.rpartition("/")
            parent = self._element(above)
            name, _, number = step.partition("[")
            place = int(number[:-1]) - 1 if number else 0
            found = next(islice(parent.iterchildren(self._prefix + name), place, None), None)
            known = self._found[path] = parent if found is None else found
        return known
