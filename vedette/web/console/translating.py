"""The composer's further languages, both ways: what a browser sends as translations, and what the page shows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from vedette.formats.languages import NAMES, direction, name_of, own_name
from vedette.warnings.content import MOST_TRANSLATIONS
from vedette.warnings.lint import LintFinding

if TYPE_CHECKING:
    from vedette.web.console.drafting import Posted

#: The fields of a translation in the order they are read: name, label, lines (1: one line).
FIELDS = (
    ("change", "What is different now", 1),
    ("event", "Hazard", 1),
    ("headline", "Headline", 1),
    ("source", "Who warns", 1),
    ("description", "What is the matter", 4),
    ("impact", "What it can do to the reader", 2),
    ("instruction", "What to do", 4),
    ("area.description", "The area in words", 1),
    ("audience_note", "Who it is for, and who need not act", 1),
    ("next_update", "Next update", 1),
    ("contact", "Whom to ask", 1),
)
_PROSE = frozenset({"description", "impact", "instruction"})
#: The buttons that add a language and take one out: values of `do`, the language or the place after it.
ADD, DROP = "language", "drop"
_NAME = re.compile(r"translations\.(\d{1,3})\.language")


class Faults(Protocol):
    """Where the reasons against fields are kept."""

    def get(self, name: str, default: str = "") -> str | None:
        """The reason against a field."""


@dataclass(frozen=True)
class Row:
    """One field in both languages: what the message says, and the input for its translation."""

    name: str
    label: str
    #: The field that it translates.
    of: str
    ours: str
    value: str
    lines: int
    error: str
    hint: str
    #: The first field of a language that was added just now has the keyboard.
    focus: bool


@dataclass(frozen=True)
class Tongue:
    """One further language on the page."""

    place: int
    language: str
    name: str
    own_name: str
    direction: str
    rows: list[Row]
    #: What it does not tell as the message does; None while that is not known.
    differing: list[LintFinding] | None


def read(posted: Posted) -> list[dict[str, Any]]:
    """The translations in a form, in the order of their places."""
    places = sorted(int(match[1]) for name in posted if (match := _NAME.fullmatch(name)))
    return [_read(posted, f"translations.{place}.") for place in places]


def begun_from(last: Mapping[str, Any]) -> dict[str, Any]:
    """An update's first words: those of the message before in every language, and nothing yet of what changed."""
    told = {**last, "change": ""}
    if last.get("translations"):
        told["translations"] = [{**one, "change": ""} for one in last["translations"]]
    return told


def asked(posted: Posted, translations: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str]:
    """The translations after the button that was pressed, and what stands in its way; nothing else is changed."""
    do, _, which = (posted.get("do") or "").partition(":")
    if do == DROP:
        return [one for place, one in enumerate(translations) if str(place) != which], ""
    language = (which or posted.get("translations") or "").strip()
    told = {(posted.get("language") or "en-US").lower(), *(str(one["language"]).lower() for one in translations)}
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
        return translations, "choose a language, or write its tag, such as es or pt-BR"
    if language.lower() in told:
        return translations, f"{name_of(language)} is there already"
    if len(translations) >= MOST_TRANSLATIONS:
        return translations, f"{MOST_TRANSLATIONS} languages beside the first are the most"
    return [*translations, {"language": language, "area": {"description": ""}}], ""


def is_asked(posted: Posted) -> bool:
    """Whether a button of the languages was pressed."""
    return (posted.get("do") or "").partition(":")[0] in (ADD, DROP)


def show(content: Mapping[str, Any], faults: Faults, kind: str, findings: Sequence[LintFinding] | None) -> list[Tongue]:
    """The page's further languages, with the message's own words beside each field."""
    tongues = []
    for place, told in enumerate(content.get("translations") or ()):
        language = str(told.get("language") or "")
        tongues.append(
            Tongue(
                place,
                language,
                name_of(language),
                own_name(language),
                direction(language),
                [_row(place, one, content, told, faults) for one in FIELDS if one[0] != "change" or kind != "Alert"],
                differing(findings, place),
            )
        )
    return tongues


def differing(findings: Iterable[LintFinding] | None, place: int) -> list[LintFinding] | None:
    """What the rules say of one translation."""
    if findings is None:
        return None
    return [one for one in findings if one.field.startswith(f"translations.{place}.")]


def choices(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The languages to choose from, by name, without those that are told already."""
    told = {str(content.get("language") or "en-US").split("-")[0].lower()}
    told |= {str(one.get("language") or "").lower() for one in content.get("translations") or ()}
    named = sorted((names[0], code, names[1]) for code, names in NAMES.items() if code not in told)
    return [(code, name if name == own else f"{name} · {own}") for name, code, own in named]


def _read(posted: Posted, prefix: str) -> dict[str, Any]:
    told: dict[str, Any] = {"language": (posted.get(f"{prefix}language") or "").strip()}
    for name, _, _ in FIELDS:
        text = (posted.get(prefix + name) or "").replace("\r\n", "\n").strip()
        if name == "area.description":
            told["area"] = {"description": " ".join(text.split())}
        else:
            told[name] = text if name in _PROSE else " ".join(text.split())
    return told


def _row(
    place: int, one: tuple[str, str, int], content: Mapping[str, Any], told: Mapping[str, Any], faults: Faults
) -> Row:
    name, label, lines = one
    field = f"translations.{place}.{name}"
    hint = "write it again if it is the same" if name == "source" else ""
    return Row(
        field, label, name, _said(content, name), _said(told, name), lines if lines > 1 else 0,
        faults.get(field) or "", hint, name == "event" and set(told) == {"language", "area"},
    )  # fmt: skip


def _said(told: Mapping[str, Any], name: str) -> str:
    if name == "area.description":
        return str((told.get("area") or {}).get("description") or "")
    return str(told.get(name) or "")
