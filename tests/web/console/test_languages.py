"""Several languages in the composer: side by side, added, taken out, held against each other, previewed, approved."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from tests.warnings.translated import ARABIC, SPANISH
from tests.web.console.house import House, text_of
from tests.web.console.test_composing import form
from vedette.formats.cap import check_cap
from vedette.people.models import Person
from vedette.warnings import actions
from vedette.warnings.content import Translation
from vedette.warnings.models import Message
from vedette.warnings.readers import reading_of
from vedette.web.console.translating import FIELDS, begun_from


def sent(*translations: Translation, **changed: Any) -> dict[str, Any]:
    """The composer's form with further languages."""
    told: dict[str, Any] = {}
    for place, translation in enumerate(translations):
        told[f"translations.{place}.language"] = translation.language
        for name, _, _ in FIELDS:
            own = translation.area.description if name == "area.description" else getattr(translation, name)
            told[f"translations.{place}.{name}"] = own
    return form(**told, **changed)


def test_what_is_written_in_two_languages_is_stored_and_shown_again(house: House) -> None:
    browser = house.browser("officer")
    browser.post("/warnings/new/", sent(SPANISH, ARABIC))
    message = Message.objects.get()
    assert message.parsed_content().translations == (SPANISH, ARABIC)
    page = text_of(browser.get(f"/warnings/{message.warning_id}/messages/1/edit/"))
    assert SPANISH.headline in page
    assert re.search(r'<input lang="ar" dir="rtl" id="id-translations\.1\.headline"', page)
    beside = re.search(r'<div class="ours" data-of="headline".*?<p class="prose">(.*?)</p>', page, re.DOTALL)
    assert beside is not None and beside[1] == message.content["headline"]


def test_a_language_is_added_and_taken_out_without_script_and_nothing_is_stored(house: House) -> None:
    browser = house.browser("officer")
    page = text_of(browser.post("/warnings/new/", sent(SPANISH, do="language", translations="fr")))
    assert 'name="translations.1.language" value="fr"' in page and "Take French out" in page
    assert SPANISH.headline in page and "autofocus" in page.split('id="id-translations.1.event"')[0][-60:]
    fewer = text_of(browser.post("/warnings/new/", sent(SPANISH, ARABIC, do="drop:0")))
    assert SPANISH.headline not in fewer and ARABIC.headline in fewer
    assert not Message.objects.exists()


def test_a_language_that_is_there_or_is_none_is_refused_at_its_field(house: House) -> None:
    browser = house.browser("officer")
    for asked, said in (("es", "Spanish is there already"), ("", "Choose a language"), ("en-US", "is there already")):
        response = browser.post("/warnings/new/", sent(SPANISH, do="language", translations=asked))
        assert response.status_code == 422
        assert 'href="#id-translations"' in text_of(response) and said in text_of(response)


def test_what_a_translation_lacks_is_told_at_its_own_field(house: House) -> None:
    lacking = SPANISH.model_copy(update={"headline": ""})
    response = house.browser("officer").post("/warnings/new/", sent(lacking))
    assert response.status_code == 422
    assert 'href="#id-translations.0.headline"' in text_of(response)
    assert not Message.objects.exists()


def test_the_check_says_what_a_language_tells_otherwise_beside_it(house: House) -> None:
    wrong = SPANISH.model_copy(update={"contact": "sala de guardia, teléfono +1 619 555 0199, canal de radio 1"})
    found = text_of(house.browser("officer").post("/warnings/check/", sent(wrong)))
    beside = found.split('id="alike-0"')[1].split('id="alike-1"')[0]
    assert 'hx-swap-oob="true"' in beside
    assert 'href="#id-translations.0.contact"' in beside
    assert "+1 619 555 0100 is missing in the Spanish text" in beside


def test_each_language_is_previewed_for_each_channel_and_cap_holds_them_all(house: House) -> None:
    message = house.draft(translations=[SPANISH.model_dump(mode="json")])
    page = text_of(house.browser("officer").get(f"/warnings/{message.warning_id}/messages/1/edit/"))
    assert 'aria-controls="tongue-told-es">Spanish<' in page
    for channel in ("field", "email", "sms", "push", "mesh", "webhook"):
        own, theirs = (_preview(page, channel + mark) for mark in ("", "-es"))
        assert SPANISH.event not in own
        assert SPANISH.event in theirs or SPANISH.headline in theirs or channel == "push"
    cap = _preview(page, "cap")
    assert check_cap(_raw(cap)).valid
    assert (cap.count("&lt;info&gt;"), cap.count("&lt;language&gt;es&lt;")) == (2, 1)


def test_the_approver_sees_every_language(house: House) -> None:
    message = actions.submit(house.actor("officer"), house.draft(translations=[SPANISH.model_dump()]), "stands")
    page = text_of(house.browser("second").get(f"/warnings/{message.warning_id}/messages/1/"))
    assert SPANISH.headline in page and SPANISH.instruction.splitlines()[0] in page
    assert "Hasta" in _preview(page, "sms-es")


def test_the_author_sees_who_reads_a_language_that_there_is_no_text_in(house: House) -> None:
    Person.objects.filter(realm="exercise").update(language="en-US")
    message = house.draft()
    reached = Person.objects.filter(unit__code="otay-mesa", active=True).values_list("pk", flat=True)[:3]
    Person.objects.filter(pk__in=list(reached)).update(language="es-MX")
    browser = house.browser("officer")
    page = text_of(browser.get(f"/warnings/{message.warning_id}/messages/1/edit/"))
    assert "3 people read Spanish; there is no Spanish text: they would get the English." in page
    assert 'name="do" value="language:es"' in page
    assert "there is no Spanish text" not in text_of(browser.post("/warnings/check/", sent(SPANISH)))


def test_an_update_begins_with_every_language_and_says_in_none_yet_what_changed(house: House) -> None:
    changed = SPANISH.model_copy(update={"change": "Nuevo."})
    begun = begun_from(house.draft(translations=[changed.model_dump(mode="json")]).content)
    assert begun["translations"] == [SPANISH.model_dump(mode="json")]


def test_readers_are_counted_by_the_text_that_they_get() -> None:
    found = reading_of({"en-US": 40, "en-GB": 2, "es-MX": 12, "es": 1, "uk": 1}, ["en-US", "es"])
    assert [(one.language, one.count) for one in found.texts] == [("en-US", 43), ("es", 13)]
    assert [one.message for one in found.unread] == [
        "1 person reads Ukrainian; there is no Ukrainian text: they would get the English."
    ]


def _preview(page: str, name: str) -> str:
    return page.split(f'id="preview-{name}"')[1].split('role="tabpanel"')[0]


def _raw(preview: str) -> bytes:
    return unescape(re.search(r"(&lt;\?xml.*&lt;/[\w:]*alert&gt;)", preview, re.DOTALL)[1]).encode()
