"""Language tags (RFC 5646): which of some texts a reader gets, what a language is called, which way it runs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

#: A tag such as `es` or `es-MX`: its form is checked, not its registration.
LanguageTag = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]

#: Primary language -> its name in English, and its own name for itself.
NAMES: Mapping[str, tuple[str, str]] = {
    "am": ("Amharic", "አማርኛ"),
    "ar": ("Arabic", "العربية"),
    "bn": ("Bengali", "বাংলা"),
    "de": ("German", "Deutsch"),
    "en": ("English", "English"),
    "es": ("Spanish", "Español"),
    "fa": ("Persian", "فارسی"),
    "fr": ("French", "Français"),
    "ha": ("Hausa", "Hausa"),
    "he": ("Hebrew", "עברית"),
    "hi": ("Hindi", "हिन्दी"),
    "ht": ("Haitian Creole", "Kreyòl ayisyen"),
    "id": ("Indonesian", "Bahasa Indonesia"),
    "it": ("Italian", "Italiano"),
    "ja": ("Japanese", "日本語"),
    "ko": ("Korean", "한국어"),
    "ku": ("Kurdish", "Kurdî"),
    "my": ("Burmese", "မြန်မာ"),
    "nl": ("Dutch", "Nederlands"),
    "pl": ("Polish", "Polski"),
    "ps": ("Pashto", "پښتو"),
    "pt": ("Portuguese", "Português"),
    "ro": ("Romanian", "Română"),
    "ru": ("Russian", "Русский"),
    "so": ("Somali", "Soomaali"),
    "sw": ("Swahili", "Kiswahili"),
    "th": ("Thai", "ไทย"),
    "ti": ("Tigrinya", "ትግርኛ"),
    "tl": ("Tagalog", "Tagalog"),
    "tr": ("Turkish", "Türkçe"),
    "uk": ("Ukrainian", "Українська"),
    "ur": ("Urdu", "اردو"),
    "vi": ("Vietnamese", "Tiếng Việt"),
    "zh": ("Chinese", "中文"),
}

#: Languages, and scripts in a tag, that are written from right to left.
_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he ps sd ug ur yi".split())  # noqa: SIM905
_SCRIPTS_TO_LEFT = frozenset("adlm arab hebr nkoo rohg syrc thaa".split())  # noqa: SIM905


def primary(tag: str) -> str:
    """The language of a tag without region or script: `es` of `es-MX`."""
    return tag.split("-")[0].lower()


def best(wanted: str, texts: Sequence[str]) -> str:
    """Which of the tags `texts` a reader of `wanted` gets: RFC 4647's lookup, and the first where nothing is found.

    A text of the same language from elsewhere (es-ES for es-MX) is taken before one in another language.
    """
    known = {tag.lower(): tag for tag in reversed(texts)}
    parts = wanted.lower().split("-")
    while parts:
        if (found := known.get("-".join(parts))) is not None:
            return found
        parts.pop()
        if parts and len(parts[-1]) == 1:  # RFC 4647, 3.4: what a single letter introduces goes with it
            parts.pop()
    return next((tag for tag in texts if primary(tag) == primary(wanted)), texts[0])


def name_of(tag: str) -> str:
    """A language as English calls it, with the rest of the tag: "Spanish (es-MX)"."""
    known = NAMES.get(primary(tag))
    if known is None:
        return tag
    return known[0] if "-" not in tag else f"{known[0]} ({tag})"


def own_name(tag: str) -> str:
    """A language as its readers call it; the tag where that is not known."""
    known = NAMES.get(primary(tag))
    return known[1] if known is not None else tag


def direction(tag: str) -> Literal["ltr", "rtl"]:
    """Which way it is written, for `dir`; a script in the tag goes before the language."""
    parts = tag.lower().split("-")
    script = next((part for part in parts[1:] if len(part) == 4 and part.isalpha()), "")
    if script:
        return "rtl" if script in _SCRIPTS_TO_LEFT else "ltr"
    return "rtl" if parts[0] in _RIGHT_TO_LEFT else "ltr"
