"""The field page's fixed words in Portuguese."""

from __future__ import annotations

from vedette.web.field.phrases.kinds import FieldWords

WORDS = FieldWords(
    language="pt",
    answers={"acknowledged": "Já li", "safe": "Estou em segurança", "needs_help": "Preciso de ajuda"},
    ends={"expired": "EXPIRADO", "cancelled": "CANCELADO", "all_clear": "FIM DO PERIGO"},
    ends_because={
        "expired": "Este aviso terminou. Pergunte antes de o seguir.",
        "cancelled": "Este aviso fica cancelado.",
        "all_clear": "O perigo passou.",
    },
    answer_now="Responda agora",
    answer_again="Pode responder de novo",
    answered="Registado",
    answered_before="Respondeu a uma mensagem anterior. O aviso mudou: responda de novo.",
    attested="Alguém respondeu por si",
    not_recorded="Não foi registado",
    help_next="Se puder, ligue também por telefone ou rádio:",
    note="Acrescentar uma nota (opcional)",
    note_hint="Onde está, de que precisa. Escreva-a antes de carregar num botão.",
    as_whom="Responde como {name}. Esta página é só sua.",
    in_time="daqui a {span}",
    ago="há {span}",
    begins="Começa",
    ended="Terminou",
    changed="O que mudou",
    earlier="O que dizia antes",
    details="Mais informação",
    map_of="Mapa da área do aviso, com o norte em cima",
    inside="Na área, entre outros: {names}.",
    around="Fora, mas perto: {names}.",
    extent="Cerca de {width} km de oeste a leste e {height} km de norte a sul.",
    gone_title="Esta página não existe",
    gone="O endereço não está completo ou já não se usa. Abra de novo a ligação da sua mensagem.",
    other_languages="Ler em",
    days=("dia", "dias"),
)
