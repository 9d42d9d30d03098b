"""Who speaks in whole texts of many kinds: names set apart, pronouns, quotations by themselves, lines of a log."""

from __future__ import annotations

from datetime import date

import pytest

from vedette.reading import read

#: A text, and words of it with their innermost speaker; None where nobody but the text itself speaks.
TEXTS: list[tuple[str, dict[str, str | None]]] = [
    (
        "From: Fleet Control\n"
        "To: All drivers\n"
        "Subject: Weigh station at Needles\n"
        "Date: 3 March 2026\n"
        "\n"
        "A driver reported on Monday that two men were photographing rigs at the Needles weigh station. "
        "She got a partial plate. The Highway Patrol has been told and says it will send a car.\n"
        "We think it is most likely cargo thieves. Our insurer, Westgate Mutual, warned last week that "
        "three loads were taken in the county in February.\n"
        "Do not stop there at night. If you must, stay in the cab. Call us on 555-0100.",
        {
            "two men were photographing": "A driver",
            "it will send a car": "The Highway Patrol",
            "most likely cargo thieves": "Fleet Control",
        },
    ),
    (
        "NAIROBI, March 4 (Highland Wire) - Gunmen opened fire on a minibus near Garissa on Tuesday, "
        "wounding four people, police said.\n"
        '"They came out of the bush and just started shooting," said Halima Noor, a teacher who was on '
        'board. "The driver did not stop. He saved us."\n'
        "Regional commander Peter Otieno said the attackers had fled towards the border. He declined to "
        "say how many there were but said troops were in pursuit.\n"
        'No group has claimed the attack. In January, al-Shabaab threatened in an audio message to "turn '
        'the roads red" if patrols continued.\n'
        "A doctor at the county hospital said two of the wounded were in critical condition. The others "
        "have been discharged, she said.",
        {
            "Gunmen opened fire": "police",
            "They came out of the bush": "Halima Noor",
            "The driver did not stop": "Halima Noor",
            "He saved us": "Halima Noor",
            "the attackers had fled": "Peter Otieno",
            "troops were in pursuit": "Peter Otieno",
            "two of the wounded were in critical": "A doctor at the county hospital",
            "The others have been discharged": "A doctor at the county hospital",
        },
    ),
    (
        "OFFICER SAFETY BULLETIN\n"
        "Tri-County Fusion Center\n"
        "2 March 2026\n"
        "\n"
        "A confidential source who has reported reliably in the past advised that members of the Iron "
        "Saints intend to disrupt the memorial ride on Saturday. The source stated that at least one "
        "member plans to bring smoke grenades. The information is uncorroborated.\n"
        "A traffic stop on 28 February led to the recovery of six smoke grenades from a car registered "
        'to a known associate. The driver told the deputy they were "for paintball". He was cited and '
        "released.\n"
        "The Fusion Center assesses with low confidence that violence will occur. Officers should not "
        "approach groups alone. Report contacts to the watch desk.",
        {
            "members of the Iron Saints": "A confidential source",
            "at least one member plans": "The source",
            "for paintball": "The driver",
            "violence will occur": "The Fusion Center",
            "six smoke grenades": None,
            "Officers should not approach": None,
        },
    ),
    (
        "Tip line transcript, 1 March 2026, 23:14\n"
        "\n"
        "Hi, I don't want to give my name. I work at the cannery in Astoria. There's a guy on my shift, "
        "he got written up last week, and he's been saying that he's going to bring his rifle on Monday. "
        "He said the foreman \"won't see Tuesday\". I don't know if he means it. My friend says he says "
        "stuff like that all the time.\n"
        "I told HR but they said they can't do anything without proof. I think somebody should talk to "
        "him.",
        {"he says stuff like that": "My friend", "they can't do anything": "HR"},
    ),
    (
        "Minutes of the School Safety Committee, 26 February 2026\n"
        "\n"
        "Present: Ms Dunne (chair), Mr Aziz, PC Hollis, Dr Ferreira\n"
        "\n"
        "1. Ms Dunne welcomed members. \n"
        "2. PC Hollis reported two incidents at the back gate since half-term. In the first a man had "
        "asked pupils about the bus times; in the second a car had followed a girl for about 200 metres. "
        "He said that patrols would be stepped up and asked that the gate be kept locked from 9.15.\n"
        "3. Mr Aziz said that the lock had been broken since January. The chair said that the contractor "
        "had promised to mend it by Friday. \n"
        "4. Dr Ferreira was of the view that parents should be told. It was agreed to send a letter on "
        "Monday.\n"
        "5. AOB. None.",
        {
            "two incidents at the back gate": "PC Hollis",
            "patrols would be stepped up": "PC Hollis",
            "the lock had been broken": "Mr Aziz",
            "the contractor had promised": "The chair",
            "parents should be told": "Dr Ferreira",
            "It was agreed": None,
        },
    ),
    (
        "SITUATION REPORT 4\n"
        "Flood response, Lower Zambezi\n"
        "5 March 2026\n"
        "\n"
        "Heavy rain upstream is expected to continue until Sunday. The National Institute of Meteorology "
        "forecasts a further 80 mm. District officials report that 2,300 people have left their homes in "
        "Mutarara and that three bridges are impassable. The figures have not been verified.\n"
        "The Red Cross has opened two centres. Its volunteers say that families are arriving with "
        "nothing. Water and soap are needed most.\n"
        "Security: armed men stopped a relief truck near Sena on Tuesday and demanded money, according "
        "to the haulier. The driver was released after two hours. He was unhurt. The police have "
        "promised escorts.\n"
        "Partners are reminded to clear all movements with the coordination cell.",
        {
            "a further 80 mm": "The National Institute of Meteorology",
            "2,300 people have left": "District officials",
            "three bridges are impassable": "District officials",
            "families are arriving with nothing": "Its volunteers",
            "demanded money": "the haulier",
            "Partners are reminded": None,
            "The figures have not been verified": None,
        },
    ),
    (
        "Police say man threatened clerk over parking fine\n"
        "\n"
        'A man who told a court clerk he would "burn the place down" over a parking fine was arrested on '
        "Tuesday, Leeds police said.\n"
        "The man, 52, denies making the threat. His solicitor, Ruth Adair, said he had been "
        '"exasperated, not dangerous".\n'
        'The clerk, who has asked not to be named, said she feared for her safety. "He leaned over the '
        'counter and looked me in the eye," she said.\n'
        "A spokesman for the court service said security had been reviewed. He would not go into detail.\n"
        "Magistrates bailed the man until 9 April.",
        {
            "burn the place down": "Leeds police",
            "denies making the threat": "The man",
            "exasperated": "Ruth Adair",
            "she feared for her safety": "The clerk",
            "He leaned over": "The clerk",
            "security had been reviewed": "A spokesman for the court service",
        },
    ),
    (
        "Statement by the Port Authority of Lisbon\n"
        "4 March 2026\n"
        "\n"
        "The Port Authority confirms that a suspicious package was found at berth 9 this morning. The "
        "package was examined by specialists and found to be harmless. Operations resumed at 11:40.\n"
        'Director Carla Mendes thanked staff for their calm. "Everybody did what we train for," she '
        'said. "That is how it should work."\n'
        "The Maritime Police are investigating. They ask anyone who was on the quay between 6 and 8 a.m. "
        "to come forward.",
        {
            "a suspicious package was found": "The Port Authority",
            "Everybody did what we train for": "Carla Mendes",
            "That is how it should work": "Carla Mendes",
            "to come forward": "The Maritime Police",
        },
    ),
    (
        "INTSUM 031/26\n"
        "\n"
        "1. On 2 MAR a walk-in source claimed that fighters loyal to Commander Jabar are caching mortar "
        "rounds in a brick kiln east of Spin Boldak. The source has no reporting record. He said he had "
        "seen the rounds himself; he could not give the number.\n"
        "2. A local contractor independently reported truck movements at the kiln on two nights. ISR "
        "flown on 3 MAR saw no activity.\n"
        "3. Comment: the two reports are consistent but may share an origin. It is possible that Jabar "
        "intends to attack the customs house, as he did in 2024.\n"
        '4. The district governor told a patrol on 3 MAR that Jabar "is finished". He has told us the '
        "same before.",
        {
            "fighters loyal to Commander Jabar": "a walk-in source",
            "truck movements at the kiln": "A local contractor",
            "is finished": "The district governor",
            "intends to attack the customs house": None,
        },
    ),
    (
        "Hi team,\n"
        "\n"
        "Quick note before the weekend. Joost called from Goma: the road to Sake is cut and he doesn't "
        "expect it to open before Tuesday. He says MONUSCO confirmed to him that mines were laid near "
        "the second bridge. I'd treat that as likely but not certain.\n"
        "Marie thinks we should move the workshop. I agree. The hotel says it can hold the rooms until "
        "the 14th.\n"
        "Please send me your travel plans by Friday noon. Nobody should leave town without telling "
        "Joost.\n"
        "\n"
        "Best,\n"
        "Ana",
        {
            "mines were laid": "MONUSCO",
            "we should move the workshop": "Marie",
            "it can hold the rooms": "The hotel",
            "Please send me": None,
        },
    ),
    (
        "Neighbours of the blaze-hit flats in Marseille say they warned the landlord for months.\n"
        '"We sent letters, we sent photos," says Nadia Benali, who lives on the third floor. Her '
        'neighbour Paul Girard goes further. "He knew," he says. "He knew and he did nothing."\n'
        'The landlord, contacted by this newspaper, rejected the accusation. "All checks were done," he '
        "wrote in a text message.\n"
        "The town hall admits it received two complaints last year. According to deputy mayor Elise "
        'Roux, an inspector visited in October and found "no immediate danger". She promises a review.',
        {
            "they warned the landlord": "Neighbours",
            "We sent letters": "Nadia Benali",
            "He knew,": "Paul Girard",
            "He knew and he did nothing": "Paul Girard",
            "All checks were done": "The landlord",
            "it received two complaints": "The town hall",
            "no immediate danger": "Elise Roux",
        },
    ),
    (
        "0540 Sentry at north post reports movement in treeline, 300 m.\n"
        "0543 QRF stood to. Sentry says two persons, possibly three.\n"
        "0551 Drone up. Operator sees one male with a goat.\n"
        "0556 Interpreter spoke to male: says he is a herder and that he saw four armed men heading east "
        "at first light.\n"
        "0610 Village elder confirms herder is local. Elder adds armed men asked for food and left.\n"
        "0622 QRF stood down. CO orders double sentries until further notice.",
        {
            "movement in treeline": "Sentry at north post",
            "two persons, possibly three": "Sentry",
            "herder is local": "Village elder",
            "armed men asked for food": "Elder",
        },
    ),
    (
        "The mayor of Dnipro, Borys Filatov, said that the strike had hit a power station. Ukraine's "
        "energy ministry later said that supplies had been restored. Moscow has not commented.\n"
        'Residents said they heard at least five explosions. "The windows were shaking," one wrote on '
        "Telegram.\n"
        "The regional governor said air defences had shot down six drones. There was no independent "
        "confirmation of the claim. The air force put the figure at nine.\n"
        'Analysts at the Centre for Defence Strategies think the attacks will go on. "They will not stop '
        'until spring," its director, Oksana Kuzmenko, told this agency. She pointed out that stocks '
        "were still high.",
        {
            "the strike had hit a power station": "Borys Filatov",
            "supplies had been restored": "Ukraine's energy ministry",
            "they heard at least five explosions": "Residents",
            "The windows were shaking": "one",
            "air defences had shot down": "The regional governor",
            "the figure at nine": "The air force",
            "the attacks will go on": "Analysts",
            "They will not stop": "Oksana Kuzmenko",
            "stocks were still high": "Oksana Kuzmenko",
        },
    ),
    (
        "PRESS RELEASE\n"
        "For immediate release\n"
        "\n"
        "Aid convoy looted in North Darfur\n"
        "\n"
        "Port Sudan, 5 March 2026. Three trucks carrying sorghum for 12,000 people were looted on "
        "Tuesday near Kutum, the charity Hand in Hand said today. No staff were harmed.\n"
        '"This food will not reach the children it was meant for," said Hand in Hand\'s country director, '
        "Yusuf Adam. He called on all parties to respect aid workers.\n"
        "The charity says it has suspended deliveries in the area. It hopes to resume within a week. "
        "Local leaders have offered to mediate and have told the charity that some of the sacks can be "
        "recovered.",
        {
            "Three trucks carrying sorghum": "the charity Hand in Hand",
            "This food will not reach": "Yusuf Adam",
            "to respect aid workers": "Yusuf Adam",
            "it has suspended deliveries": "The charity",
            "some of the sacks can be recovered": "Local leaders",
        },
    ),
    (
        'Just saw this on the valley group: "Checkpoint at Mile 46, they\'re taking phones." Posted by '
        "someone called Musa K. about an hour ago. Two other people replied that they came through fine. "
        "My brother-in-law drives that road and he says it was soldiers, not bandits. Stay home if you "
        "can.",
        {"it was soldiers": "My brother-in-law", "they came through fine": "Two other people"},
    ),
    (
        "A leaked Home Office paper warns that protests outside asylum hotels could turn violent this "
        'summer. The paper, seen by the Chronicle and dated 20 February, says that "small, mobile '
        'groups" are planning to block roads. It recommends that hotels hire extra guards.\n'
        'A Home Office source said the paper was "one of many" and did not reflect policy. The shadow '
        'minister, Tom Reyes, said ministers had been caught out. "They knew and sat on it," he told the '
        "BBC.\n"
        "Hotel owners contacted by the Chronicle said they had not been warned. One said: \"First I've "
        'heard of it."',
        {
            "protests outside asylum hotels": "A leaked Home Office paper",
            "small, mobile groups": "The paper",
            "hotels hire extra guards": "The paper",
            "one of many": "A Home Office source",
            "ministers had been caught out": "Tom Reyes",
            "They knew and sat on it": "Tom Reyes",
            "they had not been warned": "Hotel owners",
            "First I've heard of it": "One",
        },
    ),
]


@pytest.mark.parametrize(("text", "spoken"), TEXTS, ids=range(len(TEXTS)))
def test_whoever_speaks_in_a_text_is_found_by_all_its_means(text: str, spoken: dict[str, str | None]) -> None:
    claims = read(text, date(2026, 3, 5)).claims
    for words, speaker in spoken.items():
        claim = next(one for one in claims if one.start <= text.index(words) < one.end)
        # Who speaks for the whole text stands before every claim.
        links = [
            link for link in claim.attribution if sum(link in one.attribution for one in claims) <= len(claims) / 2
        ]
        found = links[-1].speaker if links else None
        assert (speaker or "").lower() in (found or "").lower() and (found is None) == (speaker is None), (words, found)
