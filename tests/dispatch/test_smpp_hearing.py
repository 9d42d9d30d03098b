"""What a message centre sends us: receipts of messages in one and in many segments, and what people write back."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.dispatch.letters import LETTER, parcel
from tests.servers import smsc
from vedette.dispatch.channels import CHANNELS
from vedette.dispatch.channels.face import Channel, Hear, Parcel
from vedette.dispatch.channels.heard import Heard, Receipt, Reply
from vedette.dispatch.channels.smpp_hearing import Hearing
from vedette.dispatch.levels import Level
from vedette.formats import sms
from vedette.formats.smpp import Address, EsmClass, Message

ANN = "+447700900001"
LONG = "EXERCISE " + "Stay away from the fence line until noon. " * 8 + "EXERCISE"
DELIVERED, FAILED, EXPIRED = Level.DELIVERED, Level.FAILED, Level.EXPIRED
pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def centre() -> Iterator[smsc.Centre]:
    with smsc.running() as running:
        yield running


class Ear:
    """What the channel put into it, for one who waits for the next."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()

    async def next(self) -> Heard:
        return await asyncio.wait_for(self.heard.get(), 10)


Story = Callable[[Channel, Ear], Awaitable[None]]


def listening(centre: smsc.Centre, story: Story, hear: Hear | None = None, **more: Any) -> None:
    """Run a story with a channel that is bound and hears; at its end nothing may be left unheard."""

    async def run() -> None:
        ear = Ear()
        settings = {"host": centre.host, "port": centre.port, "system_id": smsc.SYSTEM_ID, "password": smsc.PASSWORD}
        kind = CHANNELS["smpp"]
        channel = kind(kind.parse({**settings, "from": "12345", **more}), "", hear or ear.heard.put_nowait)
        await channel.open()
        try:
            await asyncio.to_thread(centre.wait_until, lambda one: one.binds)
            await story(channel, ear)
        finally:
            await channel.close()
        assert ear.heard.empty()

    asyncio.run(run())


async def answered(centre: smsc.Centre, number: int) -> None:
    """So many of what the centre sent were answered."""
    await asyncio.to_thread(centre.wait_until, lambda one: len(one.answered) >= number)


def long(key: str = "a key") -> Parcel:
    return parcel(ANN, key, replace(LETTER, short=LONG))


@pytest.mark.parametrize(
    ("state", "level"),
    [
        ("DELIVRD", DELIVERED),
        ("UNDELIV", FAILED),
        ("REJECTD", FAILED),
        ("DELETED", FAILED),
        ("EXPIRED", EXPIRED),
    ],
)
def test_a_receipt_is_heard_at_its_level_by_the_reference_of_the_message(
    centre: smsc.Centre, state: str, level: Level
) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        result = await channel.send(parcel(ANN))
        centre.receipt(result.reference, state, "0A1")
        assert await ear.next() == Receipt(level=level, reference=result.reference, detail=f"{state} err:0A1")

    listening(centre, story)
    assert centre.answered == [0]


def test_what_says_nothing_final_is_answered_and_not_heard(centre: smsc.Centre) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        for state in ("ENROUTE", "ACCEPTD", "UNKNOWN", "NONSENSE"):
            centre.receipt("1", state)
        centre.deliver(b"id:1 stat:UNDELIV", esm_class=0x20)
        await answered(centre, 5)

    listening(centre, story)
    assert centre.answered == [0] * 5


@pytest.mark.parametrize(("form", "written"), [("decimal", str(int("00000001", 16))), ("hexadecimal", "1")])
def test_an_id_that_the_receipt_writes_in_another_base_finds_its_message(
    centre: smsc.Centre, form: str, written: str
) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        result = await channel.send(parcel(ANN))
        centre.receipt(written, "DELIVRD")
        centre.deliver(b"id:0", esm_class=4, tlvs=_tlv(0x1E, b"00000001\0") + _tlv(0x427, b"\2"))
        for _ in range(2):
            heard = await ear.next()
            assert isinstance(heard, Receipt)
            assert heard.reference == result.reference

    listening(centre, story, receipt_id=form)


