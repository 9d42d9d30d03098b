"""The field page's fixed words in English."""

from __future__ import annotations

from vedette.web.field.phrases.kinds import FieldWords

WORDS = FieldWords(
    language="en",
    answers={"acknowledged": "I have read it", "safe": "I am safe", "needs_help": "I need help"},
    ends={"expired": "EXPIRED", "cancelled": "CANCELLED", "all_clear": "ALL CLEAR"},
    ends_because={
        "expired": "This warning is over. Ask before you act on it.",
        "cancelled": "This warning is called off.",
        "all_clear": "The danger is over.",
    },
    answer_now="Answer now",
    answer_again="You can answer again",
    answered="Recorded",
    answered_before="You answered an earlier message. The warning has changed: answer again.",
    attested="Someone answered for you",
    not_recorded="Not recorded",
    help_next="If you can, also call or radio:",
    note="Add a note (optional)",
    note_hint="Where you are, what you need. Write it before you press a button.",
    as_whom="You answer as {name}. This page is yours alone.",
    in_time="in {span}",
    ago="{span} ago",
    begins="Begins",
    ended="Ended",
    changed="What changed",
    earlier="What it said before",
    details="More about it",
    map_of="Map of the warned area, north up",
    inside="In the area, among others: {names}.",
    around="Outside, but near: {names}.",
    extent="About {width} km from west to east, {height} km from north to south.",
    gone_title="There is no such page",
    gone="The address is not complete, or it is no longer in use. Open the link in your message again.",
    other_languages="Read it in",
    days=("day", "days"),
)
