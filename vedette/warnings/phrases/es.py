"""The fixed words in Spanish."""

from __future__ import annotations

from vedette.warnings.phrases.kinds import Ending, Words

WORDS = Words(
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
    filled_subject="YA HAN RESPONDIDO SUFICIENTES",
    filled="Ya han respondido suficientes personas: ya no se le necesita para esto y no se le volverá a "
    "preguntar. El aviso sigue vigente.",
    missed_subject="SOLO {answered} de {needed}",
    missed="De las {needed} respuestas necesarias{of}, han llegado a tiempo {answered}.",
    missed_of=", {name}",
    missed_next="Ahora se pregunta a más personas.",
    missed_last="No queda nadie más a quien preguntar: vea qué se puede hacer.",
    days=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
    last="No se prevén más noticias.",
    endings={
        "Cancel": Ending(
            headline="ANULADO: {event}",
            description="El aviso «{event}» queda anulado: se envió por error o ya no vale.",
            instruction="No siga el aviso anterior. Vuelva al servicio normal.",
        ),
        "AllClear": Ending(
            headline="FIN DEL PELIGRO: {event}",
            description="El peligro «{event}» en esta zona ha pasado.",
            instruction="Vuelva al servicio normal.",
        ),
    },
)
