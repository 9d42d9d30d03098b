"""Every way of telling works with every kind of teller: constructions and speakers are crossed."""

from __future__ import annotations

from datetime import date

import pytest

from vedette.reading import read

#: How a sentence names the teller, the name that must be found, and whether the verb is a plural's.
TELLERS = [
    ("police", "police", True),
    ("the ministry", "the ministry", False),
    ("a spokeswoman for the council", "a spokeswoman for the council", False),
    ("two people familiar with the matter", "two people familiar with the matter", True),
    ("Mayor Ana Ruiz", "Mayor Ana Ruiz", False),
    ("Samira Okoye", "Samira Okoye", False),
    ("residents", "residents", True),
    ("eyewitnesses", "eyewitnesses", True),
    ("the United Nations", "the United Nations", False),
    ("a police source", "a police source", False),
    ("the group's leader", "the group's leader", False),
    ("hospital officials", "hospital officials", True),
    ("authorities", "authorities", True),
    ("the army's northern command", "the army's northern command", False),
    ("Interior Minister Karim Haddad", "Interior Minister Karim Haddad", False),
    ("our driver", "our driver", False),
    ("the guard at the gate", "the guard at the gate", False),
    ("local media", "local media", True),
    ("state television", "state television", False),
    ("a Western diplomat", "a Western diplomat", False),
    ("people living nearby", "people living nearby", True),
    ("a former employee of the plant", "a former employee of the plant", False),
    ("the Kent County Sheriff's Office", "the Kent County Sheriff's Office", False),
]
#: Names set apart by commas: only where the verb follows.
SET_APART = [
    ("Ana Ruiz, the mayor,", "Ana Ruiz", False),
    ("the region's governor, Marie Laurent,", "Marie Laurent", False),
    ("an army spokesman, Maj. Idris Bello,", "Maj. Idris Bello", False),
    ("Lt. Col. James Orr, commander of the 4th Battalion,", "Lt. Col. James Orr", False),
    ("Ajay Rao, founder of the Trade Initiative, a think tank,", "Ajay Rao", False),
    ("Hawa Tall, 43, who lost two sons,", "Hawa Tall", False),
    ("the official, Modu Kolo, chairman of the union,", "Modu Kolo", False),
    ("a woman who lives opposite", "a woman", False),
    ("the company, which runs four depots,", "the company", False),
]
BEFORE_THE_WORDS = [
    "{S} said {c}.",
    "{S} said that {c}.",
    "{S} told reporters that {c}.",
    "{S} told us {c}.",
    "{S} said on Tuesday that {c}.",
    "{S} said late Tuesday {c}.",
    "{S} on Tuesday said {c}.",
    "{S} late on Sunday warned that {c}.",
    "{S} also said {c}.",
    "{S} {has} said {c}.",
    "{S} {is} warning that {c}.",
    "{S} {says} {c}.",
    "{S} {believes} that {c}.",
    "{S} {estimates} that {c}.",
    "{S} claimed {c}.",
    "{S} later confirmed that {c}.",
    "{S} informed us that {c}.",
    "{S} wrote on X that {c}.",
    "{S} said in a statement that {c}.",
    "{S} pointed out that {c}.",
    "{S} went on to say that {c}.",
    "{S} made it clear that {c}.",
    "{S} expressed concern that {c}.",
    "{S} voiced fears that {c}.",
    "{S} {is} convinced that {c}.",
    "{S} issued a statement saying {c}.",
    "{S} {has} received reports that {c}.",
    "{S} was quoted as saying that {c}.",
    "{S} was quoted by the Herald as saying that {c}.",
    "{S} was overheard saying that {c}.",
    "{S} is alleged to have said that {c}.",
    "In a statement posted online on Monday, {s} said {c}.",
    "Asked about it, {s} said {c}.",
    "Speaking on state radio, {s} said {c}.",
    "However, {s} said {c}.",
]
BEHIND_THE_WORDS = [
    "{C}, {s} said.",
    "{C}, {s} {says}.",
    "{C}, {s} told reporters on Tuesday.",
    "{C}, {s} said in a statement on Monday.",
    "{C}, {s} confirmed Monday.",
    '"{C}," {s} said.',
    '"{C}," {s} told the Herald.',
    "‘{C},’ {s} added.",
]
AROUND = [
    "{C}, said {s}.",
    '"{C}," said {s}.',
    "According to {s}, {c}.",
    "{C}, according to {s}.",
    "In the view of {s}, {c}.",
    "In the words of {s}, {c}.",
    "It was reported by {s} that {c}.",
    "{C}, it was reported by {s}.",
    "There were reports from {s} that {c}.",
    "The view of {s} is that {c}.",
    "The Herald quoted {s} as saying that {c}.",
]
WORDS = "the bridge was blown up"


