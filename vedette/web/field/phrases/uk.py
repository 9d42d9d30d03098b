"""The field page's fixed words in Ukrainian."""

from __future__ import annotations

from vedette.web.field.phrases.kinds import FieldWords

WORDS = FieldWords(
    language="uk",
    answers={"acknowledged": "Повідомлення прочитано", "safe": "Я в безпеці", "needs_help": "Мені потрібна допомога"},
    ends={"expired": "ТЕРМІН МИНУВ", "cancelled": "СКАСОВАНО", "all_clear": "НЕБЕЗПЕКА МИНУЛА"},
    ends_because={
        "expired": "Це попередження вже не діє. Запитайте, перш ніж діяти за ним.",
        "cancelled": "Це попередження скасовано.",
        "all_clear": "Небезпека минула.",
    },
    answer_now="Дайте відповідь зараз",
    answer_again="Можна відповісти ще раз",
    answered="Записано",
    answered_before="Ви відповіли на попереднє повідомлення. Попередження змінилося: дайте відповідь ще раз.",
    attested="Хтось відповів за вас",
    not_recorded="Не записано",
    help_next="Якщо можете, також зателефонуйте або зв'яжіться по радіо:",
    note="Додати примітку (не обов'язково)",
    note_hint="Де ви і що вам потрібно. Напишіть до того, як натиснути кнопку.",
    as_whom="Ви відповідаєте як {name}. Ця сторінка лише для вас.",
    in_time="через {span}",
    ago="{span} тому",
    begins="Початок",
    ended="Закінчилося",
    changed="Що змінилося",
    earlier="Що було сказано раніше",
    details="Докладніше",
    map_of="Карта зони попередження, північ угорі",
    inside="У зоні, зокрема: {names}.",
    around="Поза зоною, але поруч: {names}.",
    extent="Приблизно {width} км із заходу на схід і {height} км з півночі на південь.",
    gone_title="Такої сторінки немає",
    gone="Адреса неповна або вже не діє. Відкрийте посилання з вашого повідомлення ще раз.",
    other_languages="Читати мовою",
    days=("дн.", "дн."),
    hour="год",
    minute="хв",
)
