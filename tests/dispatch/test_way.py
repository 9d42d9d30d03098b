"""What is routine holds back while something urgent is stored and taken, and never for long."""

from __future__ import annotations

import asyncio

from vedette.dispatch.way import Way


def test_nothing_is_begun_until_the_urgent_is_stored() -> None:
    async def story() -> list[bool]:
        way = Way()
        told = [way.may_begin]
        way.make(7)
        told.append(way.may_begin)
        way.stored(8)
        told.append(way.may_begin)
        way.stored(7)
        return [*told, way.may_begin]

    assert asyncio.run(story()) == [True, False, False, True]


def test_results_are_written_again_once_the_urgent_is_taken() -> None:
    async def story() -> list[bool]:
        way = Way()
        way.make(7)
        way.taken()  # of what was due before
        told = [way.free]
        way.stored(7)
        told.append(way.free)
        way.taken()
        await way.wait()
        return [*told, way.free]

    assert asyncio.run(story()) == [False, False, True]


def test_way_is_made_for_a_moment_only_when_nothing_comes_of_it() -> None:
    async def story() -> bool:
        way = Way()
        way.make(7)
        async with asyncio.timeout(20):
            await way.wait()
        return way.may_begin and way.free

    assert asyncio.run(story())
