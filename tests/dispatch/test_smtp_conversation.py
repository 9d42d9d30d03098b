"""What the SMTP channel makes of mail servers that hang up, fall silent, refuse, or answer out of turn."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from tests.dispatch.letters import KEY, parcel
from tests.servers.smtp_script import (
    HANG_UP,
    HELLO,
    LOCK_STEP_HELLO,
    READY,
    SILENCE,
    TAKEN,
    Conversation,
    Script,
    Then,
    Turn,
    following,
    say,
)
from vedette.dispatch.channels.face import Outcome, Result
from vedette.dispatch.channels.smtp import SmtpChannel
from vedette.dispatch.channels.smtp_mail import write_mail

ANN = "ann@people.example"
MAIL = write_mail(parcel(ANN), "duty@x.example", "x.example")
ENVELOPE = [f"MAIL FROM:<duty@x.example> SIZE={len(MAIL)}", f"RCPT TO:<{ANN}>", "DATA"]


def talk(
    *turns: Sequence[Turn],
    work: Callable[[SmtpChannel, Script], Awaitable[list[Result]]] | None = None,
    **settings: Any,
) -> tuple[list[Result], list[Conversation]]:
    """Run `work` (unless told otherwise, send one mail) with a channel to a server that follows the script."""
    complaints: list[dict[str, Any]] = []

    async def run() -> tuple[list[Result], list[Conversation]]:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
        async with asyncio.timeout(20), following(*turns) as script:
            given = {"host": script.host, "port": script.port, "tls": "none", "connections": 2, **settings}
            channel = SmtpChannel(SmtpChannel.parse(given), "duty@x.example")
            await channel.open()
            results = await work(channel, script) if work else [await channel.send(parcel(ANN))]
            await channel.close()
            return results, script.conversations

    told = asyncio.run(run())
    gc.collect()
    assert not complaints
    return told


async def twice(channel: SmtpChannel, script: Script) -> list[Result]:
    return [await channel.send(parcel(ANN)), await channel.send(parcel(ANN))]


async def twice_with_a_pause(channel: SmtpChannel, script: Script) -> list[Result]:
    """The second mail when the server has closed the first one's connection."""
    first = await channel.send(parcel(ANN))
    await script.conversations[0].over.wait()
    return [first, await channel.send(parcel(ANN))]


def outcomes(results: list[Result]) -> list[str]:
    return [result.outcome.value for result in results]


def test_a_server_that_takes_several_commands_at_once_is_given_them_at_once() -> None:
    results, (conversation,) = talk([*HELLO, READY, TAKEN, READY, TAKEN], work=twice)
    assert outcomes(results) == ["accepted", "accepted"]
    assert conversation.commands[1:] == [*ENVELOPE, *ENVELOPE, "QUIT"]


def test_a_server_that_does_not_say_so_is_told_one_command_at_a_time() -> None:
    lock_step = [*LOCK_STEP_HELLO, say("250 sender"), say("250 recipient"), say("354 go on"), TAKEN]
    results, (conversation,) = talk(lock_step)
    assert outcomes(results) == ["accepted"]
    assert conversation.commands[1:] == ["MAIL FROM:<duty@x.example>", *ENVELOPE[1:], "QUIT"]


def test_a_server_that_knows_only_the_old_greeting_is_greeted_so() -> None:
    old = [say("220 here"), say("502 what?"), say("250 here"), say("250"), say("250"), say("354"), TAKEN]
    results, (conversation,) = talk(old)
    assert outcomes(results) == ["accepted"]
    assert conversation.commands[:2] == ["EHLO [127.0.0.1]", "HELO [127.0.0.1]"]


def test_the_name_that_is_set_is_greeted_with() -> None:
    _, (conversation,) = talk([*HELLO, READY, TAKEN], hello="warnings.agency.example")
    assert conversation.commands[0] == "EHLO warnings.agency.example"


@pytest.mark.parametrize("last_words", [HANG_UP, say("421 idle too long", then=Then.HANG_UP), Turn((), Then.RESET)])
def test_a_mail_is_sent_afresh_when_the_server_has_hung_up_on_the_idle_connection(last_words: Turn) -> None:
    taken_and_gone = Turn((*TAKEN.pieces, *last_words.pieces), last_words.then)
    results, conversations = talk([*HELLO, READY, taken_and_gone], [*HELLO, READY, TAKEN], work=twice_with_a_pause)
    assert outcomes(results) == ["accepted", "accepted"]
    assert len(conversations) == 2


