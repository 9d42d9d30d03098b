"""The fixed words around an author's text, per language. The author's own words are never translated here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Labels and sentences of one language. `kinds` and `changes` go by message type."""

    kinds: Mapping[str, str]
    changes: Mapping[str, str]
    warning: str
    source: str
    to: str
    audience: str
    what: str
    impact: str
    where: str
    what_to_do: str
    when: str
    start: str
    until: str
    next_update: str
    contact: str
    confirm: str
    sent: str
    silent_subject: str
    silent_intro: str
    #: The same to an area's warden, or who stands in for them.
    silent_intro_area: str
    silent_ask: str
    days: tuple[str, ...]
    months: tuple[str, ...]


_ENGLISH = Words(
    kinds={"Alert": "WARNING", "Update": "UPDATE", "Cancel": "CANCELLED", "AllClear": "ALL CLEAR"},
    changes={
        "Update": "The warning has changed; read it again.",
        "Cancel": "The warning was wrong or no longer holds.",
        "AllClear": "The danger is over.",
    },
    warning="Warning",
    source="From",
    to="To",
    audience="For",
    what="What",
    impact="What it can do",
    where="Where",
    what_to_do="What to do",
    when="When",
    start="from",
    until="until",
    next_update="Next update",
    contact="Ask",
    confirm="Say that you have read this, that you are safe, or that you need help:",
    sent="Sent",
    silent_subject="NO ANSWER from {count}",
    silent_intro="{count} of your people have not answered this warning:",
    silent_intro_area="{count} people of your area have not answered this warning:",
    silent_ask="Reach them, then say what you know:",
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
)

_SPANISH = Words(
    kinds={"Alert": "AVISO", "Update": "ACTUALIZACIÓN", "Cancel": "ANULADO", "AllClear": "FIN DEL PELIGRO"},
    changes={
        "Update": "El aviso ha cambiado; léalo de nuevo.",
        "Cancel": "El aviso era erróneo o ya no vale.",
        "AllClear": "El peligro ha pasado.",
    },
    warning="Aviso",
    source="De",
    to="Para",
    audience="Dirigido a",
    what="Qué",
    impact="Qué puede causar",
    where="Dónde",
    what_to_do="Qué hacer",
    when="Cuándo",
    start="desde",
    until="hasta",
    next_update="Próxima noticia",
    contact="Preguntas",
    confirm="Indique que lo ha leído, que está a salvo o que necesita ayuda:",
    sent="Enviado",
    silent_subject="SIN RESPUESTA de {count}",
    silent_intro="{count} de las personas a su cargo no han respondido a este aviso:",
    silent_intro_area="{count} personas de su zona no han respondido a este aviso:",
    silent_ask="Localícelas y luego indique lo que sabe:",
    days=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
)

LANGUAGES: Mapping[str, Words] = {"en": _ENGLISH, "es": _SPANISH}


def words_for(language: str) -> Words:
    """The words of a language tag such as es-MX; English where there are none."""
    return LANGUAGES.get(language.split("-")[0].lower(), _ENGLISH)
