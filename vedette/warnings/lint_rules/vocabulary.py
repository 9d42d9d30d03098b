"""The word lists that the rules of the lint look in. English."""

from __future__ import annotations

import re
from collections.abc import Iterator

WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’-][^\W_]+)*")
_SENTENCE = re.compile(r"[^.!?\n]+(?:(?<=\b[ap]\.m)\.|\.(?=\d)|[^.!?\n])*[.!?]?")
_ACRONYM = re.compile(r"\b[A-Z][A-Z0-9&]{1,6}\b")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Who in an organisation warns.
ROLES = _words(
    """
    adviser advisor analyst captain centre center chief command commander control coordinator coroner desk
    director dispatch dispatcher duty editor guard head lead leader lieutenant manager marshal office officer
    operations room safety secretary security sergeant service superintendent supervisor team unit warden watch
    """
)
#: Sources that are none.
NOBODIES = re.compile(
    r"\b(?:(?:un)?named|anonymous|credible|reliable|various)?\s*(?:sources?|officials?|leadership|management|authorities)\b",
    re.I,
)
#: Hazards that name nothing.
GENERIC_HAZARDS = _words(
    """
    activity alert advisory concern condition conditions credible danger developing elevated emergency event
    general hazard heightened imminent incident increased issue matter new ongoing operation operational police
    possible potential problem safety security serious situation special suspicious threat threats unknown
    unspecified warning
    """
)
_SMALL = _words("a an and at by for from in of on or possible potential the to towards with against near our your")
#: Concrete hazards. A hazard outside this list gets advice, not refusal.
HAZARDS = _words(
    """
    abduction ambush armed arson assault assassination attack avalanche barricade blast blizzard bomb bombing
    carjacking chemical collapse contamination cyclone device drone drones earthquake explosion explosive
    explosives fire flood flooding gas grenade gunfire gunman heat hijacking hostage hurricane intruder kidnapping
    landslide leak lightning mine mines missile mob outage pursuit radiation raid ramming riot robbery rocket
    sabotage shelling shooter shooting shots smoke sniper spill stabbing storm strike surge tornado trap tsunami
    unrest vehicle violence wildfire wind
    """
)
#: What a hazard does to people and things.
IMPACTS = re.compile(
    r"\b(?:kill|die|dead|death|deadly|fatal|lethal|wound|injur|hurt|harm|burn|drown|suffocat|poison|crush|trap|strand|"
    r"maim|bleed|blind|knock|destroy|collaps|cut off|lose|shot|struck|hit|kidnap|abduct|rob)",
    re.I,
)
#: Words that are no place by themselves.
NOWHERE = re.compile(
    r"^(?:(?:in|across|within|throughout)\s+)?(?:the|your|our|this|that|entire|whole|general|affected|local|nearby|\s)*"
    r"(?:area|areas|region|vicinity|sector|district|zone|location|locations|place|places|neighbou?rhood|here|nearby|"
    r"everywhere|jurisdiction|surroundings)s?[.\s]*$",
    re.I,
)
#: Marks of a place that a stranger can find.
LANDMARKS = re.compile(
    r"\b(?:road|street|avenue|highway|route|freeway|interstate|bridge|river|creek|canyon|hill|mountain|park|station|"
    r"airport|port|harbou?r|crossing|checkpoint|fence|wall|border|school|hospital|building|square|mall|market|campus|"
    r"km|kilomet(?:re|er)s?|miles?|m|met(?:re|er)s?|north|south|east|west)\b",
    re.I,
)
#: How far a place reaches: a direction, a distance, an end, or a thing with ends of its own.
EXTENT = re.compile(
    r"\b(?:from|between|within|up to|as far as|north|south|east|west|northern|southern|eastern|western|inside|whole|"
    r"all of|along|around|across|both sides|past|through|building|school|hospital|station|bridge|airport|campus|square|"
    r"\d+\s?(?:km|m|miles?|met(?:re|er)s?|kilomet(?:re|er)s?))\b",
    re.I,
)
#: Verbs that begin something one can do.
ACTIONS = _words(
    """
    abandon acknowledge activate arm assemble avoid block board bring build call cancel carry change check clear
    close collect confirm contact continue cover crawl cross delay detour disconnect disperse disregard do don't
    drink drive drop evacuate exit fill flee follow get give go halt help hide hold ignore inform inspect join
    keep lay leave lie limit listen lock look lower maintain meet monitor move never obey open park pass pick
    postpone prepare proceed pull put raise reach read relocate remain remove report resume return roll run seal
    search secure seek send set shelter show shut silence sleep slow stand start stay stop store stow suspend
    switch take tell test travel treat turn unlock use wait walk warn wash watch wear withdraw work
    """
)
#: Actions that are none: nobody can tell whether they did them.
VAGUE_ACTION = re.compile(
    r"\b(?:(?:stay|remain|be|keep|continue to be)\s+(?:\w+ly\s+)?"
    r"(?:vigilant|alert|aware|safe|cautious|careful|watchful|informed|calm|on guard)"
    r"|(?:exercise|use|take)\s+(?:\w+\s+)?(?:caution|care|precautions|vigilance)"
    r"|take appropriate (?:action|measures))\b",
    re.I,
)
#: What may come before the verb of an instruction.
LEADING = re.compile(
    r"^(?:(?:\d+[.)]|[-•*])\s*)?(?:(?:please|immediately|now|then|also|always|at once|do not|don't|never)\b[,\s]*)*",
    re.I,
)
CONDITION = re.compile(r"^(?:if|when|while|before|after|until|unless|where|at|in|on|from|during|once)\b[^,]*,\s*", re.I)

