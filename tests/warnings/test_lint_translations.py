"""The token check between languages: alike in other clothes, different in a digit; which rules see translations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.warnings.good import GOOD, SENT
from tests.warnings.translated import ARABIC, SPANISH, TWO_TONGUES
from vedette.access.handling import Realm
from vedette.warnings.content import Content, MessageType, Translation
from vedette.warnings.lint import LintContext, LintFinding, LintLevel, lint

CONTEXT = LintContext(realm=Realm.EXERCISE, msg_type=MessageType.ALERT, now=SENT, zone="America/Los_Angeles")


def found(content: Content, *rules: str) -> list[LintFinding]:
    return [finding for finding in lint(content, CONTEXT) if finding.rule in (rules or ("L22",))]


def against(english: str, other: str, language: str = "es") -> list[str]:
    """What the check says of two descriptions."""
    translation = SPANISH.model_copy(update={"description": other, "language": language})
    content = GOOD.model_copy(update={"description": english, "translations": (translation,)})
    return [one.message for one in found(content) if one.field == "translations.0.description"]


def test_the_good_warning_says_the_same_in_spanish() -> None:
    assert found(TWO_TONGUES) == []
    others = {finding.rule for finding in lint(TWO_TONGUES, CONTEXT)} - {
        finding.rule for finding in lint(GOOD, CONTEXT)
    }
    assert others <= {"L13"}


@pytest.mark.parametrize(
    ("english", "other", "language"),
    [
        ("Stay 1,500 m away.", "Quédese a 1.500 m.", "es"),
        ("Stay 1.5 km away.", "Restez à 1,5 km.", "fr"),
        ("Stay 20,000 m away.", "Restez à 20\u202f000 m.", "fr"),
        ("Until Sunday 7 December 2025, 18:00 PST.", "Hasta el domingo 7 de diciembre de 2025, 6:00 p. m. PST.", "es"),
        ("Until December 7, 2025, 6 pm.", "Jusqu'au 7 décembre 2025, 18 h.", "fr"),
        ("From 2025-12-07 at 06:00.", "Desde el 7 de diciembre de 2025 a las 6:00.", "es"),
        ("It may happen at 60%. March on.", "Puede ocurrir (60 %). Siga.", "es"),
        ("Call +1 619 555 0100.", "Llame al +1 (619) 555-0100.", "es"),
        ("Until Sunday, 06:00, 60%.", "حتى الأحد، ٠٦:٠٠، ٦٠٪.", "ar"),
        ("Until Sunday 7 December 2025.", "До неділі 7 грудня 2025.", "uk"),
        ("Until Sunday 7 December.", "Hadi Jumapili 7 Desemba.", "sw"),
        ("Near Otay Mesa and Chula Vista.", "Cerca de Chula Vista y de Otay Mesa.", "es"),
        ("Near Otay Mesa.", "قرب أوتاي ميسا.", "ar"),
    ],
)
def test_the_same_in_other_clothes_is_the_same(english: str, other: str, language: str) -> None:
    assert against(english, other, language) == []


@pytest.mark.parametrize(
    ("english", "other", "language", "said"),
    [
        ("Stay 1,500 m away.", "Quédese a 15.000 m.", "es", ["1,500 is missing", "15.000 is in the Spanish text"]),
        ("Until 18:00 PST.", "Hasta las 6:00 PST.", "es", ["18:00 is missing", "6:00 is in the Spanish text"]),
        ("Until 6 December.", "Jusqu'au 6 novembre.", "fr", ["December is missing", "novembre is in the French text"]),
        ("Until Sunday.", "Hasta el lunes.", "es", ["Sunday is missing", "lunes is in the Spanish text"]),
        ("Call +1 619 555 0100.", "Llame al +1 619 555 0101.", "es", ["0100 is missing", "0101 is in the Spanish"]),
        ("Near Otay Mesa.", "Cerca de Chula Vista.", "es", ["Otay Mesa is missing", "Chula Vista is in the Spanish"]),
        ("About 60%.", "نحو ٦٥٪.", "ar", ["60 is missing in the Arabic", "٦٥ is in the Arabic text"]),
    ],
)
def test_what_differs_is_named_with_its_language(english: str, other: str, language: str, said: list[str]) -> None:
    messages = against(english, other, language)
    assert len(messages) == len(said)
    for message, part in zip(messages, said, strict=True):
        assert part in message


def test_a_finding_points_at_the_words_and_is_advice() -> None:
    wrong = SPANISH.model_copy(update={"next_update": "viernes 5 de diciembre de 2025, 09:00 PST"})
    missing, extra = found(GOOD.model_copy(update={"translations": (wrong,)}))
    assert (missing.field, extra.field) == ("translations.0.next_update",) * 2
    assert wrong.next_update[extra.start : extra.end] == "09:00"
    assert {missing.level, extra.level} == {LintLevel.WARNING}


def test_what_a_translation_leaves_out_is_told_and_so_is_who_warns() -> None:
    fields = {one.field for one in found(GOOD.model_copy(update={"translations": (ARABIC,)}))}
    assert fields == {f"translations.0.{name}" for name in ("audience_note", "impact", "next_update", "source")}


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("L21", {"headline": "[lugar]"}),
        ("L13", {"event": "d" * 290, "area": {"description": "z" * 290}}),
        ("L14", {"description": "This is not a drill. Es probable (60 %)."}),
    ],
)
def test_rules_for_every_language_look_into_translations(rule: str, changes: dict[str, Any]) -> None:
    told = SPANISH.model_validate(SPANISH.model_dump() | changes)
    fields = found(GOOD.model_copy(update={"translations": (told,)}), rule)
    assert any(one.field.startswith("translations.0.") and one.message.startswith("Spanish: ") for one in fields)


def test_rules_for_english_words_look_into_an_english_translation_and_no_other() -> None:
    vague = {"event": "threat", "instruction": "Be vigilant."}
    spanish = GOOD.model_copy(update={"translations": (SPANISH.model_copy(update=vague),)})
    assert not [one for one in found(spanish, "L02", "L06") if one.field.startswith("translations")]
    own = {**SPANISH.model_dump(), "language": "es-MX"}
    english = Translation.model_validate({**GOOD.model_dump(include=set(SPANISH.model_dump())), **vague,
        "area": {"description": GOOD.area.description}, "language": "en"})  # fmt: skip
    other_way = Content.model_validate({**GOOD.model_dump(), **own, "area": GOOD.area, "translations": [english]})
    fields = {(one.rule, one.field) for one in found(other_way, "L02", "L06")}
    assert {("L02", "translations.0.event"), ("L06", "translations.0.instruction")} <= fields
