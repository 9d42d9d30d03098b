"""The fixed words in Portuguese."""

from __future__ import annotations

from vedette.warnings.phrases.kinds import Ending, Words

WORDS = Words(
    kinds={"Alert": "AVISO", "Update": "NOVO AVISO", "Cancel": "CANCELADO", "AllClear": "FIM DO PERIGO"},
    changes={
        "Update": "O aviso mudou; leia-o de novo.",
        "Cancel": "O aviso estava errado ou já não vale.",
        "AllClear": "O perigo passou.",
    },
    warning="Aviso",
    source="De",
    to="Para",
    audience="Destinado a",
    what="O quê",
    impact="O que pode causar",
    where="Onde",
    what_to_do="O que fazer",
    when="Quando",
    start="de",
    until="até",
    next_update="Próxima informação",
    contact="Perguntas",
    confirm="Indique que leu, que está em segurança ou que precisa de ajuda:",
    sent="Enviado",
    silent_subject="SEM RESPOSTA de {count}",
    silent_intro="{count} das pessoas a seu cargo não responderam a este aviso:",
    silent_intro_area="{count} pessoas da sua área não responderam a este aviso:",
    silent_ask="Contacte-as e depois indique o que sabe:",
    filled_subject="JÁ RESPONDERAM PESSOAS SUFICIENTES",
    filled="Já responderam pessoas suficientes: você não é mais necessário para isto e não será chamado de "
    "novo. O aviso continua válido.",
    missed_subject="SÓ {answered} de {needed}",
    missed="Das {needed} respostas necessárias{of}, {answered} chegaram a tempo.",
    missed_of=", {name}",
    missed_next="Outras pessoas estão sendo chamadas agora.",
    missed_last="Não há mais ninguém a chamar: veja o que pode ser feito.",
    days=("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"),
    months=(
        *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
        *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
    ),
    last="Não está prevista mais informação.",
    endings={
        "Cancel": Ending(
            headline="CANCELADO: {event}",
            description="O aviso «{event}» fica cancelado: foi enviado por engano ou já não vale.",
            instruction="Não siga o aviso anterior. Volte ao serviço normal.",
        ),
        "AllClear": Ending(
            headline="FIM DO PERIGO: {event}",
            description="O perigo «{event}» nesta área passou.",
            instruction="Volte ao serviço normal.",
        ),
    },
)
