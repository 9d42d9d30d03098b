"""The fixed words in French."""

from __future__ import annotations

from vedette.warnings.phrases.kinds import Ending, Words

WORDS = Words(
    kinds={"Alert": "ALERTE", "Update": "ACTUALISATION", "Cancel": "ANNULÉ", "AllClear": "FIN DU DANGER"},
    changes={
        "Update": "L'alerte a changé ; relisez-la.",
        "Cancel": "L'alerte était erronée ou n'est plus valable.",
        "AllClear": "Le danger est passé.",
    },
    warning="Alerte",
    source="De",
    to="À",
    audience="Pour",
    what="Quoi",
    impact="Conséquences possibles",
    where="Où",
    what_to_do="Que faire",
    when="Quand",
    start="du",
    until="jusqu'au",
    next_update="Prochaine information",
    contact="Questions",
    confirm="Dites que vous l'avez lu, que vous êtes en sécurité ou que vous avez besoin d'aide :",
    sent="Envoyé",
    silent_subject="SANS RÉPONSE : {count}",
    silent_intro="{count} des personnes dont vous êtes responsable n'ont pas répondu à cette alerte :",
    silent_intro_area="{count} personnes de votre zone n'ont pas répondu à cette alerte :",
    silent_ask="Joignez-les, puis dites ce que vous savez :",
    filled_subject="ASSEZ DE RÉPONSES",
    filled="Assez de personnes ont répondu : on n’a plus besoin de vous pour cela, et l’on ne vous le "
    "demandera plus. L’alerte elle-même reste valable.",
    missed_subject="SEULEMENT {answered} sur {needed}",
    missed="Sur les {needed} réponses nécessaires{of}, {answered} sont arrivées à temps.",
    missed_of=", {name}",
    missed_next="D’autres personnes sont sollicitées maintenant.",
    missed_last="Il n’y a plus personne à solliciter : voyez ce qui peut être fait.",
    days=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    last="Aucune autre information n'est prévue.",
    endings={
        "Cancel": Ending(
            headline="ANNULÉ : {event}",
            description="L'alerte « {event} » est annulée : elle a été envoyée par erreur ou n'est plus valable.",
            instruction="Ne tenez pas compte de l'alerte précédente. Reprenez le service normal.",
        ),
        "AllClear": Ending(
            headline="FIN DU DANGER : {event}",
            description="Le danger « {event} » dans cette zone est passé.",
            instruction="Reprenez le service normal.",
        ),
    },
    short_months=(
        *("janv", "févr", "mars", "avril", "mai", "juin"),
        *("juil", "août", "sept", "oct", "nov", "déc"),
    ),
)
