"""The fixed words of the field page, per language, beside those that every channel shares. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


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
    days: tuple[str, str]


_ENGLISH = FieldWords(
    language="en",
    answers={"acknowledged": "I have read it", "safe": "I am safe", "needs_help": "I need help"},
    ends={"expired": "EXPIRED", "cancelled": "CANCELLED", "all_clear": "ALL CLEAR"},
    ends_because={
        "expired": "This warning is over. Ask before you act on it.",
        "cancelled": "This warning is called off.",
        "all_clear": "The danger is over.",
    },
    answer_now="Answer now",
    answer_again="You can answer again",
    answered="Recorded",
    answered_before="You answered an earlier message. The warning has changed: answer again.",
    attested="Someone answered for you",
    not_recorded="Not recorded",
    help_next="If you can, also call or radio:",
    note="Add a note (optional)",
    note_hint="Where you are, what you need. Write it before you press a button.",
    as_whom="You answer as {name}. This page is yours alone.",
    in_time="in {span}",
    ago="{span} ago",
    begins="Begins",
    ended="Ended",
    changed="What changed",
    earlier="What it said before",
    details="More about it",
    map_of="Map of the warned area, north up",
    inside="In the area, among others: {names}.",
    around="Outside, but near: {names}.",
    extent="About {width} km from west to east, {height} km from north to south.",
    gone_title="There is no such page",
    gone="The address is not complete, or it is no longer in use. Open the link in your message again.",
    days=("day", "days"),
)

_SPANISH = FieldWords(
    language="es",
    answers={"acknowledged": "Lo he leído", "safe": "Estoy a salvo", "needs_help": "Necesito ayuda"},
    ends={"expired": "EXPIRED · CADUCADO", "cancelled": "ANULADO", "all_clear": "FIN DEL PELIGRO"},
    ends_because={
        "expired": "Este aviso ha terminado. Pregunte antes de seguirlo.",
        "cancelled": "Este aviso queda anulado.",
        "all_clear": "El peligro ha pasado.",
    },
    answer_now="Responda ahora",
    answer_again="Puede responder otra vez",
    answered="Registrado",
    answered_before="Respondió a un mensaje anterior. El aviso ha cambiado: responda otra vez.",
    attested="Alguien respondió por usted",
    not_recorded="No se ha registrado",
    help_next="Si puede, llame también por teléfono o radio:",
    note="Añadir una nota (opcional)",
    note_hint="Dónde está, qué necesita. Escríbala antes de pulsar un botón.",
    as_whom="Responde como {name}. Esta página es solo suya.",
    in_time="dentro de {span}",
    ago="hace {span}",
    begins="Empieza",
    ended="Terminó",
    changed="Qué ha cambiado",
    earlier="Lo que decía antes",
    details="Más información",
    map_of="Mapa de la zona del aviso, el norte arriba",
    inside="En la zona, entre otros: {names}.",
    around="Fuera, pero cerca: {names}.",
    extent="Unos {width} km de oeste a este y {height} km de norte a sur.",
    gone_title="No existe esta página",
    gone="La dirección no está completa o ya no se usa. Abra otra vez el enlace de su mensaje.",
    days=("día", "días"),
)

LANGUAGES = {"en": _ENGLISH, "es": _SPANISH}


def field_words(language: str) -> FieldWords:
    """The page's words in a language tag such as es-MX; English where there are none."""
    return LANGUAGES.get(language.split("-")[0].lower(), _ENGLISH)


def span_words(length: timedelta, words: FieldWords) -> str:
    """A length of time as people say it, in at most two units, rounded down: "2 h 10 min"."""
    minutes = max(0, int(length.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{days} {words.days[days > 1]}" + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {rest} min" if rest else "")
    return f"{rest} min"
