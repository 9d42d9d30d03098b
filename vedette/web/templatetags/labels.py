"""What a page calls its fields, read from its own template: an error there names nothing that the page does not show.

The API's errors keep the fields' own names, which are right there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from django import template
from django.template import Context
from django.template.loader import get_template

register = template.Library()

_INCLUDE = re.compile(r'{%\s*include\s+"([^"]+)"(.*?)%}')
_GIVEN = re.compile(r'\b(name|label)="([^"]*)"')
_LABELLED = re.compile(r'<label for="id-([\w.-]+)">([^<{]+)</label>')
_LEGEND = re.compile(r'id="id-([\w.-]+)"[^>]*>\s*<legend[^>]*>([^<{]+)</legend>')
#: What has a heading on its page, and no label.
_HEADED = {
    "area": "Where",
    "area.geometry": "Where",
    "audience": "Who is warned",
    "category": "Category",
    "claims_for": "What it rests on",
    "plan": "How it is followed up",
    "response_types": "Kind of response",
    "translations": "In other languages",
}
_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_LATER = re.compile(r"^(?:(\w+) )?must be later than (\w+)$", re.IGNORECASE)
_OF_A_LIST = re.compile(r"^(?:input should be '|'[^']*' is none; give one of )", re.IGNORECASE)


@register.simple_tag(takes_context=True)
def label_of(context: Context, field: str, page: str = "") -> str:
    """What the page calls `field`; `page` names the template where this is a part that is sent by itself."""
    return _label(_page(context, page), str(field))


@register.simple_tag(takes_context=True)
def reason_here(context: Context, reason: object, page: str = "") -> str:
    """A reason in the page's words: fields by their labels, and a list of codes as the list that the page shows."""
    said, labels = str(reason or ""), labels_of(_page(context, page))
    if _OF_A_LIST.match(said):
        return "Choose one of those listed."
    if (later := _LATER.match(said)) is not None:
        first, second = (labels.get((name or "").lower(), name or "") for name in later.groups())
        return f"{f'“{first}” must' if first else 'Must'} be later than “{second}”"
    return _NAME.sub(lambda found: f"“{labels[found[0]]}”" if found[0] in labels else found[0], said)


@cache
def labels_of(page: str) -> dict[str, str]:
    """Field -> label, of a template and of the parts it includes; where one stands twice, the first."""
    found: dict[str, str] = {}
    for name, label in _read(page, set()):
        found.setdefault(name, label)
    return found


def _read(page: str, seen: set[str]) -> Iterator[tuple[str, str]]:
    if page in seen:
        return
    seen.add(page)
    source = get_template(page).template.source
    yield from _LABELLED.findall(source)
    yield from _LEGEND.findall(source)
    for part, rest in _INCLUDE.findall(source):
        given = dict(_GIVEN.findall(rest))
        if "name" in given and "label" in given:
            yield given["name"], given["label"]
        yield from _read(part, seen)


def _label(page: str, field: str) -> str:
    labels, last = labels_of(page), re.sub(r"^translations\.\d+\.", "", field)
    known = labels.get(last) or _HEADED.get(last) or _HEADED.get(last.split(".")[0])
    if known is not None:
        return known
    words = re.sub(r"[._]", " ", last)
    return words[:1].upper() + words[1:]


def _page(context: Context, page: str) -> str:
    return page or str(context.template.name)
