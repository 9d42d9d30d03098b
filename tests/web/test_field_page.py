"""The field page: what a person in danger sees, and that it says the truth about the warning."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.warnings.good import EXPIRES, GOOD
from tests.warnings.translated import ARABIC, SPANISH
from tests.web.field_house import ISSUED, add_message, address, warned
from vedette import clock
from vedette.access.handling import Realm, Tlp
from vedette.dispatch.models import Acknowledgement, Receipt
from vedette.dispatch.tokens import LENGTH, make_token
from vedette.warnings.content import Area, MessageType

pytestmark = pytest.mark.django_db

ASSETS = Path(settings.STATICFILES_DIRS[0])


@pytest.fixture
def now():
    """The clock, stopped when the shared warning is issued."""
    with clock.frozen(ISSUED) as frozen:
        yield frozen


def opened(recipient) -> str:
    """The page's text as the recipient gets it."""
    answer = Client().get(address(recipient))
    assert answer.status_code == 200
    return answer.content.decode()


def words_of(page: str) -> str:
    """What the page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("<body", 1)[1].split(">", 1)[1]).split())


def test_it_says_what_where_until_when_and_what_to_do(now) -> None:
    now.advance(hours=45, minutes=50)
    said = words_of(opened(warned()))
    for part in (
        "TLP:AMBER",
        GOOD.headline,
        GOOD.area.description,
        "Sunday 7 December 2025, 06:00 PST (in 2 h 10 min)",
        "Wear body armour outside buildings.",
        GOOD.source,
        "Friday 5 December 2025, 08:00 PST",
        "I have read it",
        "I am safe",
        "I need help",
    ):
        assert part in said
    assert said.index("What to do") < said.index("I have read it") < said.index(GOOD.source)


def test_everything_it_loads_is_under_40_kb(now) -> None:
    page = opened(warned())
    loads = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assets = [where for where in loads if not where.startswith(("data:", "tel:")) and where != "/me/"]
    assert assets == ["/static/field.css"]
    whole = len(page.encode()) + sum((ASSETS / where.removeprefix("/static/")).stat().st_size for where in assets)
    assert whole < 40_000
    assert "url(" not in (ASSETS / "field.css").read_text()


def test_it_runs_no_script_and_has_no_inline_style(now) -> None:
    page = opened(warned())
    assert "<script" not in page
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=", page)


def test_its_headers_keep_it_out_of_caches_indexes_frames_and_referrers(now) -> None:
    answer = Client().get(address(warned()))
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert "Set-Cookie" not in answer


def test_an_exercise_begins_and_ends_with_the_word_and_live_never_says_it(now) -> None:
    said = words_of(opened(warned()))
    assert said.startswith("EXERCISE ")
    assert said.endswith(" EXERCISE")


def test_live_does_not_say_exercise(now) -> None:
    assert "EXERCISE" not in opened(warned(Realm.LIVE))


def test_after_expiry_it_says_expired_first_of_all_and_still_takes_answers(now) -> None:
    recipient = warned()
    now.advance(hours=47, minutes=59)
    assert "EXPIRED" not in opened(recipient)
    now.advance(minutes=1)
    page = opened(recipient)
    assert words_of(page).startswith("EXERCISE TLP:AMBER EXPIRED This warning is over.")
    assert page.count("<button") == 3
    assert "<title>EXERCISE · EXPIRED: " in page


@pytest.mark.parametrize(("kind", "word"), [(MessageType.CANCEL, "CANCELLED"), (MessageType.ALL_CLEAR, "ALL CLEAR")])
def test_an_end_is_said_first_of_all_and_stays_said(now, kind: MessageType, word: str) -> None:
    recipient = warned()
    reason = "Two sources withdrew what they had said."
    add_message(recipient.warning, kind, change=reason, instruction="Return to normal duty.")
    for _ in range(2):
        said = words_of(opened(recipient))
        assert said.startswith(f"EXERCISE TLP:AMBER {word} ")
        assert reason in said
        now.advance(days=3)


def test_an_update_shows_what_changed_and_keeps_the_earlier_text_folded(now) -> None:
    recipient = warned()
    now.advance(hours=1)
    add_message(recipient.warning, MessageType.UPDATE, change="The area is larger.", instruction="Stay inside.")
    page = opened(recipient)
    assert "UPDATE What changed: The area is larger." in re.sub(
        r"UPDATE .*?What changed", "UPDATE What changed", words_of(page)
    )
    folded = page.split('<details class="earlier">')[1].split("</details>")[0]
    assert "Wear body armour outside buildings." in folded
    assert "Wear body armour" not in page.split('<details class="earlier">')[0]


def test_content_is_escaped_wherever_it_stands(now) -> None:
    nasty = "<script>alert(1)</script>\"'><img src=x onerror=y>"
    area = Area(description=nasty, geometry=GOOD.area.geometry)
    fields = ("event", "headline", "source", "description", "impact", "instruction", "contact", "next_update", "change")
    page = opened(warned(area=area, **dict.fromkeys(fields, nasty), audience_note=nasty))
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;") >= len(fields)


def test_the_map_names_places_in_and_near_the_area_with_scale_and_north(now) -> None:
    page = opened(warned())
    drawing = page.split("<svg", 1)[1].split("</svg>")[0]
    assert "Chula Vista" in drawing and "Otay Mesa" in drawing
    assert re.search(r"\d+ km · [\d.]+ mi", drawing)
    assert ">N</text>" in drawing
    said = words_of(page)
    assert "In the area, among others: Chula Vista" in said
    assert "About 22 km from west to east, 13 km from north to south." in said


def test_a_telephone_number_can_be_tapped(now) -> None:
    assert '<a href="tel:+16195550100">+1 619 555 0100</a>' in opened(warned())


def test_the_fixed_words_are_in_the_persons_language_and_the_authors_in_their_own(now) -> None:
    page = opened(warned(language="es-MX"))
    assert '<html lang="es" dir="ltr">' in page
    assert '<article lang="en-US" dir="ltr">' in page
    assert "Necesito ayuda" in page and GOOD.headline in page
    assert "domingo 7 diciembre 2025" in page.lower()


def test_opening_it_records_nothing(now) -> None:
    recipient = warned()
    opened(recipient)
    recipient.refresh_from_db()
    assert recipient.state == "open"
    assert not Receipt.objects.exists()
    assert not Acknowledgement.objects.exists()


@pytest.mark.parametrize("handling", list(Tlp))
def test_the_mark_stands_at_both_ends(now, handling: Tlp) -> None:
    page = opened(warned(handling=handling))
    assert page.count(f'class="tlp {handling.name.lower()}">{handling.value}<') == 2


def test_an_unknown_a_forged_and_a_damaged_token_get_the_same_page_that_tells_nothing(now) -> None:
    recipient = warned()
    good = address(recipient).removeprefix("/a/")
    wrong = {
        "another recipient": make_token(recipient.pk + 1, Realm.EXERCISE),
        "the other realm": make_token(recipient.pk, Realm.LIVE),
        "forged": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "cut short": good[:-4],
        "too long": good + "AAAA",
        "no token": "x" * LENGTH,
        "not ascii": "é" * LENGTH,
    }
    answers = {name: Client().get(f"/a/{token}") for name, token in wrong.items()}
    assert {answer.status_code for answer in answers.values()} == {404}
    assert len({answer.content for answer in answers.values()}) == 1
    body = answers["forged"].content.decode()
    assert "EXERCISE" not in body and GOOD.headline not in body and "<form" not in body
    assert answers["forged"]["Cache-Control"] == "no-store"


def test_a_forged_token_asks_the_database_as_often_as_one_whose_recipient_is_gone(
    now, django_assert_num_queries
) -> None:
    recipient = warned()
    client = Client()
    with django_assert_num_queries(1):
        client.get(f"/a/{'x' * LENGTH}")
    with django_assert_num_queries(1):
        client.get(f"/a/{make_token(recipient.pk + 1, Realm.EXERCISE)}")


def test_what_begins_later_says_when(now) -> None:
    said = words_of(opened(warned(onset=ISSUED + timedelta(hours=3), expires=EXPIRES)))
    assert "Begins Friday 5 December 2025, 09:00 PST (in 3 h)" in said


def test_a_reader_gets_the_text_in_their_language_and_may_read_another(now) -> None:
    recipient = warned(language="es-MX", translations=(SPANISH, ARABIC))
    page = opened(recipient)
    assert SPANISH.headline in page and GOOD.headline not in page
    assert '<a href="?lang=ar" lang="ar" hreflang="ar" dir="rtl">العربية</a>' in page
    assert '<span aria-current="true" lang="es" dir="ltr">Español</span>' in page
    arabic = Client().get(address(recipient), {"lang": "ar"}).content.decode()
    assert '<html lang="ar" dir="rtl">' in arabic and '<article lang="ar" dir="rtl">' in arabic
    assert ARABIC.headline in arabic and "أحتاج إلى مساعدة" in arabic
    for unknown in ("fr", "x" * 5_000, "<b>"):
        assert SPANISH.headline in Client().get(address(recipient), {"lang": unknown}).content.decode()


def test_the_answer_is_shown_in_the_language_that_it_was_given_in(now) -> None:
    recipient = warned(translations=(SPANISH,))
    page = Client().get(address(recipient), {"lang": "es"}).content.decode()
    assert '<input type="hidden" name="lang" value="es">' in page
    answered = Client().post(
        address(recipient), "response=safe&lang=es", content_type="application/x-www-form-urlencoded"
    )
    shown = answered.content.decode()
    assert "Registrado: Estoy a salvo" in shown and SPANISH.headline in shown


def test_a_message_in_one_language_offers_no_choice(now) -> None:
    assert "hreflang" not in opened(warned(language="es"))
