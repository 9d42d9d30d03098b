"""What looking for late joiners costs, in queries: the same for many warnings as for few, but for who has changed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.dispatch.house import House, work
from vedette import clock
from vedette.dispatch.standing import Standing
from vedette.people.models import Person

pytestmark = pytest.mark.django_db(transaction=True)


def ticks(standing: Standing, hands: clock.Frozen, times: int) -> list[int]:
    """How many queries each of some looks takes, a second apart."""
    counts = []
    for _ in range(times):
        hands.advance(seconds=1)
        with CaptureQueriesContext(connection) as asked:
            standing.tick(None, clock.now())
        counts.append(len(asked))
    return counts


def test_a_look_at_people_who_have_not_changed_asks_nothing_by_warning(house: House, hands: clock.Frozen) -> None:
    house.person("ann")
    stranger = house.person("stranger", house.elsewhere)
    standing, counts = Standing(), []
    for more in (1, 4):
        for _ in range(more):
            house.warn()
        work()
        hands.advance(seconds=11)
        standing.tick(None, clock.now())
        counts.append(ticks(standing, hands, 3))
    assert counts == [[6, 6, 6], [6, 6, 6]]

    Person.objects.filter(pk=stranger.pk).update(changed_at=clock.now())
    first, *later = ticks(standing, hands, 5)
    assert first > 6 + 5
    assert set(later) == {7}  # whoever has changed is still among those; they have been judged


def test_somebody_who_changes_again_is_judged_again(house: House, hands: clock.Frozen) -> None:
    house.person("ann")
    late = house.person("late", house.elsewhere)
    house.warn()
    work()
    standing = Standing()
    hands.advance(seconds=5)
    assert standing.tick(None, clock.now()) == 0
    for unit, joins in ((house.elsewhere, 0), (house.post, 1)):
        hands.advance(seconds=1)
        Person.objects.filter(pk=late.pk).update(unit=unit, changed_at=clock.now())
        hands.advance(seconds=1)
        assert standing.tick(None, clock.now()) == joins
