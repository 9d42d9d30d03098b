"""Words of orders: what people are told to do, the words that lay it on them, and who can be told. Data only."""

from __future__ import annotations

from vedette.reading.lexicon import words
from vedette.reading.tokens import Phrases

ACTS = words(
    "remain stay wear avoid report keep carry check call contact maintain ensure stop travel leave take move "
    "work seek evacuate be use exercise monitor notify inform watch review confirm acknowledge secure lock "
    "shelter return vary limit follow observe brief do never refrain halt suspend prepare conduct radio refer "
    "treat approach don put park patrol withdraw cease hold assume expect test submit log record share consult "
    "proceed turn go get await reduce increase minimise minimize postpone cancel pair double-check wash boil "
    "drink close open deliver email text tell ask read immediately always please don't keep-away stand unplug "
    "ring send pull back clear fall retreat reply answer sign switch set mark pass bring give hide run walk "
    "drive cross enter beware expect plan charge fill remove shut barricade silence mute swap change cover "
    "protect shield collect gather save store keep help assist warn brace duck crouch lie kneel face look "
    "listen wake sleep rest eat wait join meet muster assemble disperse split pair team speak say talk discuss "
    "mention pick drop lift push inspect search scan sweep verify double recheck test try use start resume "
    "continue delay defer reroute divert detour transfer hand escort accompany guide screen quarantine isolate "
    "disconnect reset update patch install download delete forward print post publish encourage allow deny "
    "refuse reject accept attend visit dial phone telephone page alert advise instruct register sign-in arrange "
    "book prefer consider note remember forget ignore come dont step heed ration filter douse extinguish "
    "power unlock load unload refuel rotate alternate relocate escape disregard seal tape bolt board moor anchor dock "
    "disable wipe rename revoke cooperate comply obey queue apply choose settle decline retain preserve collect deploy"
)
#: Acts that an order forbids by "Nobody" ("Nobody drives to the camp").
FORBIDDEN = words("goes drives travels leaves enters approaches walks moves crosses uses touches opens speaks uses")
#: Words that are also nouns or name-starts, so that they need more than standing first.
DOUBTFUL = words(
    "report work exercise watch brief test log record share radio text read patrol park stop open back set mark "
    "pass help rest face look plan charge cover fire point drop lift push search screen post update team double "
    "try start change alert page note phone book visit split pair escort clear limit treat focus lock guide "
    "print store cross walk run drive shield talk wait aim patch lie hand advise save say state answer reply "
    "sign delay silence"
)
#: What may follow such a word where it does give an order.
OBJECTS = words(
    "any all every the to by on at in for your suspicious only this it immediately up off away out back here there "
    "with from and yourself them anyone nothing no a an left right now when until if"
)
ORDERED = (
    "advised urged reminded directed instructed asked told required ordered encouraged requested warned invited "
    "cautioned"
)
DUTIES = Phrases(
    (phrase, True)
    for phrase in (
        *(
            f"{be} {adverb}{ordered} {to}"
            for be in ("are", "is", "were", "was", "have been", "has been", "are being", "is being")
            for adverb in ("", "kindly ", "strongly ", "also ", "again ", "further ", "therefore ")
            for ordered in ORDERED.split()
            for to in ("to", "not to")
        ),
        "should", "must", "shall", "are to", "is to", "need to", "needs to", "have to", "ought to", "may not",
        "are not to", "is not to", "'s to",
    )
)  # fmt: skip
SKIP = words("not always never also immediately at all times please and then continue to")
NOT_ADDRESSED = words("it this that there attack shooting threat what which he she they investigation result")
ALL = words("all any every everyone everybody anyone anybody those")
#: Vehicles and the like, which are told what their crews should do.
MOVERS = words(
    "vehicle vehicles convoy convoys boats patrols callsign callsigns trucks ships vessels aircraft flights buses "
    "trains households schools shops businesses homes public citizens nationals guests members recipients travellers"
)
THERE = words("there here already inside outside nearby still currently now also therefore")
STATES = words("have been the not also only still now just")
ASKING = words(
    "ask asks asked asking urge urges urged urging want wants wanted advise advises request requests request beg begs "
    "invite invites encourage encourages remind reminds instruct instructs"
)
ADVISED = words("recommended advised requested told instructed urged asked ordered warned reminded")
FORBIDDEN_THINGS = words(
    "movement movements travel entry access parking photography photos photographs visitors vehicles vehicle radio "
    "lights phones smoking patrols patrol swimming fires deliveries exceptions flights"
)
CLAUSE_ENDS = words(
    ", ; that if when who which and or until where because while whatever what whether : — whenever wherever as than "
    "after before how why since though although unless once you he she they we it anyone anything everything"
)
BY_ITSELF = words("be stop start resume continue open close hold clear drop fall increase reduce run lift")
BEGAN = words("is are was were has had began came went did")
