"""Who says it, and through whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vedette.reading import Reading

ReadingOf = Callable[[str], Reading]


def chains(reading: Reading) -> list[list[tuple[str, str]]]:
    return [[(link.speaker, link.kind.value) for link in claim.attribution] for claim in reading.claims]


@pytest.mark.parametrize(
    ("sentence", "chain"),
    [
        ("The agency said the road was closed.", [("The agency", "organisation")]),
        ("The memo said the road was closed.", [("The memo", "document")]),
        ("According to Reuters, the road was closed.", [("Reuters", "outlet")]),
        ("The road was closed, according to two officials.", [("two officials", "anonymous")]),
        ("Chief Jane Roe said the road was closed.", [("Chief Jane Roe", "person")]),
        ("“The road is closed,” said Chief Jane Roe.", [("Chief Jane Roe", "person")]),
        ("The road was closed, the sheriff's office said on Thursday.", [("the sheriff's office", "organisation")]),
        ("Ana Ruiz, a former agent, said the road was closed.", [("Ana Ruiz", "person")]),
        ("A former agent told the Ledger that more was coming.", [("A former agent", "anonymous")]),
        ("Sources within leadership said more was coming.", [("Sources within leadership", "anonymous")]),
        ("The driver was not at fault, by the agency's account.", [("the agency", "organisation")]),
        ("The information received indicated that more was coming.", [("The information received", "document")]),
        ("Officials believe the order is real.", [("Officials", "anonymous")]),
        ("Agents were told by the union that the road was closed.", [("the union", "organisation")]),
        ("The man who fired at the car said nothing of it.", []),
        ("In October the group said it would fire.", [("the group", "organisation")]),
        ("Analysts assess with moderate confidence that the order is real.", [("Analysts", "anonymous")]),
        ("Protesters may gather on Saturday, organisers said.", [("organisers", "anonymous")]),
        ("The unit reports to the sector.", []),
        ("Reports of shots came in.", []),
        ("It is said to be quiet.", []),
    ],
)
def test_the_source_of_a_sentence_is_found_with_its_kind(
    reading_of: ReadingOf, sentence: str, chain: list[tuple[str, str]]
) -> None:
    assert chains(reading_of(sentence))[0] == chain


@pytest.mark.parametrize(
    ("sentence", "speakers"),
    [
        (
            "According to the Ledger, the memo said leaders told members to shoot.",
            ["the Ledger", "the memo", "leaders"],
        ),
        ("The chief said in a memo on Thursday that the order was real.", ["a memo", "The chief"]),
        (
            "It was told on Monday that a group could act, according to an internal memo obtained by the Gazette.",
            ["the Gazette", "an internal memo"],
        ),
        ("Letters came, the secretary of state's office said Wednesday.", ["the secretary of state's office"]),
        ("“It is safe,” Secretary of State Maria Quill said at a news conference.", ["Secretary of State Maria Quill"]),
        ("In a statement on Friday, the council said it would act.", ["a statement", "the council"]),
        ("The agency said residents reported that shots were fired.", ["The agency", "residents"]),
        ("The union said the office told agents to wait, the memo said.", ["the memo", "The union", "the office"]),
    ],
)
def test_a_chain_of_speakers_has_the_outermost_first(reading_of: ReadingOf, sentence: str, speakers: list[str]) -> None:
    assert [speaker for speaker, _ in chains(reading_of(sentence))[0]] == speakers


def test_the_outlet_of_a_masthead_stands_outside_every_chain(reading_of: ReadingOf) -> None:
    reading = reading_of("The Harbour Gazette\n\nThe memo said that leaders told members to shoot at agents.")
    assert chains(reading)[-1] == [
        ("The Harbour Gazette", "outlet"),
        ("The memo", "document"),
        ("leaders", "anonymous"),
    ]
    assert reading.claims[-1].attribution[0].inferred


def test_a_memo_speaks_through_its_issuer_where_nobody_else_is_named(reading_of: ReadingOf) -> None:
    claim = reading_of("FROM: Harbour Security Office\nTO: All crews\n\nA boat was fired at on Monday.").claims[-1]
    assert [(link.speaker, link.inferred, link.verb) for link in claim.attribution] == [
        ("Harbour Security Office", True, "")
    ]


def test_a_pronoun_leads_back_to_the_last_speaker_and_is_marked_inferred(reading_of: ReadingOf) -> None:
    text = "Chief Jane Roe said it was over. She said that the road was open."
    link = reading_of(text).claims[1].attribution[0]
    assert (link.speaker, link.inferred, text[link.start : link.end]) == ("Chief Jane Roe", True, "She")


def test_a_surname_leads_back_to_the_full_name(reading_of: ReadingOf) -> None:
    reading = reading_of("Dr. Helen Marsh said it was over. Marsh denied that threats were ignored.")
    assert chains(reading)[1] == [("Dr. Helen Marsh", "person")]


def test_a_sentence_that_is_all_quotation_belongs_to_whoever_was_quoted_before(reading_of: ReadingOf) -> None:
    reading = reading_of('"We are ready," said Chief Jane Roe. "Nobody was hurt."')
    link = reading.claims[1].attribution[0]
    assert (link.speaker, link.inferred) == ("Chief Jane Roe", True)


def test_sentences_inside_a_quotation_stay_together(reading_of: ReadingOf) -> None:
    reading = reading_of('"I saw it. I ran. It was loud," a witness said. The road is closed.')
    assert len(reading.claims) == 2


def test_two_speakers_set_against_each_other_make_two_claims(reading_of: ReadingOf) -> None:
    reading = reading_of(
        "The agency says the driver was watching two men; the other side, as the memo tells it, says it was done "
        "without cause. The union denied it, but the office confirmed the report."
    )
    assert chains(reading) == [
        [("The agency", "organisation")],
        [("the memo", "document"), ("the other side", "organisation")],
        [("The union", "organisation")],
        [("the office", "organisation")],
    ]


def test_the_content_of_a_claim_leaves_out_who_says_it(reading_of: ReadingOf) -> None:
    text = "The memo said that leaders told members to shoot at agents."
    content = reading_of(text).claims[0].content
    assert text[content.start : content.end] == "to shoot at agents."


@pytest.mark.parametrize(
    ("sentence", "speaker", "kind"),
    [
        ("Shopkeepers fear that the wall could fall.", "Shopkeepers", "anonymous"),
        ("Driver reports smoke from the engine room.", "Driver", "anonymous"),
        ("The mayor was quoted by Reuters as saying that rooms were full.", "The mayor", "person"),
        ("In the opinion of the surveyor, the wall will fall.", "the surveyor", "person"),
        ("The firm has learned from drivers that lorries are searched.", "drivers", "anonymous"),
        ("A nurse at the gate saw the van and thinks it was stolen.", "A nurse at the gate", "anonymous"),
        ("A driver we know says the bridge is shut.", "A driver", "anonymous"),
        ("One of them said they were hungry.", "One of them", "anonymous"),
        ("Its owners, in Tallinn, denied any link.", "Its owners", "anonymous"),
        ("The bank considers the warning credible.", "The bank", "organisation"),
        ("The council calls the delay “shameful”.", "The council", "organisation"),
        ("One farmer put the number of missing at nine.", "One farmer", "anonymous"),
        ("A witness claims to have seen the van.", "A witness", "anonymous"),
    ],
)
def test_many_ways_of_telling_name_their_speaker(reading_of: ReadingOf, sentence: str, speaker: str, kind: str) -> None:
    last = reading_of(sentence).claims[-1].attribution[-1]
    assert (last.speaker, last.kind.value) == (speaker, kind)


@pytest.mark.parametrize(
    "sentence",
    [
        "No group claimed responsibility for the blast.",
        "The agency disputes that.",
        "He might be boasting, as he often does.",
        "A man asked me which way the patrol goes.",
        "The clerk added two names to the list.",
        "The unit reported for duty at dawn.",
        "The police called an ambulance.",
        "The army maintained the road.",
    ],
)
def test_acts_and_questions_are_no_reports(reading_of: ReadingOf, sentence: str) -> None:
    assert chains(reading_of(sentence)) == [[]]


def test_he_is_whoever_opened_the_sentence_before(reading_of: ReadingOf) -> None:
    told = reading_of("Chief Jane Roe said it was safe. Father Tom Lund was blunter. “It is not,” he said.")
    assert told.claims[-1].attribution[-1].speaker == "Father Tom Lund"


def test_a_line_of_a_log_lends_its_speaker_to_no_other_line(reading_of: ReadingOf) -> None:
    log = "14:09 Pilot advises that the ceiling is low.\n14:20 Ground team: one out. She says there were four.\n"
    assert [link.speaker for link in reading_of(log).claims[-1].attribution] == ["She"]
