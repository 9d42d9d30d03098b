"""Which way a time points: what the word before it makes of it, and whether the verbs beside it look ahead or back."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.reading.lexicon import AUXILIARIES, CONJUNCTIONS, DETERMINERS, MONTHS, PREPOSITIONS, WEEKDAYS, words
from vedette.reading.phrases import PAST_VERBS
from vedette.reading.tokens import Token

#: No verb further back than this many tokens says which way a time points.
_REACH = 12
_ROLES = {"by": "deadline", "until": "until", "till": "until", "through": "until", "before": "before", "since": "since",
          "after": "after", "to": "until", "nlt": "deadline"}  # fmt: skip
_NEARLY = words("shortly just soon right moments minutes hours")
_AHEAD = words(
    "will may might could should must shall to planned scheduled expected due set intended would can won't wouldn't "
    "can't cannot couldn't mustn't shouldn't we'll they'll i'll he'll she'll it'll you'll there'll please expects "
    "expect plans intends hopes aims threatens vows promises forecasts predicts anticipates anticipate urges"
)
_BACK = words("was were said told struck shot had did came went took made saw hit began held met sent has")
_SHOWING = words("video footage information dashcam cctv photographs")
_NOW = words("is are 's 're am isn't aren't there's it's")
#: A verb beside these is not the time's: "is in custody after the crash Sunday".
_CUTTING = words("after following over since amid")
#: Who announces something "for Monday" or "from Monday" looks ahead.
_ARRANGING = words(
    "announced called convened ordered declared issued imposed planned set proposed booked reserved scheduled invited "
    "announce announces call calls fixed slated summoned adjourned postponed moved rescheduled"
)
#: What is done "until Thursday" and goes on from then.
_LASTING = words(
    "suspended closed postponed extended banned cancelled canceled delayed halted shut adjourned remanded barred "
    "imposed grounded withdrawn sealed restricted reduced diverted"
)
_PENDING = words("possible likely unlikely expected due planned set scheduled to probable forecast")
_DENIED = words("not never nobody none no didn't wasn't weren't hadn't nothing")
_PARTS = words("morning afternoon evening night noon")


def role_of(tokens: Sequence[Token], index: int) -> str:
    """What the word before makes of the time: a deadline, a beginning, or the point itself."""
    if index == 0:
        return "point"
    previous = tokens[index - 1].low
    if previous in ("before", "after") and index > 1 and tokens[index - 2].low in _NEARLY:
        # "shortly before 5 p.m." tells when, not until when.
        return "point"
    if previous == "than" and index > 1 and tokens[index - 2].low == "later":
        return "deadline"
    article = previous == "the" and index > 1
    if article:
        previous = tokens[index - 2].low
    role = _ROLES.get(previous, "point")
    if role in ("after", "before", "since") and _belongs(tokens, index, article):
        return "point"
    if previous in ("until", "till") and any(token.low in _DENIED for token in tokens[max(0, index - 9) : index]):
        # "Nobody shot at us until February."
        return "point" if not any(token.low in _AHEAD for token in tokens[max(0, index - 9) : index - 1]) else role
    return role


def _belongs(tokens: Sequence[Token], index: int, article: bool) -> bool:
    """Whether the time only says whose or which: "after Monday's shooting", "since the March attack"."""
    if tokens[index].low.endswith("'s"):
        return True
    if not article or tokens[index].low not in MONTHS.keys() | WEEKDAYS.keys() or index + 1 >= len(tokens):
        return False
    following = tokens[index + 1]
    closed = PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | DETERMINERS | _PARTS
    return following.is_word and following.text[0].islower() and following.low not in closed


def lean_of(tokens: Sequence[Token], index: int, ahead: bool | None, role: str) -> bool | None:
    """Which way the nearest verb before the time points; the whole claim's way where there is none."""
    if role == "since":
        return False
    if index > 0 and tokens[index - 1].low in ("for", "from") and _arranged(tokens, index - 1):
        return True
    for at in range(index - 1, max(-1, index - _REACH), -1):
        low = tokens[at].low
        if low == "to" and tokens[at + 1].low in DETERMINERS:
            # "burned to the ground": no verb follows.
            continue
        if low == "to" and tokens[at + 1].is_capital and not tokens[at + 1].is_acronym:
            continue
        if low in _CUTTING and at < index - 1:
            return False
        if low in _AHEAD or low in _NOW:
            return True
        if low.endswith("ed") and len(low) > 4 and at > 0 and tokens[at - 1].low in ("be", "being"):
            # "will be paired from Thursday"
            continue
        if role in ("until", "deadline") and (low in _LASTING or (low in ("has", "have") and ahead is not False)):
            return True
        if low in ("was", "were") and tokens[at + 1].low in _PENDING:
            # "said rain was possible on Thursday"
            return True
        if low in _BACK or (low.endswith("ed") and len(low) > 4):
            return False
        if low == "have" and _is_done(tokens, at + 1):
            return False
        if low in _SHOWING:
            # "Anyone with video from the street on Friday is asked to call."
            return False
        if low in (",", ";", "but"):
            if role == "deadline":
                # "asked for a ransom, payable by Sunday"
                return True
            break
    if role in ("deadline", "until", "before") and ahead is not False:
        return True
    after = _verb_after(tokens, index) if role == "point" else None
    return ahead if after is None else after


def _verb_after(tokens: Sequence[Token], index: int) -> bool | None:
    """ "On Sunday police arrested ...", "On Friday they will march": the first verb, where the time stands first."""
    for at in range(index + 1, min(len(tokens), index + _REACH)):
        low = tokens[at].low
        if low in _AHEAD and low != "to" and low not in MONTHS:
            return True
        if low in ("was", "were", "had", "did") or (low.endswith("ed") and len(low) > 4) or low in PAST_VERBS:
            return False
        if low in (";", "?", "!") or low in _NOW:
            break
    return None


def _is_done(tokens: Sequence[Token], at: int) -> bool:
    """Whether a participle follows "have": "have arrested", "have been told", not "have a word"."""
    low = tokens[at].low if at < len(tokens) else ""
    return low in ("been", "not", "already") or low.endswith(("ed", "en")) or low in PAST_VERBS


def _arranged(tokens: Sequence[Token], at: int) -> bool:
    for back in range(at - 1, max(-1, at - _REACH), -1):
        if tokens[back].low in _ARRANGING:
            return True
        if tokens[back].low in (",", ";", "that", "who"):
            return False
    return False
