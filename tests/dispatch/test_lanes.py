"""A provider's lanes and its circuit: who goes first, who takes turns, and what happens when nothing is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.dispatch.letters import parcel
from vedette.dispatch.channels.circuit import FIRST_PAUSE_S, LONGEST_PAUSE_S, THRESHOLD, Circuit
from vedette.dispatch.channels.face import Channel, Outcome, Parcel, Result, Settings
from vedette.dispatch.channels.lanes import Lanes

UNHEARD = Result(Outcome.LATER, "no answer", unreachable=True)
TAKEN = Result(Outcome.ACCEPTED)


class Provider(Channel):
    """Answers as it is told, and remembers whom it was given."""

    def __init__(self, answer: Callable[[Parcel], Result] = lambda parcel: TAKEN, **settings: float) -> None:
        super().__init__(Settings.model_validate({"connections": 1, **settings}), "duty@alerts.example.org")
        self.answer = answer
        self.given: list[str] = []

    async def open(self) -> None: ...

    async def send(self, parcel: Parcel) -> Result:
        self.given.append(parcel.address)
        await asyncio.sleep(0)
        return self.answer(parcel)

    async def close(self) -> None: ...


@dataclass
class Carried:
    """A job that notes what became of it."""

    address: str
    priority: int = 0
    warning: int = 1
    wanted: bool = True
    results: list[Result] = field(default_factory=list)

    def parcel(self) -> Parcel | None:
        if self.address == "unwritable":
            raise RuntimeError("no letter can be written to them")
        return parcel(self.address) if self.wanted else None

    def ended(self, result: Result) -> None:
        if self.address == "unheard of":
            raise RuntimeError("nobody can make anything of that")
        self.results.append(result)

    def dropped(self) -> None:
        self.results.append(UNHEARD)


async def carried(lanes: Lanes, *jobs: Carried) -> None:
    """Let them all be carried, and close."""
    for job in jobs:
        lanes.put(job)
    while not lanes.idle:
        await asyncio.sleep(0.001)
    await lanes.close()


def test_the_most_urgent_of_those_who_wait_goes_first() -> None:
    provider = Provider()

    async def work() -> None:
        await carried(Lanes(provider), Carried("routine", 9), Carried("less", 3), Carried("urgent", 0))

    asyncio.run(work())
    assert provider.given == ["urgent", "less", "routine"]


def test_warnings_of_one_priority_take_turns() -> None:
    provider = Provider()

    async def work() -> None:
        jobs = [Carried(f"a{n}", warning=1) for n in range(3)] + [Carried(f"b{n}", warning=2) for n in range(3)]
        await carried(Lanes(provider), *jobs)

    asyncio.run(work())
    assert provider.given == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_what_is_not_wanted_any_more_is_not_sent() -> None:
    provider = Provider()

    async def work() -> None:
        await carried(Lanes(provider), Carried("gone", wanted=False), Carried("ann"))

    asyncio.run(work())
    assert provider.given == ["ann"]


def test_nothing_begins_while_it_may_not_and_all_goes_on_afterwards() -> None:
    provider, may = Provider(), [False]

    async def work() -> list[str]:
        lanes = Lanes(provider, lambda: may[0])
        lanes.put(Carried("ann"))
        await asyncio.sleep(0.01)
        before = list(provider.given)
        may[0] = True
        lanes.wake()
        await carried(lanes)
        return before

    assert asyncio.run(work()) == []
    assert provider.given == ["ann"]


def test_what_is_withdrawn_does_not_wait_any_longer() -> None:
    provider = Provider()

    async def work() -> list[object]:
        lanes = Lanes(provider, lambda: False)
        for job in (Carried("ann"), Carried("ben"), Carried("cat", 2)):
            lanes.put(job)
        taken = lanes.withdraw(lambda job: isinstance(job, Carried) and job.address != "ben")
        left = lanes.withdraw(lambda job: True)
        await carried(lanes)
        return [[job.address for job in some if isinstance(job, Carried)] for some in (taken, left)]

    assert asyncio.run(work()) == [["ann", "cat"], ["ben"]]


def test_a_rate_is_kept_by_all_lanes_together() -> None:
    provider = Provider(connections=4, rate_per_s=200)

    async def work() -> float:
        began = asyncio.get_running_loop().time()
        await carried(Lanes(provider), *(Carried(f"p{n}") for n in range(21)))
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(work()) >= 20 / 200


def test_when_nothing_is_heard_the_rest_does_not_wait_for_it() -> None:
    provider = Provider(lambda one: UNHEARD)
    jobs = [Carried(f"p{n}") for n in range(50)]

    async def work() -> None:
        await carried(Lanes(provider), *jobs)

    asyncio.run(work())
    assert len(provider.given) == THRESHOLD
    assert all(job.results[0].outcome is Outcome.LATER for job in jobs)


def test_a_channel_that_raises_puts_one_job_off_and_no_other() -> None:
    def answer(one: Parcel) -> Result:
        if one.address == "bad":
            raise RuntimeError("broken")
        return TAKEN

    jobs = [Carried("bad"), Carried("ann")]

    async def work() -> None:
        await carried(Lanes(Provider(answer)), *jobs)

    asyncio.run(work())
    assert [job.results[0].outcome for job in jobs] == [Outcome.LATER, Outcome.ACCEPTED]


def test_a_circuit_opens_after_silence_and_closes_when_the_probe_is_heard_of() -> None:
    circuit = Circuit()
    for _ in range(THRESHOLD):
        assert circuit.begin(0.0)
        circuit.note(UNHEARD, 0.0)
    assert circuit.is_open(0.0)
    assert not circuit.begin(FIRST_PAUSE_S / 2)
    assert circuit.begin(FIRST_PAUSE_S), "one probe"
    assert not circuit.begin(FIRST_PAUSE_S), "and no second beside it"
    circuit.note(TAKEN, FIRST_PAUSE_S)
    assert not circuit.is_open(FIRST_PAUSE_S)
    assert circuit.begin(FIRST_PAUSE_S)


def test_each_probe_that_fails_makes_the_pause_longer_to_a_limit() -> None:
    circuit, now, pauses = Circuit(), 0.0, []
    for _ in range(THRESHOLD):
        circuit.note(UNHEARD, now)
    for _ in range(8):
        pauses.append(circuit.wait_s(now))
        now += pauses[-1]
        assert circuit.begin(now)
        circuit.note(UNHEARD, now)
    assert pauses == sorted(pauses)
    assert pauses[0] == FIRST_PAUSE_S
    assert pauses[-1] == LONGEST_PAUSE_S


def test_a_provider_that_asks_to_be_left_alone_is() -> None:
    circuit = Circuit()
    circuit.note(Result(Outcome.LATER, "429", retry_after_s=7), 0.0)
    assert circuit.is_open(6.9)
    assert not circuit.is_open(7.0)


def test_a_job_that_fails_is_told_so_and_stops_no_other() -> None:
    provider = Provider()
    jobs = [Carried("unwritable"), Carried("unheard of"), Carried("ann")]

    async def work() -> None:
        await carried(Lanes(provider), *jobs)

    asyncio.run(work())
    assert provider.given == ["unheard of", "ann"]
    assert [job.results[0].outcome for job in jobs] == [Outcome.LATER, Outcome.LATER, Outcome.ACCEPTED]
