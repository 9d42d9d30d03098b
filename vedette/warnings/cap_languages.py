"""Several info blocks that say the same thing in several languages, as one content with its translations. Pure.

CAP 1.2, 3.2.2: every block of a message tells of one event, and a block for each language is the usual reason for
more than one. A block whose facts differ (another area, another hour, another severity) is no translation.
"""

from __future__ import annotations

from collections.abc import Iterator

from vedette.formats.cap import Alert, Info
from vedette.formats.parts import parse
from vedette.warnings.cap import content_of
from vedette.warnings.content import WORDS, Content

#: What a block without <language> is in (CAP 1.2, 3.2.2).
UNSAID = "en-US"


def whole_content_of(alert: Alert) -> Content:
    """What a message says in all its languages: that of its first block, with the blocks that translate it.

    Raises BadInput as `content_of` does, for a translation too.
    """
    first = content_of(alert)
    told = [_words(content_of(alert, block)) for block in translating(alert)]
    return parse(Content, {**first.model_dump(), "translations": told}) if told else first


def translating(alert: Alert) -> Iterator[int]:
    """The blocks that say what the first one says in another language, each language once."""
    if not alert.infos:
        return
    first = alert.infos[0]
    told = {(first.language or UNSAID).lower()}
    for block, info in enumerate(alert.infos[1:], 1):
        language = (info.language or UNSAID).lower()
        if language not in told and _facts(info) == _facts(first):
            told.add(language)
            yield block


def _words(content: Content) -> dict[str, object]:
    said: dict[str, object] = {name: getattr(content, name) for name in WORDS}
    return {**said, "language": content.language, "area": {"description": content.area.description}}


def _facts(info: Info) -> tuple[object, ...]:
    """All of a block that is not words."""
    ground = tuple((area.polygons, area.circles) for area in info.areas)
    judged = (info.urgency, info.severity, info.certainty)
    return (info.categories, info.response_types, *judged, info.effective, info.onset, info.expires, ground)
