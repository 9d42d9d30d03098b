"""Do the actions agree with one another, and with the danger?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vedette.warnings.content import Content
from vedette.warnings.lint_rules.rule import TELLING, Found, LintContext, LintLevel, rule

WARNING = LintLevel.WARNING

_STAY = re.compile(r"\b(?:shelter|stay (?:inside|indoors|where you are)|(?:do not|don't) (?:leave|evacuate))\b", re.I)
_GO = re.compile(r"\b(?:evacuate|leave (?:the|at|your|by)|withdraw)\b", re.I)
#: "Avoid smoke" is a wish: it must be said how.
_NO_MEANS = re.compile(
    r"\bavoid (?:all |any |the |breathing |contact with )*(?:smoke|fumes|gas|heat|danger|harm|injury|exposure)\b", re.I
)
_DENIED = re.compile(r"(?:\b(?:do not|don't|never|avoid|stop|without)\b[^.!?\n]*)\Z", re.I)


def _pair(hazard: str, action: str, why: str) -> tuple[re.Pattern[str], re.Pattern[str], str]:
    return re.compile(rf"\b(?:{hazard})", re.I), re.compile(rf"\b(?:{action})\b", re.I), why


#: (hazard, action that makes it worse, why).
_AGAINST = (
    _pair("flood|flash flood|surge|tsunami|dam", r"basement|cellar|drive through|wade|cross (?:the )?(?:water|ford)",
          "water rises there, and moving water takes people and cars"),
    _pair("bomb|explosive|device|package", r"use (?:your |the |a )?(?:radios?|phones?|mobiles?)|by radio|search",
          "a transmitter near a device may set it off, and a search brings people to it"),
    _pair("gas|chemical|hazardous|spill|leak|fumes", r"(?:switch|turn) on|light|start (?:the |your )?engine",
          "a spark may set it alight"),
    _pair("shoot|gunfire|sniper|attack|armed", r"gather|assemble (?:outside|in the open)|muster outside",
          "people together in the open are a target"),
    _pair("storm|lightning|tornado", r"under (?:a |the )?trees?|tents?", "trees and tents fall, and draw lightning"),
    _pair("heat", r"close (?:all |the )?windows? and stay in (?:the |your )?(?:car|vehicle)", "it kills in heat"),
    _pair("wildfire|fire|smoke", r"lifts?|elevators?", "a lift stops in a fire"),
)  # fmt: skip


@rule(
    "L18", WARNING, "The actions do not contradict one another or the danger, and say how.",
    "Warn Room: message complete in 231 characters", only_english=True, only_for=TELLING,
)  # fmt: skip
def contradiction(content: Content, _context: LintContext) -> Iterator[Found]:
    text = content.instruction
    stay = _STAY.search(text)
    # "Do not leave" is staying, not going.
    go = _GO.search(_STAY.sub(lambda match: "#" * len(match[0]), text))
    if stay and go:
        fix = "Say for whom each holds, or keep one."
        yield Found("instruction", f'"{stay[0]}" and "{go[0]}" contradict each other.', fix, go.span())
    for hazard, action, why in _AGAINST:
        if not hazard.search(content.event):
            continue
        for match in action.finditer(text):
            if not _DENIED.search(text[: match.start()]):
                message = f'"{match[0]}" does not go with {content.event}: {why}.'
                yield Found("instruction", message, "Take it out, or say when it is safe.", match.span())
    for match in _NO_MEANS.finditer(text):
        fix = 'Say how: "Close windows and doors, and switch off fans."'
        yield Found("instruction", f'"{match[0]}" does not say how.', fix, match.span())
    codes = {code.value for code in content.response_types}
    if {"Shelter", "Evacuate"} <= codes or ("AllClear" in codes and len(codes) > 1):
        fix = "Keep the one that the instruction says."
        yield Found("response_types", f"{' and '.join(sorted(codes))} contradict each other.", fix)
    elif ("Evacuate" in codes and stay and not go) or ("Shelter" in codes and go and not stay):
        said = stay or go
        fix = "Keep the kind of response that the instruction says."
        message = f'The instruction says "{said[0] if said else ""}", the kind of response the opposite.'
        yield Found("response_types", message, fix)