#: Times that mean something else to each reader.
RELATIVE_TIME = re.compile(
    r"\b(?:(?:in|over|within|for|during)?\s*the\s+(?:next|coming|following)\s+(?:few\s+|several\s+|couple\s+of\s+|\d+\s+)?"
    r"(?:hours?|days?|weeks?|nights?|minutes?|months?)|next\s+(?:few\s+|several\s+)(?:hours|days|weeks)|"
    r"(?:very\s+)?soon|shortly|imminently|in the near future|for the foreseeable future|until further notice|"
    r"for now|at this time|today|tonight|tomorrow|this\s+(?:morning|afternoon|evening|week|weekend)|later)\b",
    re.I,
)
CLOCK = re.compile(
    r"\b(?:[01]?\d|2[0-3])[:.h][0-5]\d\b|\b(?:1[0-2]|0?[1-9])\s?(?:am|pm|a\.m\.|p\.m\.)(?!\w)|\b(?:noon|midnight)\b",
    re.I,
)
ZONE = re.compile(r"\b(?:UTC|GMT|Z|[A-Z]{1,4}[SD]?T|CES?T|(?:UTC|GMT)?[+-]\d{2}:?\d{2}|local time)\b")
DATE = re.compile(
    r"\b(?:\d{4}-\d{2}-\d{2}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{1,2}\s+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"\w*|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.?\s+\d{1,2})\b",
    re.I,
)

