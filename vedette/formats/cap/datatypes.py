"""The datatypes of the CAP schema (W3C XML Schema 1.0 part 2): each a check that returns what is wrong, or None."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from vedette.formats.cap.text import SPACE, BadText, time_of

Check = Callable[[str], str | None]

_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*\Z")
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_DECIMAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\Z")
#: The most digits a number may have here; XML Schema leaves it open, processors stop at 18 to 24.
_MOST_DIGITS = 18

# RFC 3986, appendix A. Characters outside ASCII, and the few that XML Schema lets through, count as unreserved.
_CHARACTER = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@<>\"{}|\\^` \x00-\x1f\x7f-\U0010ffff]|%[0-9A-Fa-f]{2})"
# The branches exclude one another, so that matching is linear however long the text.
_URI = re.compile(
    rf"(?:[A-Za-z][A-Za-z0-9+.\-]*:)?"
    rf"(?://(?P<authority>{_CHARACTER}*)(?:/(?:/|{_CHARACTER})*)?|(?!//)(?P<path>(?:/|{_CHARACTER})*))"
    rf"(?:\?(?:[/?]|{_CHARACTER})*)?(?:\#(?:[/?\[\]]|{_CHARACTER})*)?\Z"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_AUTHORITY = re.compile(r"(?:[^@]*@)?[^:@]*(?::[0-9]{1,8})?\Z")
_ADDRESS = re.compile(r"//((?:[^/?#\[\]@]*@)?)\[[0-9A-Fa-f:.]+\]")


def any_text(_text: str) -> str | None:
    """xs:string."""
    return None


def one_of(values: Iterable[str]) -> Check:
    """An enumeration; white space counts, as the schema says."""
    known = frozenset(values)
    listing = ", ".join(values)

    def check(text: str) -> str | None:
        if text in known:
            return None
        hint = " (remove the white space around it)" if text.strip() in known else ""
        return f"{text[:60]!r} is not one of {listing}{hint}"

    return check


def cap_time(text: str) -> str | None:
    """xs:dateTime with CAP 1.2's pattern: whole seconds, numeric offset."""
    return _complaint(text, strict=True)


def any_time(text: str) -> str | None:
    """xs:dateTime, as CAP 1.0 and 1.1 have it."""
    if text[:1] in tuple(SPACE):
        return "there is white space before the time"  # libxml2 refuses it too where no pattern is set.
    return _complaint(text, strict=False)


def _complaint(text: str, strict: bool) -> str | None:
    try:
        time_of(text, strict)
    except BadText as error:
        return str(error)
    return None


def language(text: str) -> str | None:
    """xs:language."""
    if _LANGUAGE.match(text.strip(SPACE)):
        return None
    return f"{text[:40]!r} is not a language tag such as en-US or es"


def integer(text: str) -> str | None:
    """xs:integer."""
    text = text.strip(SPACE)
    if _INTEGER.match(text) and len(text) <= _MOST_DIGITS:
        return None
    return f"{text[:40]!r} is not a whole number"


def decimal(text: str) -> str | None:
    """xs:decimal: no exponent, no unit."""
    text = text.strip(SPACE)
    if _DECIMAL.match(text) and len(text) <= _MOST_DIGITS:
        return None
    return f"{text[:40]!r} is not a decimal number"


def any_uri(text: str) -> str | None:
    """xs:anyURI: a URI reference by RFC 3986 once the characters it allows beyond that are escaped."""
    plain = _ADDRESS.sub(r"//\1address", " ".join(text.split()), count=1)
    found = _URI.match(plain)
    if not found:
        return f"{text[:80]!r} is not a URI (brackets and lone % signs must be escaped)"
    if found["authority"] and not _AUTHORITY.match(found["authority"]):
        return f"{text[:80]!r} is not a URI: its host or port cannot be read"
    if found["path"] and not _SCHEME.match(plain) and ":" in found["path"].partition("/")[0]:
        return f"{text[:80]!r} is not a URI: there is no scheme before the colon"
    return None
