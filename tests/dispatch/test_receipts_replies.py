"""What people write back: the three numbers, their words in several languages, and all that is no answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.dispatch import replies
from vedette.dispatch.levels import Response
from vedette.dispatch.replies import meaning

READ, SAFE, HELP = Response.ACKNOWLEDGED, Response.SAFE, Response.NEEDS_HELP


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("1", READ),
        (" 2. ", SAFE),
        ("3!", HELP),
        ("(2)", SAFE),
        ("#1", READ),
        ("٣", HELP),
        ("۲", SAFE),
        ("２", SAFE),
        ("2️⃣", SAFE),
        ("①", READ),
        ("Option 2", SAFE),
        ("2, at home", SAFE),
        ("1 thanks", READ),
        ("2\nwith the family", SAFE),
    ],
)
def test_a_number_is_an_answer_however_it_is_written(text: str, response: Response) -> None:
    assert meaning(text) is response


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("OK", READ),
        ("ok 👍🏽", READ),
        ("👍", READ),
        ("✅", READ),
        ("Yes, thank you", READ),
        ("Roger.", READ),
        ("got it", READ),
        ("SAFE", SAFE),
        ("I'm safe", SAFE),
        ("im safe", SAFE),
        ("We are all safe now, thanks", SAFE),
        ("Safe. No injuries.", SAFE),
        ("safe - at the school with 12 others", SAFE),
        ("HELP", HELP),
        ("heeelp!!!", HELP),
        ("sos", HELP),
        ("🆘", HELP),
        ("Leído", READ),
        ("Зрозуміло, дякую", READ),
        ("Ми всі у безпеці", SAFE),
        ("Потребую допомоги", HELP),
        ("Я не в безпеці", HELP),
        ("LO HE LEIDO", READ),
        ("Estoy a salvo", SAFE),
        ("estamos bien", SAFE),
        ("Necesito AYUDA", HELP),
        ("bien reçu", READ),
        ("J'ai lu", READ),
        ("Je suis en sécurité", SAFE),
        ("sain et sauf", SAFE),
        ("J'ai besoin d'aide", HELP),
        ("au secours", HELP),
        ("Gelesen", READ),
        ("bestätigt", READ),
        ("Ich bin in Sicherheit", SAFE),
        ("Hilfe!", HELP),
        ("Lido, obrigada", READ),
        ("Estou em segurança", SAFE),
        ("Preciso de ajuda", HELP),
        ("نعم", READ),
        ("تم الاستلام", READ),
        ("أنا بخير الحمد لله", SAFE),
        ("أحتاج مساعدة", HELP),
        ("النجدة", HELP),
    ],
)
def test_words_count_in_six_languages(text: str, response: Response) -> None:
    assert meaning(text) is response


@pytest.mark.parametrize(
    "text",
    [
        "help is not needed",
        "OK but we need help here",
        "1 3",
        "2 or 3",
        "safe, SOS",
        "we are 3, all safe",
        "answer 3",
        "I am not safe",
        "not ok",
        "No estoy bien",
        "nicht sicher",
        "je ne suis pas en sécurité",
        "unsafe",
        "3 people are down",
        "لست بخير",
    ],
)
def test_in_doubt_it_is_a_call_for_help(text: str) -> None:
    assert meaning(text) is HELP


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "?",
        "no",
        "4",
        "12",
        "1/2",
        "we are 2 here now",
        "2.5",
        "2:15 at the gate",
        "2 men with guns at the bridge",
        "1 person hurt",
        "is it safe?",
        "safe to go back now?",
        "Safe route is closed",
        "OK if you say so",
        "ok, but who is this?",
        "Safe, but not with the others",
        "who is this",
        "STOP",
        "no 👍",
        "🔥",
        "not read",
        "see you at 3 pm",
        "the year 3000",
        "\x00",
        "\ud800",
    ],
)
def test_what_leaves_a_doubt_or_says_nothing_is_no_answer(text: str) -> None:
    assert meaning(text) is None


@given(st.text(max_size=300))
def test_any_text_has_one_meaning_or_none(text: str) -> None:
    assert meaning(text) in (None, *Response)


@given(st.text(max_size=80), st.sampled_from(["help", "SOS", "ayuda", "🆘", "مساعدة"]), st.text(max_size=80))
def test_a_call_for_help_is_heard_wherever_it_stands(before: str, call: str, after: str) -> None:
    assert meaning(f"{before} {call} {after}") is HELP


def test_no_word_means_two_things() -> None:
    tables = [replies._vocabulary(table) for table in (replies._READ, replies._SAFE, replies._NOT, replies._BESIDE)]
    tables.append(replies._vocabulary(replies._HELP))
    for at, table in enumerate(tables):
        for other in tables[at + 1 :]:
            assert not table & other