JARGON = re.compile(
    r"\b(?:10-\d{1,2}|code\s+(?:\d+|red|black|silver)|bolo|be advised|perps?|unsubs?|gta|ivo|pov|eta|goa|ttps?|"
    r"kinetic|exfil\w*|egress|ingress|actioned|utili[sz]e[ds]?|ois|lkp|vicinity of|in furtherance of|"
    r"subjects? of interest)\b",
    re.I,
)
#: Jargon -> everyday words that can stand in its place; empty: it can go.
PLAINER = {
    "be advised": "", "bolo": "look out for", "perp": "attacker", "perps": "attackers", "unsub": "attacker",
    "unsubs": "attackers", "gta": "car theft", "ivo": "near", "vicinity of": "near", "eta": "arrival",
    "egress": "way out", "ingress": "way in", "utilize": "use", "utilise": "use", "utilized": "used",
    "utilised": "used", "utilizes": "uses", "utilises": "uses", "ois": "shooting", "lkp": "place last seen",
    "subject of interest": "person sought", "subjects of interest": "people sought", "pov": "private car",
    "actioned": "done", "in furtherance of": "for",
}  # fmt: skip
#: Likelihood words and their hundredths (ICD 203, D.6.e.(2)(a)).
ODDS = {
    "almost certain": (95, 99), "almost certainly": (95, 99), "very likely": (80, 95), "highly likely": (80, 95),
    "likely": (55, 80), "probable": (55, 80), "probably": (55, 80), "roughly even": (45, 55), "unlikely": (20, 45),
    "very unlikely": (5, 20), "highly unlikely": (5, 20),
}  # fmt: skip
#: Capital letters that need no explaining.
KNOWN_ACRONYMS = _words("ALL CLEAR US USA UK UN EU NATO TV SMS GPS AM PM UTC GMT TLP ID OK SOS PDF QR EXERCISE")
CREDIBLE = re.compile(r"\b(?:credibl[ey]|credibility)\b", re.I)
LIKELIHOOD = re.compile(
    r"\b(?:almost certain(?:ly)?|very (?:un)?likely|highly (?:un)?likely|(?:un)?likely|probabl[ey]|possibl[ey]|"
    r"roughly even)\b",
    re.I,
)
PERCENT = re.compile(r"\d\s?(?:%|per\s?cent)")
#: Words that may lead back to whoever told.
SOURCE_DETAIL = re.compile(
    r"\b(?:confidential (?:human )?sources?|informants?|undercover|asset\s+[A-Z]*-?\d+|CHS|CI[- ]?\d+|"
    r"source\s+(?:no\.?\s*)?[A-Z]*[-#]?\d+|wiretaps?|intercept(?:s|ed)?|HUMINT|SIGINT|our source|"
    r"a source (?:with|inside|within|close)|sources? (?:inside|within|close to)|"
    r"surveillance of|(?:report|case)\s+(?:no\.?|number|#)\s*[A-Z]*[-/]?\d\S*)",
    re.I,
)
PLACEHOLDER = re.compile(
    r"\[[^\]\n]{0,80}\]|\{[^}\n]{0,80}\}|<[^<>\n]{1,80}>|\bX{2,}\b|\b(?:TBD|TBC|(?-i:TODO))\b|_{3,}|\?{3,}|…{2,}"
    r"|lorem ipsum",
    re.I,
)
NO_DRILL = re.compile(r"\bthis is (?:not|no) (?:a |an )?(?:drill|test|exercise)\b", re.I)
DRILL = re.compile(r"\b(?:TEST|TESTING|EXERCISE|DRILL)\b|(?i:\bthis is (?:only )?an? (?:test|drill|exercise)\b)")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence or line, white space and full stop left off."""
    for match in _SENTENCE.finditer(text):
        raw = match[0]
        start = match.start() + len(raw) - len(raw.lstrip())
        end = match.start() + len(raw.rstrip(" .!?\t"))
        if end > start:
            yield start, end


def acronyms(text: str) -> Iterator[re.Match[str]]:
    """Words in capitals that a reader may not know: neither common, nor a time zone, nor explained in brackets."""
    for match in _ACRONYM.finditer(text):
        word = match[0]
        explained = text[: match.start()].rstrip().endswith("(") or text[match.end() :].lstrip().startswith("(")
        if word not in KNOWN_ACRONYMS and not ZONE.fullmatch(word) and not explained and not word.isdigit():
            yield match


def first_verb(sentence: str) -> str:
    """The word that an instruction begins with, once "please", "do not" and conditions are taken off; lower case."""
    rest = LEADING.sub("", CONDITION.sub("", LEADING.sub("", sentence.strip())))
    found = WORD.match(rest)
    return found[0].lower().replace("’", "'") if found else ""


def begins_with_action(sentence: str) -> bool:
    """Whether `sentence` tells its reader to do something."""
    return first_verb(sentence) in ACTIONS and not sentence.rstrip().endswith("?")


def names_something(event: str) -> bool:
    """Whether a hazard has any word that is not generic."""
    words = [word.lower() for word in WORD.findall(event)]
    return any(word not in GENERIC_HAZARDS and word not in _SMALL for word in words)
