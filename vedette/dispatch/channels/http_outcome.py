"""What an HTTP answer, or none, means for a delivery: the same for every channel that speaks HTTP."""

from __future__ import annotations

from vedette import clock
from vedette.dispatch.channels.face import Outcome, Result
from vedette.dispatch.channels.http_message import Answer, HttpError, Kind

#: Not now, say RFC 9110 (408, 15.5.9), RFC 8470 (425) and RFC 6585 (429).
_LATER = frozenset({408, 425, 429})
_DETAIL = 300
ACCEPTED = Result(Outcome.ACCEPTED)


def outcome(answer: Answer) -> Result:
    """2xx is taken; 408, 425, 429 and 5xx are not now; all else, a redirect too, is never."""
    if 200 <= answer.status < 300:
        return ACCEPTED
    detail = f"{answer.status} {answer.text}"[:_DETAIL]
    if answer.status in _LATER or answer.status >= 500:
        return Result(Outcome.LATER, detail, answer.retry_after_s(clock.now()))
    return Result(Outcome.FAILED, detail)


def outcome_of_none(error: HttpError) -> Result:
    """No answer is not now; a private address is never."""
    if error.kind is Kind.PRIVATE_ADDRESS:
        return Result(Outcome.FAILED, str(error)[:_DETAIL])
    return Result(Outcome.LATER, str(error)[:_DETAIL], unreachable=error.unreachable)
