"""Who reads which language is counted without listing the roster."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from vedette import clock
from vedette.access.handling import Realm
from vedette.people.languages import languages_of
from vedette.people.models import Person, Unit


def readers(**counts: int) -> list[int]:
    """So many people for each language, and their ids."""
    now = clock.now()
    unit = Unit.objects.create(realm="exercise", code="unit", name="Unit", created_at=now)
    rows = [
        Person(
            realm="exercise",
            code=f"{language}-{n}",
            name="",
            unit=unit,
            language=language,
            created_at=now,
            changed_at=now,
        )
        for language, count in counts.items()
        for n in range(count)
    ]
    return [one.pk for one in Person.objects.bulk_create(rows)]


def test_those_who_read_what_most_read_are_never_listed(db: None) -> None:
    ids = readers(es=1_200, fr=3, uk=1)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert languages_of(Realm.EXERCISE, ids) == {"es": 1_200, "fr": 3, "uk": 1}
    assert "es" in asked.captured_queries[-1]["sql"] and len(asked) == 2


def test_only_those_asked_for_are_counted(db: None) -> None:
    ids = readers(es=700, fr=10)
    assert languages_of(Realm.EXERCISE, ids[:600]) == {"es": 600}
    assert languages_of(Realm.EXERCISE, ids[695:705]) == {"es": 5, "fr": 5}
    assert languages_of(Realm.EXERCISE, []) == {}
