"""The fields of a table's row: a name for each, and what was refused about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def row_choice(
    context: template.Context, name: str, label: str, options: Iterable[tuple[str, str]], value: str
) -> SafeString:
    """A select called `name`, labelled for readers alone."""
    chosen = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((code, SafeString(" selected") if code == value else "", words) for code, words in options),
    )
    return format_html(
        '<select id="id-{}" name="{}" aria-label="{}"{}>{}</select>{}',
        name,
        name,
        label,
        _invalid(context, name),
        chosen,
        _reason(context, name),
    )


@register.simple_tag(takes_context=True)
def row_text(context: template.Context, name: str, label: str, value: Any) -> SafeString:
    """A text input called `name`, labelled for readers alone."""
    return format_html(
        '<input id="id-{}" name="{}" aria-label="{}" value="{}"{}>{}',
        name,
        name,
        label,
        value,
        _invalid(context, name),
        _reason(context, name),
    )


def _error(context: template.Context, name: str) -> str:
    errors = context.get("errors")
    return errors.fields.get(name, "") if errors else ""


def _invalid(context: template.Context, name: str) -> SafeString:
    return (
        format_html(' aria-invalid="true" aria-describedby="{}-error"', name) if _error(context, name) else SafeString()
    )


def _reason(context: template.Context, name: str) -> SafeString:
    reason = _error(context, name)
    return format_html('<span class="error" id="{}-error">{}</span>', name, reason) if reason else SafeString()