def told(form: str, teller: tuple[str, str, bool]) -> tuple[str, str]:
    """The sentence that the form makes of the teller, and the name to be found."""
    name, wanted, plural = teller
    sentence = form.format(
        S=name[0].upper() + name[1:], s=name, C=WORDS[0].upper() + WORDS[1:], c=WORDS,
        has="have" if plural else "has", **{"is": "are" if plural else "is"},
        **{verb: verb.removesuffix("s") if plural else verb for verb in ("says", "believes", "estimates")},
    )  # fmt: skip
    return sentence, wanted


def speakers(sentence: str) -> list[str]:
    return [link.speaker for claim in read(sentence, date(2026, 3, 5)).claims for link in claim.attribution]


@pytest.mark.parametrize("form", [*BEFORE_THE_WORDS, *BEHIND_THE_WORDS, *AROUND])
def test_each_way_of_telling_names_every_kind_of_teller(form: str) -> None:
    tellers = TELLERS if form in AROUND else TELLERS + SET_APART
    for sentence, wanted in (told(form, teller) for teller in tellers):
        found = [name.lower() for name in speakers(sentence)]
        assert any(name.startswith(wanted.lower()) for name in found), (sentence, found)


#: Speakers with words tied on behind, before the verb; and what the speaker's name must begin with or hold.
TIED_ON = [
    ("A man who had been working at the site for two weeks", "A man"),
    ("A neighbour walking her dog at the time", "A neighbour"),
    ("Residents living near the depot, some of them with children,", "Residents"),
    ("The driver, whose truck was hit twice,", "The driver"),
    ("A woman wearing a red coat", "A woman"),
    ("A man dressed in black", "A man"),
    ("Officers deployed to the scene", "Officers"),
    ("Officers sent to the scene", "Officers"),
    ("Those present", "Those present"),
    ("Two men taken to hospital", "Two men"),
    ("A nurse on duty that night", "A nurse"),
    ("One of the three men arrested on Monday", "One"),
    ("A letter sent to the council on Friday", "A letter"),
    ("A note left under the door", "A note"),
    ("A note found on Monday under the door", "A note"),
    ("A post on a channel used by the group", "A post"),
    ("A member of the crew who spoke to us on Friday", "A member of the crew"),
    ("A member of staff", "A member of staff"),
    ("A colleague of the driver's", "A colleague"),
    ("A friend of his", "A friend"),
    ("A close friend of the dead man", "A close friend"),
    ("The owner of a shop across the street", "The owner"),
    ("The owner of the shop where the fire began", "The owner"),
    ("People who were in the market", "People"),
    ("People in the market when the bomb went off", "People"),
    ("Farmers who had fled the valley", "Farmers"),
    ("The aid group, which works in the camp,", "The aid group"),
    ("The union that represents drivers", "The union"),
    ("A group that calls itself the Wolves", "A group"),
    ("A security firm hired by the mine", "A security firm"),
    ("A source who has reported reliably before", "A source"),
    ("A source with direct access", "A source"),
    ("A source of unknown reliability", "A source"),
    ("A second source, who has been right before,", "A second source"),
    ("A message posted in the group late on Sunday", "A message"),
    ("A message sent from an unknown number", "A message"),
    ("A message circulating on phones", "A message"),
    ("A text that went round on Sunday", "A text"),
    ("A flyer handed out at the gate", "A flyer"),
    ("A statement signed by the chief", "A statement"),
    ("The statement, carried by state media,", "The statement"),
    ("The mayor of a town near the border", "The mayor"),
    ("The mayor of the town, where two men were held,", "The mayor"),
    ("The acting head of the agency's field office in Kano", "The acting head"),
    ("The head of the hospital that took in the wounded", "The head"),
    ("The hospital that took in the wounded", "The hospital"),
    ("The village chief, speaking through an interpreter,", "The village chief"),
    ("A foreign ministry official who asked for anonymity because talks are going on", "A foreign ministry official"),
    ("A man the police had held for two days", "A man"),
    ("A teacher at the school, Ana Ruiz, 34,", "Ana Ruiz"),
    ("Ana Ruiz, 34, a teacher at the school,", "Ana Ruiz"),
    ("Ana Ruiz, 34, who teaches at the school,", "Ana Ruiz"),
    ("Ana Ruiz, whose son was hurt,", "Ana Ruiz"),
    ("Ana Ruiz of the drivers' union", "Ana Ruiz"),
    ("Ana Ruiz, of the drivers' union,", "Ana Ruiz"),
    ("Ana Ruiz, from Leeds,", "Ana Ruiz"),
    ("Ana Ruiz, speaking from Leeds,", "Ana Ruiz"),
    ("Ana Ruiz, now in exile,", "Ana Ruiz"),
    ("Mr. Ruiz, the owner,", "Mr. Ruiz"),
    ("Mr Ruiz", "Mr Ruiz"),
    ("The Kano-based group", "The Kano-based group"),
    ("Neighbours, who did not want to give their names,", "Neighbours"),
    ("Some of those who fled", "Some"),
    ("Many of the drivers", "Many"),
    ("Several of the wounded", "Several"),
    ("A number of witnesses", "A number of witnesses"),
    ("A group of elders", "A group of elders"),
    ("Dozens of witnesses", "Dozens of witnesses"),
    ("A total of nine witnesses", "A total"),
    ("The first man", "The first man"),
    ("The older man", "The older man"),
    ("The injured driver", "The injured driver"),
    ("The accused", "The accused"),
    ("The suspect's brother-in-law", "The suspect's brother-in-law"),
    ("Her son-in-law", "Her son-in-law"),
    ("The on-duty officer", "The on-duty officer"),
    ("The ex-mayor", "The ex-mayor"),
    ("Co-workers", "Co-workers"),
    ("The 43-year-old", "The 43-year-old"),
    ("A 19-year-old student", "A 19-year-old student"),
    ("The man, 43,", "The man"),
    ("The father of four", "The father of four"),
]


