"""What the field page's fixed words of one language are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vedette.formats.languages import direction


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """What the page says around the author's text. `answers` goes by response, `ends` by status."""

    language: str
    answers: Mapping[str, str]
    ends: Mapping[str, str]
    ends_because: Mapping[str, str]
    answer_now: str
    answer_again: str
    answered: str
    answered_before: str
    attested: str
    not_recorded: str
    help_next: str
    note: str
    note_hint: str
    as_whom: str
    in_time: str
    ago: str
    begins: str
    ended: str
    changed: str
    earlier: str
    details: str
    map_of: str
    inside: str
    around: str
    extent: str
    gone_title: str
    gone: str
    #: Above the other languages of this message.
    other_languages: str
    #: One day, and more than one.
    days: tuple[str, str]
    hour: str = "h"
    minute: str = "min"

    @property
    def direction(self) -> str:
        """Which way these words are written."""
        return direction(self.language)