@pytest.mark.parametrize("then", [say("421 idle too long", then=Then.HANG_UP), HANG_UP, say("nonsense")])
def test_a_mail_is_sent_afresh_when_a_used_connection_ends_before_the_mail_was_given_over(then: Turn) -> None:
    results, conversations = talk([*HELLO, READY, TAKEN, then], [*HELLO, READY, TAKEN], work=twice)
    assert outcomes(results) == ["accepted", "accepted"]
    assert [len(conversation.mails) for conversation in conversations] == [1, 1]


def test_a_fresh_connection_that_ends_is_not_tried_again() -> None:
    results, conversations = talk([*HELLO, HANG_UP])
    assert outcomes(results) == ["later"]
    assert len(conversations) == 1


@pytest.mark.parametrize("end", [HANG_UP, Turn((), Then.RESET), say("421 going down"), Turn((b"25",), Then.HANG_UP)])
def test_a_mail_that_was_given_over_without_an_answer_is_later_and_is_not_given_over_again(end: Turn) -> None:
    results, conversations = talk([*HELLO, READY, TAKEN, READY, end], work=twice)
    assert outcomes(results) == ["accepted", "later"]
    assert "unclear" in results[1].detail
    assert len(conversations) == 1


def test_a_server_that_takes_the_mail_and_hangs_up_in_the_same_breath_has_taken_it() -> None:
    results, _ = talk([*HELLO, READY, say("250 taken", "421 going down", then=Then.HANG_UP)])
    assert outcomes(results) == ["accepted"]


def test_answers_that_came_before_the_mail_are_no_answers_to_it() -> None:
    early = say("250 sender", "250 recipient", "354 go on", "250 taken")
    results, (conversation,) = talk([*HELLO, early])
    assert outcomes(results) == ["later"]
    assert not conversation.mails


@pytest.mark.parametrize("verdict", ["354 more?", "299-half", "199 soon", "six hundred", "2500 taken", "25O taken"])
def test_nothing_but_a_positive_reply_is_taken_for_one(verdict: str) -> None:
    results, _ = talk([*HELLO, READY, say(verdict)], timeout_s=0.2)
    assert outcomes(results) == ["later"]


@pytest.mark.parametrize(
    ("refusal", "outcome"),
    [("550 no such mailbox", "failed"), ("452 full", "later"), ("530 log in first", "later"), ("503 order", "failed")],
)
@pytest.mark.parametrize(
    "replies",
    [("{}", "503 order", "503 order"), ("250 sender", "{}", "554 no recipients"), ("250 sender", "250 there", "{}")],
    ids=["sender", "recipient", "data"],
)
def test_a_refusal_at_any_command_is_the_mails_and_the_next_begins_anew(
    replies: tuple[str, ...], refusal: str, outcome: str
) -> None:
    refused = say(*(reply.format(refusal) for reply in replies))
    anew = say("250 anew", "250 sender", "250 recipient", "354 go on")
    results, (conversation,) = talk([*HELLO, refused, anew, TAKEN], work=twice)
    assert outcomes(results) == [outcome, "accepted"]
    assert results[0].detail == refusal
    assert conversation.commands[1:] == [*ENVELOPE, "RSET", *ENVELOPE, "QUIT"]


def test_the_first_refusal_is_the_reason() -> None:
    results, _ = talk([*HELLO, say("250 sender", "550-no", "550 such mailbox", "554 no recipients")])
    assert results == [Result(Outcome.FAILED, "550 no such mailbox")]


def test_a_server_that_waits_for_a_mail_to_nobody_is_given_an_empty_one() -> None:
    waits = say("250 sender", "550 no such mailbox", "354 go on")
    results, (conversation,) = talk([*HELLO, waits, say("554 no recipients"), READY, TAKEN], work=twice)
    assert outcomes(results) == ["failed", "accepted"]
    assert conversation.mails[0] == b".\r\n"
    assert len(conversation.mails) == 2


def test_a_refusal_counts_also_when_the_server_hangs_up_with_it() -> None:
    results, _ = talk([*HELLO, say("250 sender", "550 no such mailbox", then=Then.HANG_UP)])
    assert results == [Result(Outcome.FAILED, "550 no such mailbox")]


@pytest.mark.parametrize(
    "opening",
    [
        [say("554 not for you")],
        [say("421 too many connections")],
        [say("220 here"), say("550 not for you")],
        [say("220 here"), say("502 what?"), say("502 what?")],
        [say("220 here"), HANG_UP],
    ],
)
def test_a_server_that_refuses_the_whole_connection_has_refused_no_mail_and_is_left_alone(opening: list[Turn]) -> None:
    """So it may be tried later; a mail that is refused for good would not be."""
    (result,), _ = talk(opening)
    assert result.outcome is Outcome.LATER
    assert result.retry_after_s and not result.unreachable


