"""Which element of a web page each line of its text comes from, so that a citation leads back to the page as received.

The main-content finder hands over text alone. Its lines are found again in the page by their letters, spaces aside, in
the page's order; a line that was put together from several elements is led to the first, one found nowhere to none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from vedette.reading.lexicon import words

#: Elements that hold a paragraph, a heading or a row each. A part is named for its element and counted as a page's
#: `querySelectorAll` counts: "p 3" is the third <p>.
_BLOCKS = words("title p h1 h2 h3 h4 h5 h6 li tr blockquote pre figcaption caption dt dd div section article main body")
_UNSEEN = words("script style noscript template")
#: An element's name and the letters of its own words.
Block = tuple[str, str]
#: Letters that a shortened line and its element must share.
_PREFIX = 24
#: How many elements ahead one is looked for whose first line, before a line break, is shorter than that.
_AHEAD = 30


def parts_of(blocks: Sequence[Block], text: str, within: str = "") -> list[tuple[int, int, str]]:
    """(start, end, element) for each line of `text` that is found among the page's blocks, in the text's order.

    `within` is the part of a larger file that the page is: it stands before each element, and for a line found in none.
    """
    whole: defaultdict[str, list[int]] = defaultdict(list)
    begun: defaultdict[str, list[int]] = defaultdict(list)
    for place, (_, letters) in enumerate(blocks):
        whole[letters].append(place)
        if len(letters) >= _PREFIX:
            begun[letters[:_PREFIX]].append(place)
    found: list[tuple[int, int, str]] = []
    at, reached = 0, 0
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        letters = _letters(line.lstrip("-*# "))
        if not letters:
            continue
        number = _next(whole.get(letters), reached)
        if number is None and blocks and letters in blocks[reached][1]:
            # The words after a line break within the element.
            number = reached
        if number is None and len(letters) >= _PREFIX:
            number = _next(begun.get(letters[:_PREFIX]), reached)
        if number is None:
            number = _broken(blocks, letters, reached)
        if number is not None:
            reached = max(reached, number)
            found.append((start, start + len(line), f"{within} {blocks[number][0]}".lstrip()))
        elif within:
            found.append((start, start + len(line), within))
    return found


def blocks_of(tree: Any) -> list[Block]:
    """The page's elements that hold words, in its order. Taken before anything else walks the tree and changes it."""
    return list(_blocks(tree))


def _next(numbers: list[int] | None, reached: int) -> int | None:
    """The first at or after where the text has reached, else the first of all: a title may stand twice."""
    if not numbers:
        return None
    return next((number for number in numbers if number >= reached), numbers[0])


def _broken(blocks: Sequence[Block], letters: str, reached: int) -> int | None:
    """The next element that begins with these words and goes on after a line break."""
    ahead = range(reached, min(reached + _AHEAD, len(blocks)))
    return next((number for number in ahead if blocks[number][1].startswith(letters)), None)


def _blocks(tree: Any) -> Iterator[Block]:
    """(name, letters) of each block element, its nested blocks' words left to them; one walk, however deep."""
    counts = Counter[str]()
    names: list[str] = []
    pieces: list[list[str]] = []
    open_blocks: list[int] = []
    stack: list[tuple[Any, bool]] = [(tree, False)]
    while stack:
        element, leaving = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if leaving:
            if tag in _BLOCKS:
                open_blocks.pop()
        elif tag not in _UNSEEN and tag:
            if tag in _BLOCKS:
                counts[tag] += 1
                names.append(f"{tag} {counts[tag]}")
                pieces.append([])
                open_blocks.append(len(names) - 1)
            if element.text and open_blocks:
                pieces[open_blocks[-1]].append(element.text)
            stack.append((element, True))
            stack += [(child, False) for child in reversed(element)]
            continue
        if element.tail and open_blocks and element is not tree:
            pieces[open_blocks[-1]].append(element.tail)
    for name, written in zip(names, pieces, strict=True):
        if letters := _letters("".join(written)):
            yield name, letters


def _letters(written: str) -> str:
    return "".join(written.replace("|", " ").split())
