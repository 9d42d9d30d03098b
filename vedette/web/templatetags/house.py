"""How the console says things: handling marks, times in the organisation's zone, ages, bars, grades and likelihoods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from vedette import clock
from vedette.access.handling import Tlp
from vedette.access.roles import Role, Verb
from vedette.formats.languages import direction, name_of
from vedette.reports.models import Credibility, Reliability
from vedette.threats.likelihood import TERMS, in_words

register = template.Library()

#: The hidden field that says in which realm a form was opened.
IN_REALM = "in_realm"

_STATES = {
    "draft": ("", "draft"),
    "submitted": ("caution", "waits for approval"),
    "approved": ("accent", "approved, not issued"),
    "issued": ("good", "issued"),
    "in force": ("good", "in force"),
    "in force, next message in work": ("good", "in force, next in work"),
    "withdrawn": ("", "withdrawn"),
    "open": ("", "no answer yet"),
    "safe": ("good", "safe"),
    "needs_help": ("bad", "needs help"),
    "acknowledged": ("good", "acknowledged"),
    "attested": ("good", "attested"),
    "unanswered": ("caution", "unanswered"),
    "failed": ("bad", "failed"),
    "cancelled": ("", "called off"),
    "queued": ("", "queued"),
    "note": ("", "wrote back"),
    "accepted": ("", "accepted by gateway"),
    "delivered": ("good", "delivered"),
    "displayed": ("good", "displayed"),
    "expired": ("caution", "expired"),
    "superseded": ("", "superseded"),
    "held": ("caution", "held back"),
    "claim-proposed": ("caution", "to be judged"),
    "claim-accepted": ("good", "accepted"),
    "claim-rejected": ("", "rejected"),
    "rejected": ("", "rejected"),
    "in": ("accent", "in"),
    "maybe": ("caution", "maybe"),
}


@register.simple_tag(takes_context=True)
def sealed(context: template.Context) -> SafeString:
    """What every form carries: Django's token, and the realm of the page it stands on, in which alone it acts."""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="{}" value="{}">',
        context.get("csrf_token", ""),
        IN_REALM,
        context.get("realm", ""),
    )


@register.simple_tag(takes_context=True)
def shown(context: template.Context, record: Any, name: str, otherwise: str = "–") -> str:
    """What a related record is called, if the reader may see that record; else a dash."""
    if record is None:
        return otherwise
    actor = context.get("actor")
    return str(getattr(record, name)) if actor and actor.may(Verb.SEE, record) else "–"


@register.simple_tag
def tlp(label: str) -> SafeString:
    """A TLP 2.0 mark in the standard's own colours."""
    mark = Tlp(label)
    return format_html('<span class="tlp tlp-{}">{}</span>', mark.name.lower(), mark.value)


@register.simple_tag
def tag(state: str) -> SafeString:
    """A state as a word with its colour."""
    kind, words = _STATES.get(state, ("", state))
    return format_html('<span class="tag {}">{}</span>', kind, words)


@register.simple_tag
def claim_tag(status: str) -> SafeString:
    """What people made of a claim."""
    return tag(f"claim-{status}")


@register.filter
def state_words(state: str) -> str:
    """A state's words alone."""
    return _STATES.get(state, ("", state))[1]


@register.filter
def when(moment: datetime | date | None) -> SafeString | str:
    """A moment as people here read it, with the exact time in UTC behind it."""
    if moment is None:
        return "not set"
    if not isinstance(moment, datetime):
        return f"{moment:%a} {moment.day} {moment:%b %Y}"
    here = timezone.localtime(moment)
    year = "" if here.year == timezone.localtime(clock.now()).year else f" {here.year}"
    return format_html(
        '<time class="nowrap" datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z",
        f"{here:%a} {here.day} {here:%b}{year} {here:%H:%M} {here.tzname()}",
    )


@register.filter
def when_text(text: str) -> SafeString | str:
    """A time stored as RFC 3339 text, as people here read it; any other text as it is."""
    try:
        return when(datetime.fromisoformat(text)) if len(text) > 15 else text
    except ValueError:
        return text


@register.filter
def time_of_day(moment: datetime | None) -> str:
    """Only hours, minutes and seconds."""
    return "–" if moment is None else f"{timezone.localtime(moment):%H:%M:%S}"


@register.filter
def age(moment: datetime | None) -> SafeString | str:
    """How long ago, in the one unit that matters."""
    if moment is None:
        return "–"
    return format_html(
        '<time class="nowrap" datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S %Z}",
        span(clock.now() - moment),
    )