def test_a_message_of_several_segments_is_delivered_when_all_are(centre: smsc.Centre) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        result = await channel.send(long())
        first, second, third = (one.message_id for one in centre.taken)
        assert result.reference == third
        # The last one's receipt twice, as a centre does that did not see our answer: still not delivered.
        for message_id in (third, third, first):
            centre.receipt(message_id, "DELIVRD")
        await answered(centre, 3)
        assert ear.heard.empty()
        centre.receipt(second, "DELIVRD")
        assert await ear.next() == Receipt(level=DELIVERED, reference=third, detail="all 3 segments")

    listening(centre, story)


def test_a_message_fails_with_one_of_its_segments_and_once(centre: smsc.Centre) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        await channel.send(long())
        first, second, third = (one.message_id for one in centre.taken)
        centre.receipt(first, "DELIVRD")
        centre.receipt(second, "UNDELIV", "011")
        centre.receipt(third, "EXPIRED")
        detail = "segment 2 of 3: UNDELIV err:011"
        assert await ear.next() == Receipt(level=FAILED, reference=third, detail=detail)
        await answered(centre, 3)

    listening(centre, story)


def test_a_receipt_that_overtakes_the_rest_of_its_message_waits_for_it(centre: smsc.Centre) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        centre.holding = True
        sending = asyncio.create_task(channel.send(long()))
        for number in range(3):
            await asyncio.to_thread(centre.wait_until, lambda one: one.waiting == 1)
            if number:
                centre.receipt(centre.taken[number - 1].message_id, "DELIVRD")
                await answered(centre, number)
            centre.release()
        result = await sending
        assert ear.heard.empty()
        centre.receipt(result.reference, "DELIVRD")
        assert isinstance(await ear.next(), Receipt)

    listening(centre, story)


@pytest.mark.parametrize(
    ("octets", "data_coding", "text"),
    [
        (b"1", 0, "1"),
        (b"S\x07, est\x05 \x1be", 0, "Sì, esté €"),
        ("да 😀".encode("utf-16-be"), 8, "да 😀"),
        ("Überall".encode("latin-1"), 3, "Überall"),
        (b"\xff\xfe", 0, "\ufffd\ufffd"),
        (b"", 0, ""),
    ],
)
def test_what_somebody_writes_is_heard_as_they_wrote_it(
    centre: smsc.Centre, octets: bytes, data_coding: int, text: str
) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        centre.deliver(octets, data_coding=data_coding)
        assert await ear.next() == Reply(address=ANN, text=text)

    listening(centre, story)


def test_what_another_implementation_writes_is_heard(centre: smsc.Centre) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        centre.wrote(ANN, "SAFE, at the café")
        assert await ear.next() == Reply(address=ANN, text="SAFE, at the café")

    listening(centre, story)


@pytest.mark.parametrize(
    ("source", "ton", "region", "address"),
    [
        ("447700900001", 0, "", ANN),
        ("+447700900001", 1, "", ANN),
        ("07700900001", 2, "GB", ANN),
        ("7700900001", 2, "GB", ANN),
        ("447700900001", 1, "GB", ANN),
        ("60123", 0, "", "60123"),
        ("Bank", 5, "GB", "Bank"),
    ],
)
def test_a_senders_number_is_heard_as_contact_points_hold_it(
    centre: smsc.Centre, source: str, ton: int, region: str, address: str
) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        centre.deliver(b"1", source=source, ton=ton)
        assert await ear.next() == Reply(address=address, text="1")

    listening(centre, story, region=region)


def test_a_receipt_that_somebody_made_up_is_what_they_wrote(centre: smsc.Centre) -> None:
    forged = b"id:1 sub:001 dlvrd:001 stat:DELIVRD err:000"

    async def story(channel: Channel, ear: Ear) -> None:
        centre.deliver(forged)
        assert await ear.next() == Reply(address=ANN, text=forged.decode())

    listening(centre, story)


def test_what_somebody_writes_in_pieces_is_heard_whole(centre: smsc.Centre) -> None:
    text = "NEED HELP " + "we are behind the water tower " * 8

    async def story(channel: Channel, ear: Ear) -> None:
        _, pieces = sms.segments(text, 7)
        for piece in reversed(pieces):
            centre.deliver(piece.header + piece.body, esm_class=EsmClass.HAS_HEADER)
        assert await ear.next() == Reply(address=ANN, text=text)
        for number in (1, 2):
            tlvs = _tlv(0x20C, b"\0\x09") + _tlv(0x20E, b"\x02") + _tlv(0x20F, bytes([number]))
            centre.deliver(f"part {number} ".encode(), tlvs=tlvs)
        assert await ear.next() == Reply(address=ANN, text="part 1 part 2 ")

    listening(centre, story)