@pytest.mark.parametrize(
    "turns",
    [[SILENCE], [HANG_UP], [say("220 here"), SILENCE], [*HELLO, SILENCE], [*HELLO, READY, SILENCE]],
    ids=["no greeting", "hung up before it", "no hello", "no answer", "no answer to the mail"],
)
def test_a_server_of_which_nothing_is_heard_in_time_is_unreachable(turns: list[Turn]) -> None:
    results, _ = talk(turns, timeout_s=0.2)
    assert outcomes(results) == ["later"]
    assert results[0].unreachable and results[0].retry_after_s is None


def test_a_server_that_is_slow_with_each_answer_but_in_time_is_waited_for() -> None:
    async def dripping(channel: SmtpChannel, script: Script) -> list[Result]:
        return await asyncio.gather(*(channel.send(parcel(ANN)) for _ in range(2)))

    pieces = tuple(bytes([octet]) for octet in b"250-taken\r\n250 at last\r\n")
    results, _ = talk([*HELLO, READY, Turn(pieces)], work=dripping)
    assert outcomes(results) == ["accepted", "accepted"]


def test_a_mail_longer_than_the_server_says_it_takes_is_not_sent() -> None:
    short = (say("220 here"), say("250-here", "250-PIPELINING", "250 SIZE 300"))
    results, (conversation,) = talk([*short])
    assert outcomes(results) == ["failed"]
    assert "300" in results[0].detail
    assert "DATA" not in conversation.commands


def test_no_more_connections_are_open_at_a_time_than_are_set() -> None:
    async def many(channel: SmtpChannel, script: Script) -> list[Result]:
        return await asyncio.gather(*(channel.send(parcel(ANN)) for _ in range(20)))

    results, conversations = talk([*HELLO, *[READY, TAKEN] * 20], work=many, connections=3)
    assert outcomes(results) == ["accepted"] * 20
    assert len(conversations) == 3


TOO_MANY = [say("421 too many connections", then=Then.HANG_UP)]
CARRIES = [*HELLO, *[READY, TAKEN] * 40]


@pytest.mark.parametrize("order", [[CARRIES, CARRIES, TOO_MANY], [TOO_MANY, TOO_MANY, CARRIES, CARRIES, TOO_MANY]])
def test_where_a_server_takes_fewer_connections_than_are_set_the_mails_wait_for_those(
    order: list[list[Turn]],
) -> None:
    async def many(channel: SmtpChannel, script: Script) -> list[Result]:
        numbers = iter(range(40))

        async def lane() -> list[Result]:
            return [await channel.send(parcel(ANN)) for _ in numbers]

        return [result for results in await asyncio.gather(*(lane() for _ in range(8))) for result in results]

    results, conversations = talk(*order, work=many, connections=8)
    assert outcomes(results) == ["accepted"] * 40
    assert len(conversations) == 8, "each lane asked for a connection once"


def test_more_connections_are_tried_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vedette.dispatch.channels.smtp_pool._MODEST_S", 0.0)

    async def twice_at_once(channel: SmtpChannel, script: Script) -> list[Result]:
        first = await asyncio.gather(*(channel.send(parcel(ANN)) for _ in range(2)))
        return [*first, *await asyncio.gather(*(channel.send(parcel(ANN)) for _ in range(2)))]

    results, conversations = talk(CARRIES, TOO_MANY, CARRIES, work=twice_at_once)
    assert outcomes(results) == ["accepted"] * 4
    assert len(conversations) == 3


def test_a_server_that_takes_no_connection_puts_off_everyone_at_once() -> None:
    async def four(channel: SmtpChannel, script: Script) -> list[Result]:
        return list(await asyncio.gather(*(channel.send(parcel(ANN)) for _ in range(4))))

    results, conversations = talk(TOO_MANY, work=four, connections=4)
    assert outcomes(results) == ["later"] * 4
    assert len(conversations) == 4


def test_who_waits_for_a_connection_longer_than_for_an_answer_is_put_off() -> None:
    async def three(channel: SmtpChannel, script: Script) -> list[Result]:
        return list(await asyncio.gather(*(channel.send(parcel(ANN)) for _ in range(3))))

    results, _ = talk([*HELLO, SILENCE], TOO_MANY, work=three, connections=3, timeout_s=0.2)
    assert outcomes(results) == ["later"] * 3


