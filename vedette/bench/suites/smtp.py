"""Mail: a warning to everyone over SMTP, and the channel alone, beside clients with no product around them; to a sink
that keeps nothing, and to a real Postfix where one can be started. Every figure is the median of three rounds."""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace

from vedette.bench import bare_smtp, kept_smtp, postfix
from vedette.bench.channel_smtp import channel_rate
from vedette.bench.engines import Engine, engine, wait_until_sent
from vedette.bench.house import CONNECTIONS, RIDERS, connect, fill, issue, prepare
from vedette.bench.result import Result
from vedette.bench.sending import Sent, result_of, sent
from vedette.bench.sinks import Taken, sink
from vedette.demo.case import Cast
from vedette.warnings import actions as warnings

DEFAULT = 10_000
#: As many mails as Postfix takes in seconds.
FOR_POSTFIX = 8_000
ROUNDS = 3
#: What the text of `house.issue`'s mail has, in octets.
SIZE = 1_450
UNIT = "messages/s"
AT_ONCE = CONNECTIONS["smtp"]

#: Port, how many, of what size, over how many connections -> how many a second.
Rate = Callable[[int, int, int, int], float]


def run(n: int) -> list[Result]:
    """One message to n people in each round; every result is written down and entered in the ledger."""
    few = min(n, FOR_POSTFIX)
    cast = fill(n, "smtp", riders=few)
    to_sink = _to_sink(cast, n)
    if reason := postfix.why_not():
        return [replace(to_sink[0], note=f"not measured with a real mail server: {reason}"), *to_sink[1:]]
    return [*to_sink, *_to_postfix(cast, few)]


def _to_sink(cast: Cast, n: int) -> list[Result]:
    limits, rounds = [], dict[str, list[Result]]()
    with sink("smtp") as ours:
        connect("smtp", ours.port, AT_ONCE)
        with engine(cast, "smtp") as running:
            for _ in range(ROUNDS):
                ours.forget()
                done = sent(issue(cast, "smtp"), ours, running)
                rounds.setdefault("smtp.mail", []).append(result_of("smtp.mail", n, done))
                limits.append(_alone("", bare_smtp.smtp_rate, n).value)
                for name, rate in _clients():
                    rounds.setdefault(name, []).append(_alone(name, rate, n))
    limit, limit_is = statistics.median(limits), f"{bare_smtp.LIMIT_IS}, {AT_ONCE} connections"
    return [replace(_median(of), limit=limit, limit_is=limit_is) for of in rounds.values()]


def _clients() -> Iterator[tuple[str, Rate]]:
    yield "smtp.channel", channel_rate
    yield "smtp.smtplib", kept_smtp.smtplib_rate
    if kept_smtp.has_aiosmtplib():
        yield "smtp.aiosmtplib", kept_smtp.aiosmtplib_rate


def _alone(name: str, rate: Rate, n: int) -> Result:
    """A client with no product around it, to a sink of its own."""
    with sink("smtp") as where:
        value = rate(where.port, n, SIZE, AT_ONCE)
        taken = where.taken()
    return Result(name=name, n=n, value=value, unit=UNIT, lost=n - taken.keys, duplicates=taken.duplicates)


def _to_postfix(cast: Cast, n: int) -> list[Result]:
    """The product, and the channel alone, beside Postfix's own load generator. Each is the first in one of the rounds:
    what is written later finds a slower disk."""
    product, channel, limits = list[Result](), list[float](), list[float]()
    with postfix.running() as mta:
        connect("smtp", mta.port, AT_ONCE)
        with engine(cast, "smtp") as running:
            turns = deque[Callable[[], None]](
                [
                    lambda: product.append(result_of("smtp.postfix", n, _sent_to_postfix(cast, mta, running))),
                    lambda: channel.append(channel_rate(mta.port, n, SIZE, AT_ONCE)),
                    lambda: limits.append(mta.source_rate(n, SIZE, AT_ONCE)),
                ]
            )
            for _ in range(ROUNDS):
                for turn in turns:
                    mta.wait_until_idle()
                    turn()
                turns.rotate()
    limit, limit_is = statistics.median(limits), f"smtp-source -d, {AT_ONCE} connections"
    alone = Result(name="smtp.postfix-channel", n=n, value=statistics.median(channel), unit=UNIT)
    return [replace(result, limit=limit, limit_is=limit_is) for result in (_median(product), alone)]


def _sent_to_postfix(cast: Cast, mta: postfix.Postfix, running: Engine) -> Sent:
    """From the moment it is issued: when the first mail came is not in Postfix's log."""
    before = len(mta.message_ids)
    approved = prepare(cast, "smtp", unit=RIDERS)
    began = time.perf_counter()
    message = warnings.issue(cast.second, approved)
    wait_until_sent(message, running)
    took = time.perf_counter() - began
    mta.wait_until_idle()
    ids = mta.message_ids[before:]
    return Sent(message, Taken(len(ids), len(set(ids)), ()), took, running.peak_mb)


def _median(rounds: list[Result]) -> Result:
    """The median round; what was lost or repeated in any of them."""
    lost, duplicates = sum(one.lost for one in rounds), sum(one.duplicates for one in rounds)
    return replace(sorted(rounds, key=lambda one: one.value)[len(rounds) // 2], lost=lost, duplicates=duplicates)
