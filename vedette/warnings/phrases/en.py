"""The fixed words in English."""

from __future__ import annotations

from vedette.warnings.phrases.kinds import Ending, Words

WORDS = Words(
    kinds={"Alert": "WARNING", "Update": "UPDATE", "Cancel": "CANCELLED", "AllClear": "ALL CLEAR"},
    changes={
        "Update": "The warning has changed; read it again.",
        "Cancel": "The warning was wrong or no longer holds.",
        "AllClear": "The danger is over.",
    },
    warning="Warning",
    source="From",
    to="To",
    audience="For",
    what="What",
    impact="What it can do",
    where="Where",
    what_to_do="What to do",
    when="When",
    start="from",
    until="until",
    next_update="Next update",
    contact="Ask",
    confirm="Say that you have read this, that you are safe, or that you need help:",
    sent="Sent",
    silent_subject="NO ANSWER from {count}",
    silent_intro="{count} of your people have not answered this warning:",
    silent_intro_area="{count} people of your area have not answered this warning:",
    silent_ask="Reach them, then say what you know:",
    filled_subject="ENOUGH HAVE ANSWERED",
    filled="Enough people have answered: you are not needed for this any more, and will not be asked again. "
    "The warning itself stands.",
    missed_subject="ONLY {answered} of {needed}",
    missed="Of {needed} answers that are needed{of}, {answered} have come in time.",
    missed_of=", {name}",
    missed_next="Further people are being asked now.",
    missed_last="There is nobody further to ask: see what can be done.",
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    last="No further update is planned.",
    endings={
        "Cancel": Ending(
            headline="CANCELLED: {event}",
            description="The warning of {event} is cancelled: it was sent in error or no longer holds.",
            instruction="Disregard the earlier warning. Return to normal duty.",
        ),
        "AllClear": Ending(
            headline="ALL CLEAR: {event}",
            description="The danger of {event} in this area is over.",
            instruction="Return to normal duty.",
        ),
    },
)
