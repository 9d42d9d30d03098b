"""The field page's fixed words in French."""

from __future__ import annotations

from vedette.web.field.phrases.kinds import FieldWords

WORDS = FieldWords(
    language="fr",
    answers={"acknowledged": "Je l'ai lu", "safe": "Je suis en sécurité", "needs_help": "J'ai besoin d'aide"},
    ends={"expired": "EXPIRÉ", "cancelled": "ANNULÉ", "all_clear": "FIN DU DANGER"},
    ends_because={
        "expired": "Cette alerte est terminée. Demandez avant de la suivre.",
        "cancelled": "Cette alerte est annulée.",
        "all_clear": "Le danger est passé.",
    },
    answer_now="Répondez maintenant",
    answer_again="Vous pouvez répondre de nouveau",
    answered="Enregistré",
    answered_before="Vous avez répondu à un message précédent. L'alerte a changé : répondez de nouveau.",
    attested="Quelqu'un a répondu pour vous",
    not_recorded="Non enregistré",
    help_next="Si vous le pouvez, appelez aussi par téléphone ou radio :",
    note="Ajouter une note (facultatif)",
    note_hint="Où vous êtes, ce qu'il vous faut. Écrivez-la avant d'appuyer sur un bouton.",
    as_whom="Vous répondez en tant que {name}. Cette page n'est qu'à vous.",
    in_time="dans {span}",
    ago="il y a {span}",
    begins="Début",
    ended="Terminé",
    changed="Ce qui a changé",
    earlier="Ce que disait l'alerte avant",
    details="En savoir plus",
    map_of="Carte de la zone d'alerte, le nord en haut",
    inside="Dans la zone, entre autres : {names}.",
    around="En dehors, mais proche : {names}.",
    extent="Environ {width} km d'ouest en est et {height} km du nord au sud.",
    gone_title="Cette page n'existe pas",
    gone="L'adresse n'est pas complète ou ne sert plus. Ouvrez de nouveau le lien de votre message.",
    other_languages="Lire en",
    days=("jour", "jours"),
)
