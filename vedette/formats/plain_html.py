"""The words in a stretch of HTML from a stranger, in paragraphs. Pure.

One walk over the text, in linear time: the standard library's parser takes minutes for some kinds of unclosed tags.
"""

from __future__ import annotations

import html
import re

_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)")
_BLOCKS = frozenset(
    (
        *("p", "div", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "blockquote", "pre"),
        *("li", "ul", "ol", "dl", "dt", "dd", "table", "tr", "figure", "figcaption"),
    )
)
_UNSEEN = frozenset({"script", "style", "head", "title", "template"})


def words_of(text: str) -> str:
    """What a reader would see, a blank line between blocks. What is no HTML is as it is, but for its white space."""
    if "<" in text or "&" in text:
        text = _unescaped("".join(_seen(text)))
    lines = (" ".join(line.split()) for line in text.replace("\r", "\n").split("\n"))
    return "\n\n".join(line for line in lines if line)


def _seen(text: str) -> list[str]:
    """The stretches between tags; blocks end lines."""
    found: list[str] = []
    at, closing = 0, -1
    while (opening := text.find("<", at)) >= 0:
        found.append(text[at:opening])
        if text.startswith("<!--", opening):
            at = text.find("-->", opening + 4) + 3
            if at < 3:
                return found
            continue
        if closing < opening and (closing := text.find(">", opening)) < 0:
            return [*found, text[opening:]]
        name = _NAME.match(text, opening)
        if name is None and not text.startswith(("<!", "<?"), opening):
            found.append("<")
            at = opening + 1
            continue
        at = closing + 1
        told = name.group(1).lower() if name is not None else ""
        if told in _BLOCKS:
            found.append("\n")
        elif told in _UNSEEN and text[opening + 1] != "/":
            end = re.compile(rf"</{told}\b", re.IGNORECASE).search(text, at)
            if end is None:
                return found
            at = end.start()
    return [*found, text[at:]]


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:
        # A number of thousands of digits is no letter.
        return text
