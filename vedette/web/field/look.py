"""How a reader wants the field page to look: the size of its text and its colours, kept in a cookie that says nothing
else. Pure."""

from __future__ import annotations

from typing import NamedTuple

#: The cookie's name; its value is "large.dark", or either half.
COOKIE = "look"
#: What there is to choose; empty is the phone's own.
SIZES = ("", "large", "huge")
SCHEMES = ("", "light", "dark")


class Look(NamedTuple):
    """A choice of both."""

    size: str = ""
    scheme: str = ""

    @property
    def text(self) -> str:
        """As the cookie holds it."""
        return f"{self.size}.{self.scheme}"


def read_look(text: str) -> Look:
    """The look that a cookie asks for; the phone's own in what it does not know."""
    size, _, scheme = text.partition(".")
    return Look(size if size in SIZES else "", scheme if scheme in SCHEMES else "")
