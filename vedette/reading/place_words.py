"""Words beside place names, and words that look like place names and are none. Data only."""

from __future__ import annotations

from vedette.reading.lexicon import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    DETERMINERS,
    MONTHS,
    ORGANISATIONS,
    OUTLETS,
    PEOPLE,
    PREPOSITIONS,
    PRONOUNS,
    TITLES,
    WEEKDAYS,
    words,
)
from vedette.reading.phrases import VERBS

LOCATIVES = words(
    "in near at from to of around outside between toward towards across into through via inside along south north "
    "east west northern southern eastern western central downtown and or border off beyond within"
)
#: Words that follow a place name and carry it on.
HEADS = words(
    "sector county area region district province city town valley border station port crossing checkpoint state "
    "port-of-entry corridor zone island mountains river canyon hills park coast bay neighbourhood neighborhood "
    "road highway route bridge"
)
PARTICLES = words("de la del las los of el al upon le st saint")
NOT_PLACES = (
    frozenset(MONTHS) | frozenset(WEEKDAYS) | ORGANISATIONS | OUTLETS | PEOPLE | TITLES | frozenset(VERBS)
    | words(
        "the a an this that these those he she it they we you i his her their our its all any some no not yes one two "
        "three if when while after before during under on by for with and but or as so there here what who how why "
        "exercise warning alert threat report memo subject from to date united remain wear avoid stay keep do use "
        "please for official only northern southern western eastern north south east west central new old upper lower "
        "god best most more many several both each every another other such same own general special senior deputy "
        "acting former may can will should must could would has have had is are was were be been being orange green "
        "red white black blue amber clear strict bay hill ridge canyon valley border patrol homeland security customs "
        "protection federal local public criminal investigation investigations shots fire vehicle video nobody "
        "sources leaders agents members officials officers people page mission intelligence sector station report "
        "radio call check carry maintain ensure training test end begin issued published time early late once since "
        "until although because however meanwhile separately still also then now today tomorrow yesterday tonight "
        "english spanish american mexican"
    )
)  # fmt: skip
#: Common words that are also cities: only after a preposition of place.
COMMON = words(
    "nice reading mobile orange split bath buffalo independence hope liberty union progress paradise normal surprise "
    "male man along police worth deal sandwich university enterprise eagle champion centennial victoria florence "
    "charlotte jackson lincoln madison hamilton austin clinton chad santiago battle battles barking ash best same "
    "young rock cork tours nancy angers hull derby crew crewe wells"
)
SITES = words(
    "market depot yard office offices plant mine clinic hospital school station barracks base camp prison airport "
    "harbour harbor junction warehouse courthouse stadium university mosque church refinery terminal roadblock ferry "
    "railway"
)
REACHING = words(
    "reached reach reaching left leave leaving entered enter entering visit visited visiting nearby toward"
)
BOUND = words(
    "attack attacks raid raids assault assaults march advance strike strikes bound headed left siege bombing shelling"
)
#: Capitals at the head of a sentence that begin no place's name.
OPENERS = (
    PREPOSITIONS | DETERMINERS | CONJUNCTIONS | PRONOUNS | ADVERBS | AUXILIARIES
    | words("visit leave avoid residents traders two three four five six seven eight nine ten many several most")
)  # fmt: skip
