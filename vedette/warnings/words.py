"""The fixed words around an author's text, by language. The author's own words are never translated here."""

from __future__ import annotations

from collections.abc import Mapping

from vedette.formats.languages import primary
from vedette.warnings.phrases import ar, en, es, fr, pt, uk
from vedette.warnings.phrases.kinds import Words

__all__ = ["LANGUAGES", "Words", "words_for"]

LANGUAGES: Mapping[str, Words] = {
    "en": en.WORDS,
    "es": es.WORDS,
    "fr": fr.WORDS,
    "pt": pt.WORDS,
    "uk": uk.WORDS,
    "ar": ar.WORDS,
}


def words_for(language: str) -> Words:
    """The words of a language tag such as es-MX; English where there are none."""
    return LANGUAGES.get(primary(language), en.WORDS)
