"""Reports that say the same in nearly the same words: a story that others reprint, a memo that came twice.

Found by the rule by which origins are counted (`origins.near`); what is found is shown, and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models.functions import Length

from vedette.access.policy import Actor
from vedette.reports.models import Report
from vedette.reports.origins import near, rows_of
from vedette.reports.queries import inbox

#: How far apart in time copies are looked for, in how many reports, and in how many characters of them in all.
WITHIN, MOST_REPORTS, MOST_LETTERS = timedelta(days=30), 500, 2_000_000
#: Longer texts are not compared.
LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Copy:
    """A report that is a near copy, and the share of the shorter text's rows of words that are in both."""

    report: Report
    share: float


def copies_of(actor: Actor, report: Report) -> list[Copy]:
    """The near copies among the reports that the actor may see, the nearest first; not those of its own thread."""
    if len(report.text) > LONGEST:
        return []
    own, head = rows_of(report.text), report.follows_id or report.pk
    around = inbox(actor).filter(
        received_at__gte=report.received_at - WITHIN, received_at__lte=report.received_at + WITHIN
    )
    others = around.exclude(pk=head).exclude(follows=head).annotate(letters=Length("text"))
    found: list[Copy] = []
    letters = 0
    for other in others.filter(letters__lte=LONGEST).defer("original", "draft")[:MOST_REPORTS]:
        letters += len(other.text)
        if letters > MOST_LETTERS:
            break
        rows = rows_of(other.text)
        if near(own, rows):
            found.append(Copy(other, len(own & rows) / min(len(own), len(rows))))
    return sorted(found, key=lambda one: (-one.share, one.report.pk))