@pytest.mark.parametrize(("name", "wanted"), TIED_ON, ids=[name for name, _ in TIED_ON])
def test_whatever_is_tied_on_to_a_speaker_is_stepped_over(name: str, wanted: str) -> None:
    inside = name if name.split()[0] in ("Ana", "Mr.", "Mr") else name[0].lower() + name[1:]
    for sentence in (
        f"{name} said {WORDS}.",
        f"{name} told us that {WORDS}.",
        f"{name} says {WORDS}.",
        f"On Monday, {inside} said {WORDS}.",
        f"The bridge was blown up, {inside} said.",
    ):
        found = speakers(sentence)
        assert found and wanted.lower() in found[-1].lower(), (sentence, found)


OPENINGS = [
    "In Leeds, ", "At the port, ", "For their part, ", "Hours later ", "In a further incident, ", "In Kano, a town, ",
    "Although the gate was shut, ", "Last week ", "At 14:00 ", "At 1400 hrs ", "In an e-mail to staff, ",
    "In response, ",
    "Visibly shaken, ", "The following day ", "The next morning ", "Monday night ", "On March 3 ", "Since Monday ",
    "In 2024 ", "Through an interpreter, ", "At first ", "Over the weekend ", "But ", "Still, ", "According to plan, ",
]  # fmt: skip
ENDINGS = [
    "after the march", "by phone from Leeds", "in remarks broadcast on state TV", "as he left", "without details",
    "on condition of anonymity", "Monday night", "early on Monday", "in a post on X", "last week", "at 14:00",
    "hours later", "two days later", "to cheers",
]  # fmt: skip


@pytest.mark.parametrize("opening", OPENINGS)
def test_words_before_the_speaker_are_no_part_of_the_name(opening: str) -> None:
    for name in ("police", "the ministry", "Mayor Ana Ruiz", "residents", "a security source", "Ruiz", "two officials"):
        assert name in speakers(f"{opening}{name} said the gate was forced.")


@pytest.mark.parametrize("ending", [*ENDINGS, ", citing residents", ", without giving details", ", speaking by phone"])
def test_words_behind_a_trailing_speaker_are_not_what_is_told(ending: str) -> None:
    for name in ("police", "the ministry", "Mayor Ana Ruiz", "residents", "a security source"):
        text = f"The gate was forced, {name} said{'' if ending.startswith(',') else ' '}{ending}."
        claim = read(text, date(2026, 3, 5)).claims[0]
        assert text[claim.content.start : claim.content.end] == "The gate was forced", text
        assert name in [link.speaker for link in claim.attribution]


