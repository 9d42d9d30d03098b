"""The fixed words of the field page, by language, beside those that every channel shares. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from vedette.formats.languages import primary
from vedette.web.field.phrases import ar, en, es, fr, pt, uk
from vedette.web.field.phrases.kinds import FieldWords

__all__ = ["LANGUAGES", "FieldWords", "field_words", "span_words"]

LANGUAGES: Mapping[str, FieldWords] = {
    "en": en.WORDS,
    "es": es.WORDS,
    "fr": fr.WORDS,
    "pt": pt.WORDS,
    "uk": uk.WORDS,
    "ar": ar.WORDS,
}


def field_words(language: str) -> FieldWords:
    """The page's words in a language tag such as es-MX; English where there are none."""
    return LANGUAGES.get(primary(language), en.WORDS)


def span_words(length: timedelta, words: FieldWords) -> str:
    """A length of time as people say it, in at most two units, rounded down: "2 h 10 min"."""
    minutes = max(0, int(length.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{days} {words.days[days > 1]}" + (f" {hours} {words.hour}" if hours else "")
    if hours:
        return f"{hours} {words.hour}" + (f" {rest} {words.minute}" if rest else "")
    return f"{rest} {words.minute}"
