"""What a mail server found out about where a mail is from: the Authentication-Results header (RFC 8601). Pure.

Anybody can write such a header into a mail. It is believed only of the server that is named as one's own, and only the
topmost: that server puts its own above whatever came with the mail, and takes away what came under its name (RFC 8601,
section 5). SPF alone identifies nobody here: it says which machine may send, and many domains share one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_ADDRESS = re.compile(r"[^<>,;]*<[^<>@\s]+@(?P<in_brackets>[^<>@\s]+)>|[^<>@\s,;]+@(?P<bare>[^<>@\s,;]+)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"')
_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")


class BadResults(ValueError):
    """The header is not as the standard has it, and says nothing."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one method found: `dkim=pass header.d=example.org`."""

    method: str
    result: str
    #: "header.d" -> "example.org".
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Results:
    """One header: who wrote it, as it says, and what was found."""

    authserv_id: str
    found: tuple[Result, ...]


def domain_of(text: str) -> str:
    """A domain as it is compared: in lower case, without a last dot; empty for what is none."""
    lowered = text.strip().lower().removesuffix(".")
    return lowered if _DOMAIN.fullmatch(lowered) else ""


def authentic_domain(fields: Sequence[tuple[str, str]], authserv_id: str) -> str:
    """The domain of the mail's one sender, if that server found it authentic by DMARC or DKIM; else empty.

    `fields` are the mail's own headers in order, names in lower case, values unfolded.
    """
    sender = _sender_domain(fields)
    own = next((one for one in _results(fields) if one.authserv_id == authserv_id.lower()), None)
    if not sender or own is None:
        return ""
    by_dmarc = [one for one in own.found if one.method == "dmarc"]
    if any(one.result == "fail" for one in by_dmarc):
        return ""
    if any(one.result == "pass" and domain_of(one.properties.get("header.from", "")) == sender for one in by_dmarc):
        return sender
    signed = (one for one in own.found if (one.method, one.result) == ("dkim", "pass"))
    return sender if any(_signer(one) == sender for one in signed) else ""


def read_results(value: str) -> Results:
    """A header's value, comments left out. Raises BadResults."""
    said: list[list[str]] = [[]]
    for one in _tokens(value):
        if one == ";":
            said.append([])
        else:
            said[-1].append(one)
    if not said[0] or said[0][0] == "=" or said[0][1:] not in ([], ["1"]):
        raise BadResults("it does not begin with who wrote it, in version 1")
    return Results(_word(said[0][0]).lower(), tuple(filter(None, map(_result, said[1:]))))


def _results(fields: Sequence[tuple[str, str]]) -> Iterator[Results]:
    for name, value in fields:
        if name == "authentication-results":
            try:
                yield read_results(value)
            except BadResults:
                continue


def _result(tokens: list[str]) -> Result | None:
    """`method=result name=value ...`; None for what is not that, such as `none`."""
    said = [tokens[at : at + 3] for at in range(0, len(tokens), 3)]
    if not said or any(len(one) != 3 or one[1] != "=" or "=" in (one[0], one[2]) for one in said):
        return None
    (method, _, result), *properties = said
    found: dict[str, str] = {}
    for name, _, value in properties:
        found.setdefault(name.lower(), _word(value))
    return Result(method.partition("/")[0].lower(), _word(result).lower(), found)


def _tokens(value: str) -> Iterator[str]:
    """Words, quoted strings (with their first quotation mark), ";" and "="; without comments, which may be nested."""
    at, end = 0, len(value)
    while at < end:
        letter = value[at]
        if letter.isspace():
            at += 1
        elif letter == "(":
            at = _after_comment(value, at)
        elif letter == '"':
            found = _QUOTED.match(value, at)
            if found is None:
                raise BadResults("a quotation in it has no end")
            yield '"' + re.sub(r"\\(.)", r"\1", found.group()[1:-1])
            at = found.end()
        elif letter in ";=":
            yield letter
            at += 1
        else:
            begun = at
            while at < end and not value[at].isspace() and value[at] not in '();="':
                at += 1
            if at == begun:
                raise BadResults("a comment in it has no beginning")
            yield value[begun:at]


def _after_comment(value: str, at: int) -> int:
    depth = 0
    while at < len(value):
        if value[at] == "\\":
            at += 1
        elif value[at] in "()":
            depth += 1 if value[at] == "(" else -1
            if not depth:
                return at + 1
        at += 1
    raise BadResults("a comment in it has no end")


def _word(token: str) -> str:
    return token.removeprefix('"')


def _signer(result: Result) -> str:
    """Whose signature it is: the domain, or that of the identity where only that is told."""
    own = result.properties
    return domain_of(own["header.d"] if "header.d" in own else own.get("header.i", "").rpartition("@")[2])


def _sender_domain(fields: Sequence[tuple[str, str]]) -> str:
    """The domain of the one address that stands under the one From; empty where there are several, or none."""
    said = [value for name, value in fields if name == "from"]
    found = _ADDRESS.fullmatch(_QUOTED.sub("", said[0]).strip()) if len(said) == 1 else None
    return domain_of(found["in_brackets"] or found["bare"]) if found is not None else ""
