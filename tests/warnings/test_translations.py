"""One warning in several languages: shared facts, one hash over all words, a CAP block each, and who gets which."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warnings.good import EXPIRES, GOOD, SENT
from tests.warnings.translated import ARABIC, SPANISH, TWO_TONGUES
from vedette.access.handling import Realm
from vedette.formats.cap import check_cap, parse_cap, write_cap
from vedette.formats.languages import best, direction
from vedette.formats.parts import BadInput, parse
from vedette.warnings.cap import to_cap
from vedette.warnings.cap_languages import whole_content_of
from vedette.warnings.cap_proposal import said_in_cap
from vedette.warnings.content import Content, MessageType, Translation
from vedette.warnings.ending import ending
from vedette.warnings.render import MessageView, render_email, render_short, render_sms, render_webhook
from vedette.warnings.words import LANGUAGES, words_for

WHOLE = GOOD.model_copy(update={"translations": (SPANISH, ARABIC)})


def draft(*translations: dict[str, Any]) -> dict[str, Any]:
    return {**GOOD.model_dump(mode="json"), "translations": list(translations)}


def spanish(**changes: Any) -> dict[str, Any]:
    return SPANISH.model_dump(mode="json") | changes


def cap_of(content: Content, kind: MessageType = MessageType.ALERT) -> bytes:
    earlier = [] if kind is MessageType.ALERT else [("duty@example.org", "w-0", SENT)]
    return write_cap(
        to_cap(
            content,
            identifier="w-1",
            sender="duty@example.org",
            sent=SENT,
            msg_type=kind,
            realm=Realm.EXERCISE,
            references=earlier,
        )
    )


def view(content: Content, language: str) -> MessageView:
    return MessageView(
        content=content.in_language(language),
        msg_type=MessageType.ALERT,
        realm=Realm.EXERCISE,
        identifier="w-1",
        sent=SENT,
        link="https://w.example/a/x",
        language=language,
        zone="America/Los_Angeles",
    )


def test_a_content_in_one_language_is_stored_as_if_there_could_be_no_other() -> None:
    assert "translations" not in GOOD.model_dump(mode="json")
    assert parse(Content, draft()) == GOOD
    assert parse(Content, draft()).model_dump(mode="json") == GOOD.model_dump(mode="json")


def test_a_content_in_several_languages_comes_back_as_it_was_stored() -> None:
    assert parse(Content, WHOLE.model_dump(mode="json")) == WHOLE
    assert WHOLE.languages == ("en-US", "es", "ar")


@pytest.mark.parametrize(
    ("translations", "field", "reason"),
    [
        ([spanish(), spanish()], "translations", "Spanish is there twice; keep one"),
        ([spanish(language="EN-us")], "translations", "is the language of the text itself"),
        ([spanish(headline="")], "translations.0.headline", "at least 1"),
        ([spanish(language="castellano viejo")], "translations.0.language", "pattern"),
        ([spanish(severity="Minor")], "translations.0.severity", "not permitted"),
        ([spanish(language=f"x{a}{b}") for a in "abcde" for b in "abcde"], "translations", "at most 20"),
    ],
)
def test_a_translation_that_cannot_stand_is_refused_with_its_place_and_the_reason(
    translations: list[dict[str, Any]], field: str, reason: str
) -> None:
    with pytest.raises(BadInput) as refused:
        parse(Content, draft(*translations))
    assert refused.value.field == field
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("wanted", "told", "gets"),
    [
        ("es-MX", ("en-US", "es"), "es"),
        ("ES", ("en-US", "es"), "es"),
        ("zh-Hant-TW", ("en", "zh-Hans", "zh-Hant"), "zh-Hant"),
        ("en-x-plain", ("fr", "en"), "en"),
        ("en-GB", ("en-US", "es"), "en-US"),
        ("es-MX", ("en", "es-ES"), "es-ES"),
        ("uk", ("en-US", "es"), "en-US"),
        ("est", ("en", "es"), "en"),
    ],
)
def test_a_reader_gets_the_closest_text_there_is_and_else_the_first(
    wanted: str, told: tuple[str, ...], gets: str
) -> None:
    assert best(wanted, told) == gets


def test_what_a_translation_leaves_out_is_told_in_the_first_language() -> None:
    told = WHOLE.in_language("ar")
    assert told.headline == ARABIC.headline
    assert (told.source, told.impact) == (GOOD.source, GOOD.impact)
    assert (told.expires, told.area.geometry, told.severity) == (EXPIRES, GOOD.area.geometry, GOOD.severity)


@pytest.mark.parametrize("render", [render_short, render_sms, lambda one: render_email(one).text, render_webhook])
def test_every_channel_says_the_readers_text_and_no_other(render: Any) -> None:
    theirs, others = str(render(view(TWO_TONGUES, "es-MX"))), str(render(view(TWO_TONGUES, "fr")))
    assert "disparos contra patrullas" in theirs and "shooting at patrols" not in theirs
    assert "shooting at patrols" in others and "disparos" not in others


def test_cap_has_a_block_for_each_language_with_the_same_facts_and_is_valid() -> None:
    data = cap_of(WHOLE)
    assert check_cap(data).errors == ()
    first, second, third = parse_cap(data).infos
    assert [one.language for one in (first, second, third)] == ["en-US", "es", "ar"]
    for other in (second, third):
        assert other.areas[0].polygons == first.areas[0].polygons
        assert (other.onset, other.expires, other.severity) == (first.onset, first.expires, first.severity)
    assert second.headline == f"EXERCISE {SPANISH.headline} EXERCISE"


def test_cap_read_back_tells_every_reader_what_they_were_told() -> None:
    back = whole_content_of(parse_cap(cap_of(WHOLE)))
    assert back.languages == WHOLE.languages
    for language in WHOLE.languages:
        assert _words(back.in_language(language)) == _words(WHOLE.in_language(language))
    assert whole_content_of(parse_cap(cap_of(TWO_TONGUES))).translations == (SPANISH,)


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Co", "Zl", "Zp", "Zs")), min_size=1)


@given(st.builds(
    Translation, language=st.just("es"), event=words, headline=words, source=words, area=st.just(SPANISH.area),
    audience_note=words, description=words, impact=words, instruction=words, next_update=words, contact=words,
    change=words,
))  # fmt: skip
def test_any_words_of_a_translation_survive_cap(translation: Translation) -> None:
    whole = GOOD.model_copy(update={"translations": (translation,)})
    back = whole_content_of(parse_cap(cap_of(whole)))
    assert _words(back.in_language("es")) == _words(whole.in_language("es"))


def _words(content: Content) -> dict[str, Any]:
    return content.model_dump(mode="json", exclude={"area": {"geometry"}})


def test_a_block_about_something_else_is_no_translation() -> None:
    other = TWO_TONGUES.model_copy(update={"severity": "Minor"})
    mixed = cap_of(TWO_TONGUES).replace(b"<severity>Extreme</severity>", b"<severity>Minor</severity>", 1)
    assert whole_content_of(parse_cap(mixed)).languages == ("en-US",)
    assert whole_content_of(parse_cap(cap_of(other))).languages == ("en-US", "es")


def test_a_draft_begun_from_another_issuers_message_has_its_translations() -> None:
    said, _ = said_in_cap(parse_cap(cap_of(TWO_TONGUES)), SENT)
    (proposed,) = said["translations"]
    assert (proposed["language"], proposed["area"]["description"]) == ("es", SPANISH.area.description)
    assert SPANISH.headline in proposed["headline"]


@pytest.mark.parametrize("kind", [MessageType.CANCEL, MessageType.ALL_CLEAR])
def test_the_end_is_told_in_every_language_that_has_words_for_it(kind: MessageType) -> None:
    swahili = SPANISH.model_copy(update={"language": "sw"})
    before = GOOD.model_copy(update={"translations": (SPANISH, ARABIC, swahili)})
    last = ending(before, kind, "the men were detained", SENT)
    assert last.languages == ("en-US", "es", "ar")
    assert last.in_language("es").headline.startswith(words_for("es").kinds[kind.value])
    assert SPANISH.instruction not in str(last.model_dump())
    assert last.in_language("sw").headline.startswith(words_for("en").kinds[kind.value])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fixed_words_of_a_language_are_complete_and_name_no_month_twice(language: str) -> None:
    found = words_for(language)
    short = {found.short_date(SENT.replace(month=month)) for month in range(1, 13)}
    assert (len(found.days), len(found.months), len(short)) == (7, 12, 12)
    assert set(found.kinds) == {kind.value for kind in MessageType}
    for ended in found.endings.values():
        assert "{event}" in ended.headline and "{event}" in ended.description
    assert "{count}" in found.silent_subject and "{count}" in found.silent_intro


def test_a_script_in_the_tag_decides_which_way_it_runs() -> None:
    assert [direction(tag) for tag in ("ar", "ar-Latn", "es", "az-Arab", "ur-PK")] == [
        "rtl",
        "ltr",
        "ltr",
        "rtl",
        "rtl",
    ]