@pytest.mark.parametrize("form", [*BEHIND_THE_WORDS[:5], *BEFORE_THE_WORDS[:6]])
def test_the_words_told_are_cited_without_those_that_tell(form: str) -> None:
    for sentence, _ in (told(form, teller) for teller in TELLERS + SET_APART):
        claim = read(sentence, date(2026, 3, 5)).claims[-1]
        content = sentence[claim.content.start : claim.content.end]
        assert content.lower().rstrip(".") == WORDS, sentence


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("Police: man shot at bus stop", "Police"),
        ("Man shot at bus stop: police", "police"),
        ('Governor: "We will not yield"', "Governor"),
        ("Guard: three men with bags crossed the rail yard.", "Guard"),
        ("There are unconfirmed reports that the bridge is mined.", "unconfirmed reports"),
        ("Rumour has it that the well is poisoned.", "Rumour"),
        ("The ministry's line is that nobody was hurt.", "The ministry"),
        ("From what drivers say, there is a checkpoint at the ford.", "drivers"),
        ("CNN, citing two officials, reported that the men were held.", "CNN"),
        ("Those who fled said the village was empty.", "Those who fled"),
        ("The coast guard warned sailors of drifting mines.", "The coast guard"),
        ("A leaflet thrown into the yard threatens to burn the shop.", "A leaflet thrown into the yard"),
        ("A video posted online shows men loading crates.", "A video posted online"),
        ("The attack was confirmed by two officials.", "two officials"),
        ("We have been informed by the port that ships will wait.", "the port"),
        ("The guard spoke of five men with knives.", "The guard"),
        ("The leader called on his followers to take to the streets.", "The leader"),
    ],
)
def test_ways_that_only_some_use_name_their_teller_too(sentence: str, speaker: str) -> None:
    assert speakers(sentence)[-1:] == [speaker]


@pytest.mark.parametrize(
    "sentence",
    [
        "Note: the gate is shut.",
        "Weather: rain is expected by noon.",
        "Drivers: keep to the marked road.",
        "Time: 14:30",
        "The guard said nothing.",
        "The minister refused to confirm the report.",
        "Police declined to give details.",
        "It is understood that the driver fled.",
        "The firm apologised for the leak.",
        "There is no report that the bridge is mined.",
        "It is clear that the gate was forced.",
        "The convoy was quoted a price for the fuel.",
        "A plane was heard overhead.",
        "Please do not call the house.",
    ],
)
def test_what_tells_nothing_has_no_teller(sentence: str) -> None:
    assert speakers(sentence) == []


def test_we_are_whoever_the_text_names_as_its_own_speaker() -> None:
    text = "FROM: Harbour Security Office\nTO: All crews\n\nWe assess that the pier will be attacked."
    link = read(text, date(2026, 3, 5)).claims[-1].attribution[-1]
    assert (link.speaker, link.verb, link.inferred) == ("Harbour Security Office", "assess", True)
    assert text[link.start : link.end] == "We"


def test_a_quotation_in_single_marks_is_not_cut_in_the_middle() -> None:
    text = "'I saw it. I ran. It was the drivers' gate,' a witness said. The road is closed."
    claims = read(text, date(2026, 3, 5)).claims
    assert [claim.attribution[-1].speaker if claim.attribution else "" for claim in claims] == ["a witness", ""]


@pytest.mark.parametrize(
    "words",
    [
        "armed men came at dawn", "heavy fighting is going on", "12 men came at dawn", "more attacks are likely",
        "there is no water", "nobody came", "if nothing is done, men will die", "up to 40 men came", "aid is blocked",
        "on Monday men came to the gate", "no men came", "while the port is open, the road is shut",
    ],
)  # fmt: skip
def test_what_is_told_may_begin_with_any_word(words: str) -> None:
    for name in ("Residents", "Police", "Two officials", "Opposition leaders"):
        for verb in ("say", "warn", "confirm", "believe", "fear", "report", "claim", "insist", "estimate", "deny"):
            if verb == "warn" and "men" in words.split()[:2]:
                continue
            assert name in speakers(f"{name} {verb} {words}."), f"{name} {verb} {words}."


def test_she_is_nobody_whose_name_says_he() -> None:
    text = "A woman at the gate said it was shut. Her son, a boy of ten, waited.\n\nShe said nobody came."
    assert read(text, date(2026, 3, 5)).claims[-1].attribution[-1].speaker == "A woman at the gate"


def test_a_note_without_a_subject_goes_on_with_whoever_spoke() -> None:
    claims = read("Caller says two men ran.\n\nSays one had a rifle.", date(2026, 3, 5)).claims
    assert (claims[-1].attribution[-1].speaker, claims[-1].attribution[-1].inferred) == ("Caller", True)
