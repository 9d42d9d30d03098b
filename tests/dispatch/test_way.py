"""What is routine holds back while something urgent is stored and taken, and never for long."""

from __future__ import annotations

import asyncio

from vedette.dispatch.way import Way


def test_nothing_routine_is_begun_until_the_urgent_is_in_hand() -> None:
    async def story() -> list[bool]:
        way = Way(lambda: None)
        told = [way.free]
        way.make()
        told.append(way.free)
        way.over()
        await way.wait()
        return [*told, way.free]

    assert asyncio.run(story()) == [True, False, True]


def test_who_held_back_is_told_when_the_way_is_open_again() -> None:
    async def story() -> list[bool]:
        told: list[bool] = []
        way = Way(lambda: told.append(way.free))
        way.make()
        way.over()
        return told

    assert asyncio.run(story()) == [True]


def test_way_is_made_for_a_moment_only_when_nothing_comes_of_it() -> None:
    async def story() -> bool:
        opened = asyncio.Event()
        way = Way(opened.set)
        way.make()
        async with asyncio.timeout(20):
            await opened.wait()
        return way.free

    assert asyncio.run(story())
