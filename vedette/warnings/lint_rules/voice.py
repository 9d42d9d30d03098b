"""Can it be read aloud, by a person over the radio or by a machine over the telephone?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.warnings.content import Content
from vedette.warnings.lint_rules.rule import ALL_TEXT_FIELDS, Found, LintContext, LintLevel, rule, texts

#: (what is read wrongly or not at all, what is said instead; None: only a person can say).
#: Left alone, since speech engines say them: "5 km", "60%", "06:00 PST", numbers in groups.
_UNSPEAKABLE: tuple[tuple[re.Pattern[str], str | None], ...] = (
    (re.compile(r"https?://\S+|\bwww\.\S+", re.I), None),
    (re.compile(r"\s*&\s*"), " and "),
    (re.compile(r"\b24\s?/\s?7\b"), "day and night"),
    (re.compile(r"\band/or\b", re.I), "or"),
    (re.compile(r"\bw/(?=\s)", re.I), "with"),
    (re.compile(r"\bapprox\b\.?", re.I), "about"),
    (re.compile(r"\be\.\s?g\.", re.I), "such as"),
    (re.compile(r"\bi\.\s?e\.", re.I), "that is"),
    (re.compile(r"\betc\b\.?", re.I), "and the like"),
    (re.compile(r"\bhrs\b\.?", re.I), "hours"),
    (re.compile(r"\bmins\b\.?", re.I), "minutes"),
    (re.compile(r"\bASAP\b", re.I), "at once"),
    (re.compile(r"\bN/A\b", re.I), "none"),
    (re.compile(r"\s*>=\s*|\s*≥\s*"), " at least "),
    (re.compile(r"\s*<=\s*|\s*≤\s*"), " at most "),
    (re.compile(r"(?<=\w)\s*(?:→|->)\s*(?=\w)"), " to "),
    (re.compile(r"(?<=[^\W\d])/(?=[^\W\d])"), " or "),
    (re.compile(r"(?<!\w)[#@](?=\w)"), None),
    (re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]"), ""),
)
_MILITARY = re.compile(r"(?<![\w:.+-])([01]\d|2[0-3])([0-5]\d)(?=\s?(?:h|hours|hrs|[A-Z]{1,4}[SD]?T|UTC|GMT|Z)\b)")
#: A number without groups is read as millions.
_LONG_NUMBER = re.compile(r"(?<![\w.,])\+?\d{7,15}(?![\w.,]\d)")


@rule(
    "L19", LintLevel.WARNING, "It can be read aloud: no signs, shorthand or unbroken numbers that speech garbles.",
    "BlackBerry AtHoc: text to speech expands digits, telephone numbers and acronyms", only_english=True,
)  # fmt: skip
def spoken(content: Content, _context: LintContext) -> Iterator[Found]:
    for name, text in texts(content, (*ALL_TEXT_FIELDS, "area.description")):
        taken: list[tuple[int, int]] = []
        for pattern, put in _UNSPEAKABLE:
            for match in pattern.finditer(text):
                if any(start < match.end() and match.start() < end for start, end in taken):
                    continue
                taken.append(match.span())
                fix = "Say it in words." if put is None else f'Write "{put.strip()}".' if put else "Take it out."
                yield Found(name, f'"{match[0].strip()}" is not said as it is written.', fix, match.span(), put=put)
        for match in _MILITARY.finditer(text):
            put = f"{match[1]}:{match[2]}"
            yield Found(
                name, f'"{match[0]}" is read as a number, not a time.', f'Write "{put}".', match.span(), put=put
            )
        for match in _LONG_NUMBER.finditer(text):
            put = _grouped(match[0])
            fix = f'Write it in groups: "{put}".'
            yield Found(name, f'"{match[0]}" is read as one number.', fix, match.span(), put=put)


def _grouped(number: str) -> str:
    """Threes from the left, the last group three or four: "+1 619 555 0100" is how people say a number."""
    sign, digits = ("+", number[1:]) if number.startswith("+") else ("", number)
    # The country's code of a North American number stands alone; other countries' have no length to tell them by.
    head, digits = (
        (f"{sign}1 ", digits[1:]) if sign and digits.startswith("1") and len(digits) == 11 else (sign, digits)
    )
    groups: list[str] = []
    while len(digits) > 4:
        groups.append(digits[:3])
        digits = digits[3:]
    return head + " ".join([*groups, digits])