@register.filter
def left(moment: datetime | None) -> str:
    """How long until then."""
    if moment is None:
        return ""
    rest = moment - clock.now()
    return f"{span(rest)} left" if rest > timedelta(0) else f"over since {span(-rest)}"


@register.filter
def span(length: timedelta | float | None) -> str:
    """A length of time in one or two units."""
    if length is None:
        return "–"
    seconds = length.total_seconds() if isinstance(length, timedelta) else float(length)
    if seconds < 0:
        return "just now"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms" if seconds else "0 s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        hours, rest = divmod(int(seconds / 60), 60)
        return f"{hours} h {rest:02d} min" if hours < 10 else f"{hours} h"
    return f"{seconds / 86400:.0f} d"


@register.filter
def get(found: Mapping[Any, Any] | None, key: Any) -> Any:
    """The value under `key`; nothing when there is none."""
    return (found or {}).get(key, "")


@register.filter
def percent(part: float | None) -> str:
    """A share between 0 and 1 in hundredths."""
    return "–" if part is None else f"{100 * part:.0f} %"


@register.filter
def metres(length: float | None) -> str:
    """A distance in metres, or kilometres once that is shorter to read."""
    if length is None:
        return "–"
    return f"{length / 1000:,.3g} km" if length >= 1000 else f"{length:,.0f} m"


@register.filter
def roles_text(roles: Iterable[Role]) -> str:
    """Roles in words."""
    return ", ".join(sorted(role.value.replace("_", " ") for role in roles)) or "no role"


@register.filter
def words(code: str) -> str:
    """A code's underscores as spaces."""
    return str(code).replace("_", " ")


@register.filter
def language_name(tag: str) -> str:
    """A language as English calls it."""
    return name_of(tag)


@register.filter
def runs(tag: str) -> str:
    """Which way a language is written."""
    return direction(tag)


@register.filter
def likelihood_words(value: float) -> str:
    """The ICD 203 term for a likelihood."""
    return in_words(value)


@register.simple_tag
def scale(value: float) -> SafeString:
    """The seven bands of ICD 203 with the one that holds `value` lit and a mark at the value."""
    said = likelihood_words(value)
    bands = format_html_join(
        "",
        '<rect class="band {}" x="{}" y="0" width="{}" height="8"><title>{}: {}–{} %</title></rect>',
        (
            (
                "on" if term.word == said else "",
                f"{term.low * 100:.0f}",
                f"{(term.high - term.low) * 100:.0f}",
                term.word,
                f"{term.low * 100:.0f}",
                f"{term.high * 100:.0f}",
            )
            for term in TERMS
        ),
    )
    mark = round(value * 100, 1)
    return format_html(
        '<svg class="scale" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label="{}, {} %">{}'
        '<rect class="mark" x="{}" y="0" width="0.7" height="12"/></svg>',
        said,
        f"{mark:.0f}",
        bands,
        f"{mark - 0.35:.2f}",
    )


@register.simple_tag
def confidence_steps(level: str) -> SafeString:
    """Three steps, as many lit as the confidence has."""
    lit = {"low": 1, "moderate": 2, "high": 3}.get(level, 0)
    steps = format_html_join("", '<i class="{}"></i>', (("on" if step < lit else "",) for step in range(3)))
    return format_html('<div class="steps-3" aria-hidden="true">{}</div>', steps)


@register.simple_tag
def bar(counts: Mapping[str, int], kind: str = "") -> SafeString:
    """One stacked bar of named counts, drawn as SVG; the numbers must stand beside it."""
    whole = sum(counts.values())
    pieces, at = [], 0.0
    for name, count in counts.items():
        width = 1000 * count / whole if whole else 0.0
        if count:
            pieces.append((name, f"{at:.2f}", f"{width:.2f}", _STATES.get(name, ("", name))[1], count))
        at += width
    rects = format_html_join(
        "", '<rect class="{}" x="{}" y="0" width="{}" height="10"><title>{}: {}</title></rect>', pieces
    )
    return format_html(
        '<svg class="bar {}" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>', kind, rects
    )


@register.simple_tag
def grade(reliability: str | None, credibility: str | None = None) -> SafeString:
    """A two-axis grade as one mark; a dash where nobody has judged."""
    parts = (
        [(reliability, Reliability)]
        if credibility is None
        else [(reliability, Reliability), (credibility, Credibility)]
    )
    said = format_html_join(
        "",
        '<span class="{}" title="{}">{}</span>',
        (("", kind(value).label, value) if value else ("none", "not graded", "–") for value, kind in parts),
    )
    return format_html('<span class="grade">{}</span>', said)
