"""The fixed words of a paired phone's page, by language. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from vedette.formats.languages import primary
from vedette.web.phone.phrases import ar, en, es, fr, pt, uk
from vedette.web.phone.phrases.kinds import PhoneWords

__all__ = ["LANGUAGES", "PhoneWords", "phone_words"]

LANGUAGES: Mapping[str, PhoneWords] = {
    "en": en.WORDS,
    "es": es.WORDS,
    "fr": fr.WORDS,
    "pt": pt.WORDS,
    "uk": uk.WORDS,
    "ar": ar.WORDS,
}


def phone_words(language: str) -> PhoneWords:
    """The words in a language tag such as es-MX; English where there are none."""
    return LANGUAGES.get(primary(language), en.WORDS)
