"""Word lists that several parts of reading share: function words, kinds of speaker, reporting verbs. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from vedette.reading.records import Certainty, Polarity


def words(text: str) -> frozenset[str]:
    """A set of words from one written line."""
    return frozenset(text.split())


def table(name: str) -> list[str]:
    """The entries of a word table in `data/`: comments left out, indented lines joined to the one above."""
    entries: list[str] = []
    for line in files("vedette.reading.data").joinpath(name).read_text(encoding="utf-8").splitlines():
        if line.startswith((" ", "\t")) and entries:
            entries[-1] += " " + line.strip()
        elif line.strip() and not line.startswith("#"):
            entries.append(line.strip())
    return entries


DETERMINERS = words(
    "the a an this that these those his her their its our my your some any all both each every no another other "
    "several many two three four five six seven eight nine ten one dozens hundreds"
)
PRONOUNS = words("he she it they we i you him them us me who nobody someone everyone")
AUXILIARIES = words(
    "is are was were be been being am has have had having do does did will would shall should can could may might "
    "must ought isn't aren't wasn't weren't hasn't haven't hadn't don't doesn't didn't won't wouldn't shouldn't can't "
    "cannot couldn't mustn't not never dont doesnt didnt wont cant isnt wasnt havent"
)
ADVERBS = words(
    "also later then now still again already even once soon repeatedly reportedly allegedly initially previously "
    "recently earlier just only ever always often separately publicly privately further instead meanwhile since "
    "long twice afterwards afterward thereafter therefore thus today yesterday nonetheless nevertheless likewise"
)
#: Prepositions that tie a second noun phrase to the first.
TYING = words("of within from inside in with for at near across along regardless outside")
PREPOSITIONS = TYING | words(
    "to by on after before during over under into through against about towards toward between among since until "
    "despite without upon onto off per around behind beside beyond amid via"
)
CONJUNCTIONS = words(
    "that which whose whom because when while whereas if whether as but or so though although than where unless after "
    "before once since until nor yet and what how why"
)
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tues tue", "wednesday wed", "thursday thurs thur thu", "friday fri", "saturday sat",
         "sunday sun")
    )
    for name in names.split()
}  # fmt: skip

#: Heads of noun phrases that name a document or another carrier of information.
DOCUMENTS = words(
    "memo memorandum memos report reports bulletin bulletins alert alerts warning advisory notice letter letters "
    "email emails e-mail statement statements filing affidavit indictment complaint video videos footage recording "
    "recordings document documents information intelligence assessment assessments message messages post posts "
    "transcript log logs survey brief briefing cable release analysis study tip tips dispatch circular directive "
    "communique communiqué note file files chat intercept intercepts leaflet leaflets flyer flyers pamphlet pamphlets "
    "poster map records record account paper papers testimony data metadata figures statistics images image imagery "
    "photo photos photograph photographs picture pictures screenshot screenshots clip voicemail tweet text texts "
    "thread threads reporting readings minutes factsheet accounts affidavits filings surveys studies transcripts "
    "notices cables circulars indications graffiti telegram call calls feed tape dossier readout notebook diary "
    "newsletter sitrep sitreps proclamation manifesto audit audits review reviews inquiry inquest probe poll polls "
    "census evaluation communication communications correspondence"
)
OUTLETS = words(
    "reuters ap afp bbc cnn newspaper newspapers newsroom station broadcaster outlet outlets magazine website "
    "ledger times post tribune herald gazette chronicle journal news radio press wire courier telegraph "
    "observer newswire standard citizen independent advertiser bugle mercury messenger sentinel beacon banner "
    "edition media channel television tv dispatch sun star globe guardian examiner inquirer reporter echo express "
    "mirror argus weekly daily"
)
ORGANISATIONS = words(
    "agency agencies office offices department police patrol bureau ministry council government administration "
    "congress committee commission unit units service services company organisation organization organisations "
    "organizations group groups union court army military navy embassy party cartel gang authority authorities "
    "association institute university hospital centre center division directorate headquarters command team "
    "taskforce force forces guard customs senate parliament state house sector side board charity ngo mission "
    "un network coalition faction cell security management legislature treasury comptroller operator employer "
    "company firm corporation operators regulator institute observatory club federation union syndicate clinic "
    "college school registry militia brigade battalion regiment garrison base desk prosecutor's sheriff's "
    "marshals oversight watchdog utility district consulate charities brigades cells networks factions outfit outfits "
    "gendarmerie constabulary secretariat taskforces embassies consulates unions ministries councils hospitals "
    "airline airlines airport port railway bank museum theatre school schools church parish mosque rebels "
    "collective alliance movement federation task-force humint sigint osint cluster clusters control"
)
#: Heads that name people by what they are.
PEOPLE = frozenset(" ".join(table("people.txt")).split())
TITLES = words(
    "father sister brother rev reverend bishop imam rabbi cpl det insp supt sir dame lord lady acting mr mrs ms "
    "dr prof sgt lt capt col gen maj cmdr chief sheriff agent officer sen rep gov president mayor director "
    "deputy inspector detective judge commander spokesman spokeswoman spokesperson minister secretary captain "
    "sergeant lieutenant colonel general special senator representative governor superintendent professor"
)
UNNAMED = words(
    "somebody someone one others another some many several both neither most accused source sources unnamed "
    "anonymous unidentified insiders insider tipster informant informants rumour rumours rumor rumors gossip hearsay "
    "third fourth two three four five six seven eight nine ten"
)

#: Last words of firms' and charities' names: nobody's surname.
FIRMS = words(
    "lines airways group products industries holdings systems energy foods mutual insurance logistics trust fund "
    "relief international aid watch foundation partners solutions technologies motors steel oil gas water power rail "
    "railways shipping transport freight mining metals roadworks works estates properties ventures capital media "
    "studios airlines institute society club ltd inc plc llc gmbh corp co charity initiative programme program "
    "project campaign"
)


@dataclass(frozen=True, slots=True)
class Reporting:
    """A reporting verb: its lemma, and what using it says about the words reported."""

    lemma: str
    certainty: Certainty = Certainty.STATED
    polarity: Polarity = Polarity.AFFIRMED
    #: Whether the form is as often a noun or something else, so that more evidence is asked for.
    doubtful_form: bool = False
    #: Whether it takes an addressee before its content ("told members to").
    addressed: bool = False


_OF_PEOPLE = (
    "-in-law",
    "year-old",
    "year-olds",
    "woman",
    "women",
    "ologist",
    "ologists",
    "ician",
    "icians",
    "ographer",
)


@lru_cache(maxsize=8_192)
def is_person_noun(word: str) -> bool:
    """Whether the lower-case word names people by what they are."""
    if word.endswith(_OF_PEOPLE):
        return True
    word = word.rsplit("-", 1)[-1]
    return (
        word in PEOPLE
        or (word.endswith("s") and (word[:-1] in PEOPLE or (word.endswith("es") and word[:-2] in PEOPLE)))
        or (word.endswith(("ies",)) and (word[:-3] + "y" in PEOPLE))
    )


def reporting_verbs() -> dict[str, Reporting]:
    """Lower-case form to what it means as a reporting verb; the words of a form of several are joined by `_`."""
    found: dict[str, Reporting] = {}
    for line in table("reporting.txt"):
        forms, certainty, flags = (part.strip() for part in line.split("|"))
        names = forms.split()
        for position, form in enumerate(names):
            doubtful = form.startswith("?")
            found[form.lstrip("?")] = Reporting(
                lemma=names[0].lstrip("?"),
                certainty=Certainty(certainty),
                polarity=Polarity.NEGATED if "negated" in flags else Polarity.AFFIRMED,
                doubtful_form=doubtful or position == 0 or "doubtful" in flags,
                addressed="addressed" in flags,
            )
    return found
