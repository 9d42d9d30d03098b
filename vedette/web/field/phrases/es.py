"""The field page's fixed words in Spanish."""

from __future__ import annotations

from vedette.web.field.phrases.kinds import FieldWords

WORDS = FieldWords(
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
    other_languages="Leer en",
    days=("día", "días"),
)