def test_a_connection_that_has_carried_its_share_is_closed_before_another_is_opened() -> None:
    async def five(channel: SmtpChannel, script: Script) -> list[Result]:
        return [await channel.send(parcel(ANN)) for _ in range(5)]

    bye = say("221 bye", then=Then.HANG_UP)
    results, conversations = talk([*HELLO, READY, TAKEN, READY, TAKEN, bye], work=five, messages_per_connection=2)
    assert outcomes(results) == ["accepted"] * 5
    assert [conversation.commands.count("DATA") for conversation in conversations] == [2, 2, 1]
    assert all(conversation.commands[-1] == "QUIT" for conversation in conversations)


def test_a_connection_on_which_many_in_a_row_were_refused_is_given_up_before_the_server_minds() -> None:
    async def five(channel: SmtpChannel, script: Script) -> list[Result]:
        return [await channel.send(parcel(ANN)) for _ in range(5)]

    refused = say("250 sender", "550 no such mailbox", "554 no recipients")
    again = say("250 anew", "250 sender", "550 no such mailbox", "554 no recipients")
    results, conversations = talk([*HELLO, refused, again, again, again], work=five)
    assert outcomes(results) == ["failed"] * 5
    assert len(conversations) == 2


def test_a_send_that_is_given_up_leaves_no_connection_in_use() -> None:
    async def given_up(channel: SmtpChannel, script: Script) -> list[Result]:
        sending = asyncio.create_task(channel.send(parcel(ANN)))
        while not script.conversations or b"DATA" not in script.conversations[0].told:
            await asyncio.sleep(0)
        sending.cancel()
        await script.conversations[0].over.wait()
        return [await channel.send(parcel(ANN))]

    results, conversations = talk([*HELLO, SILENCE], [*HELLO, READY, TAKEN], work=given_up, connections=1)
    assert outcomes(results) == ["accepted"]
    assert len(conversations) == 2


def test_a_connection_that_is_not_used_is_closed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vedette.dispatch.channels.smtp_pool._IDLE_S", 0.05)
    results, conversations = talk([*HELLO, READY, TAKEN], work=twice_with_a_pause)
    assert outcomes(results) == ["accepted", "accepted"]
    assert conversations[0].commands[-1] == "QUIT"


def test_reports_are_asked_for_as_set_and_only_of_a_server_that_knows_them() -> None:
    knows = (say("220 here"), say("250-here", "250-PIPELINING", "250 DSN"))
    _, (conversation,) = talk([*knows, READY, TAKEN], dsn="all", bounce_to="bounces+1=a@x.example")
    assert conversation.commands[1:3] == [
        f"MAIL FROM:<bounces+1=a@x.example> RET=HDRS ENVID={KEY}",
        f"RCPT TO:<{ANN}> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{ANN}",
    ]
    _, (conversation,) = talk([*knows, READY, TAKEN], dsn="failure")
    assert conversation.commands[2] == f"RCPT TO:<{ANN}> NOTIFY=FAILURE ORCPT=rfc822;{ANN}"
    _, (conversation,) = talk([*HELLO, READY, TAKEN], dsn="all")
    assert conversation.commands[1:3] == ENVELOPE[:2]
    _, (conversation,) = talk([*knows, READY, TAKEN])
    assert conversation.commands[2] == f"RCPT TO:<{ANN}>"


def test_what_comes_with_the_answer_to_starttls_is_not_taken_for_something_said_under_tls() -> None:
    offered = (say("220 here"), say("250-here", "250 STARTTLS"))
    results, (conversation,) = talk([*offered, say("220 go on", "250-here", "250 AUTH PLAIN")], tls="starttls")
    assert outcomes(results) == ["later"]
    assert conversation.commands[:2] == ["EHLO [127.0.0.1]", "STARTTLS"]
    assert b"AUTH" not in conversation.told


def test_a_login_that_is_refused_leaves_the_server_alone_for_a_while() -> None:
    offered = (say("220 here"), say("250-here", "250 AUTH LOGIN"), say("334 VXNlcm5hbWU6"), say("334 UGFzc3dvcmQ6"))
    (result,), (conversation,) = talk([*offered, say("535 no")], username="duty", password="guess")
    assert result.outcome is Outcome.LATER and result.retry_after_s
    assert conversation.commands[1:4] == ["AUTH LOGIN", "ZHV0eQ==", "Z3Vlc3M="]


def test_a_login_is_given_to_no_server_that_does_not_offer_one_known_here() -> None:
    offered = (say("220 here"), say("250-here", "250 AUTH CRAM-MD5 GSSAPI"))
    results, (conversation,) = talk([*offered], username="duty", password="secret")
    assert outcomes(results) == ["later"]
    assert conversation.commands == ["EHLO [127.0.0.1]"]