def test_pieces_that_stay_alone_are_heard_after_a_while_or_at_the_end() -> None:
    heard: list[Heard] = []
    due: list[Callable[[], None]] = []
    hearing = Hearing(
        heard.append, lambda seconds, call: due.append(call), form="same", alphabet="gsm", region=None
    )  # fmt: skip
    _, pieces = sms.segments("HELP " * 80, 7)
    for piece in pieces[:2]:
        hearing.take_in(_written(piece, "447700900001"))
    due.pop()()
    assert heard == [Reply(address=ANN, text="".join(sms.from_gsm(one.body) for one in pieces[:2]) + "… ")]
    hearing.take_in(_written(pieces[2], "447700900001"))
    hearing.close()
    assert isinstance(heard[1], Reply)
    assert heard[1].text.startswith("… … ")
    due.pop()()
    assert len(heard) == 2


def test_what_could_not_be_taken_in_is_left_with_the_centre(centre: smsc.Centre) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        centre.deliver(b"1")
        await answered(centre, 1)

    def full(heard: Heard) -> None:
        raise asyncio.QueueFull

    listening(centre, story, hear=full)
    assert centre.answered == [0x64]


def test_a_message_that_cannot_be_read_is_refused_and_the_next_one_is_heard(centre: smsc.Centre) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        centre.deliver(b"1", tlvs=b"\x14\x00\x00\x09cut")
        centre.send(struct.pack("!IIII", 16, 0x102, 0, 77))
        centre.send(struct.pack("!IIII", 16, 0x03, 0, 78))
        centre.deliver(b"2")
        assert await ear.next() == Reply(address=ANN, text="2")
        await answered(centre, 3)

    listening(centre, story)
    # Its length, then generic_nack for query_sm, which only a centre is asked; alert_notification has no answer.
    assert centre.answered == [2, 3, 0]


def test_who_listens_is_bound_again_by_themselves_after_the_connection_was_lost(centre: smsc.Centre) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        centre.drop()
        await asyncio.to_thread(centre.wait_until, lambda one: len(one.binds) == 2)
        centre.wrote(ANN, "1")
        assert await ear.next() == Reply(address=ANN, text="1")

    listening(centre, story)


def test_a_receipt_by_data_sm_is_heard_too(centre: smsc.Centre) -> None:
    async def story(channel: Channel, ear: Ear) -> None:
        body = b"\0\x01\x01447700900001\0\0\x0012345\0" + bytes((4, 0, 0)) + _tlv(0x1E, b"9\0") + _tlv(0x427, b"\2")
        centre.send(struct.pack("!IIII", 16 + len(body), 0x103, 0, 5) + body)
        assert await ear.next() == Receipt(level=DELIVERED, reference="9", detail="DELIVRD")

    listening(centre, story)
    # aiosmpplib knows no data_sm_resp.
    assert len(centre.faults) == 1
    centre.faults.clear()


def _tlv(tag: int, value: bytes) -> bytes:
    return struct.pack("!HH", tag, len(value)) + value


def _written(piece: sms.Segment, number: str) -> Message:
    return Message(
        source=Address(1, 1, number), destination=Address(0, 0, "12345"), esm_class=EsmClass.HAS_HEADER,
        short_message=piece.header + piece.body,
    )  # fmt: skip


def test_the_centre_is_answered_when_what_it_sent_is_on_disk(centre: smsc.Centre) -> None:
    kept: list[asyncio.Future[None]] = []

    def hear(heard: Heard) -> asyncio.Future[None]:
        kept.append(asyncio.get_running_loop().create_future())
        return kept[-1]

    async def story(channel: Channel, ear: Ear) -> None:
        centre.wrote(ANN, "help")
        centre.receipt("1", "DELIVRD")
        centre.receipt("1", "ENROUTE")
        await answered(centre, 1)  # that says nothing final, and is kept by nobody
        assert len(kept) == 2
        for one in kept:
            one.set_result(None)
        await answered(centre, 3)

    listening(centre, story, hear)
    assert centre.answered == [0] * 3
