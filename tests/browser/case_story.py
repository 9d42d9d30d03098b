"""The example's whole case entered through the pages: from a pasted report to a warning that waits for its approver.

The test walks it, and so does whoever takes the manual's pictures (`tools/screenshots.py`), with `picture` called at
each of `STEPS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.hand import Hand, Pace
from tests.browser.house import House

Picture = Callable[[str, Page], None]
STEPS = (
    "case-1-report",
    "case-2-graded",
    "case-3-incident",
    "case-4-judgement",
    "case-5-hypotheses",
    "case-6-decision",
    "case-7-warning",
)
#: Words of a claim -> the explanations that it speaks against; it fits the others. One that names none says nothing.
AGAINST = {
    "retaliation": ("misattribution", "no_attack"),
    "believes the order is real": ("hoax",),
    "No agent was shot at": (),
}
COUNTED = re.compile(r"^[1-9]\d*$")
INQUIRIES = ("County prosecutor", "The agency", "Oversight office")


def walk(house: House, memo: str, struck_on: str, picture: Picture, width: int = 1440) -> Pace:
    """The case, by an analyst and a duty officer; the time that people would have taken."""
    pace = Pace()
    with house.signed_in("analyst", width) as page:
        hand = Hand(page, pace)
        take_in(house, hand, memo)
        picture("case-1-report", page)
        grade(hand, memo)
        picture("case-2-graded", page)
        record_the_incident(hand, struck_on)
        picture("case-3-incident", page)
        judge(hand, picture)
        weigh(hand)
        picture("case-5-hypotheses", page)
        threat = page.url.partition("hypotheses/")[0]
    with house.signed_in("officer", width) as page:
        hand = Hand(page, pace)
        page.goto(f"{house.address}/")
        hand.press("Possible shooting attack", link=True)
        assert page.url == threat
        decide(hand)
        picture("case-6-decision", page)
        warn(hand, picture)
    return pace


def take_in(house: House, hand: Hand, memo: str) -> None:
    """The memo arrives, and is pasted."""
    hand.page.goto(f"{house.address}/")
    hand.press("Inbox", link=True, within=hand.page.locator("nav.nav"))
    hand.write("source", "sector-intelligence")
    hand.paste("text", memo)
    hand.press("Read it")
    expect(hand.page.get_by_role("heading", level=1)).to_contain_text("Possible shooting attack")
    hand.page.wait_for_selector("#claim-cards[data-ready]")


def grade(hand: Hand, memo: str) -> None:
    """It is read; what it claims is accepted and graded by keys, and its source graded with a reason."""
    hand.read(memo)
    cards = hand.page.locator("#claim-cards [data-key]")
    quotes = cards.locator("blockquote").all_inner_texts()
    first = next(at for at, quote in enumerate(quotes) if "indicates that members" in quote)
    last = next(at for at, quote in enumerate(quotes) if "No agent was shot at" in quote)
    for at in range(last + 1):
        hand.key("j")
        if at >= first:
            hand.key("4" if "without cause" in quotes[at] else "3")
    expect(cards.nth(last)).to_have_attribute("data-status", "accepted")
    expect(cards.nth(last).locator(".grade")).to_contain_text("3")
    hand.choose("reliability", label="B Usually reliable")
    hand.write_in(hand.page.locator("form[action$='/source/'] [name=reason]"), "Sound for two years.")
    hand.press("Grade the source")
    expect(hand.page.locator(".say").first).to_contain_text("The source is graded")


def record_the_incident(hand: Hand, struck_on: str) -> None:
    """What happened: its accounts, those that contradict each other, the video, and three bodies that look into it."""
    page = hand.page
    hand.press("Record an incident", link=True)
    hand.write("title", "Vehicle struck a person at the wall")
    hand.set_time("happened_from", f"{struck_on}T00:00")
    hand.set_time("happened_to", f"{struck_on}T23:59")
    hand.write("place", "near Chula Vista")
    hand.choose("named", label="Chula Vista")
    hand.write("precision_m", "5000")
    for words in ("struck a person", "watching two men", "without cause"):
        hand.tick(page.locator("label.choice").filter(has_text=words).first.get_by_role("checkbox"))
    hand.press("Record the incident")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vehicle struck a person at the wall")
    hand.unfold("Say where accounts contradict")
    hand.write("matter", "whether the driver saw him")
    for words in ("watching two men", "without cause"):
        hand.tick(page.locator("#contradict label.choice").filter(has_text=words).get_by_role("checkbox"))
    hand.press("Put them beside one another")
    hand.hand_in("file", "collision.mp4", "video/mp4", bytes(range(256)) * 64)
    hand.press("Take it in")
    expect(page.locator(".say").first).to_contain_text("SHA-256")
    for body in INQUIRIES:
        hand.write("body", body)
        hand.press("It looks into it too")
        expect(page.locator("section[aria-labelledby=inquiries] .list")).to_contain_text(body)


def judge(hand: Hand, picture: Picture) -> None:
    """What it may set off: by whom, on which claims, how likely, and apart from it how sure."""
    page = hand.page
    hand.press("Judge what it may set off", link=True)
    expect(page.locator("[name=title]")).to_have_value("Possible shooting attack on agents in the San Diego sector")
    for words in ("retaliation", "believes the order is real"):
        hand.tick(page.locator("tr").filter(has_text=words).first.locator("[value=for]"))
    hand.tick(page.locator("tr").filter(has_text="No agent was shot at").first.locator("[value=against]"))
    hand.choose("area", label="San Diego Sector")
    hand.write("actor_new", "The Ridge group")
    hand.write("likelihood", "60")
    hand.choose("confidence", label="Low")
    hand.write("intent", "Retaliation for the person struck.")
    hand.write("would_change", "A second source.")
    picture("case-4-judgement", page)
    hand.press("Record the judgement")
    expect(page.locator("main")).to_contain_text("likely, 60 %")
    expect(page.locator("main")).to_contain_text("What set it off: Vehicle struck a person")


def weigh(hand: Hand) -> None:
    """What else it could be: each claim against each explanation."""
    page = hand.page
    hand.press("What else could it be?", link=True)
    for row in page.locator(".matrix tbody tr").all():
        quote = row.locator("td").first.inner_text()
        against = next(codes for words, codes in AGAINST.items() if words in quote)
        for choice in row.locator("select").all():
            name = choice.get_attribute("name") or ""
            fits = "consistent" if against else "neutral"
            hand.choose(name, value="inconsistent" if name.rpartition("-")[2] in against else fits)
    hand.press("Record the marks")
    expect(page.get_by_role("heading", name="Least speaks against: It is as judged")).to_be_visible()


def decide(hand: Hand) -> None:
    """The duty officer decides that people are to be warned, and says on what grounds."""
    page = hand.page
    for name in ("credible", "specific", "impending"):
        hand.tick(page.locator(f"[name={name}]"))
    hand.tick(page.locator("[name=decision][value=warn]"))
    hand.write("ground", "Named group, target and place, within days.")
    hand.press("Record it")
    expect(page.locator("section[aria-labelledby=determination]")).to_contain_text("to be warned")


def warn(hand: Hand, picture: Picture) -> None:
    """The warning, from the threat and a prepared type; its words checked, and handed to the approver."""
    page = hand.page
    hand.press("Draft a warning", link=True)
    hand.choose("template", label="Shooting at patrols")
    hand.press("Start from it")
    hand.write("fill.direction", "the south")
    hand.write("fill.unit", "San Diego sector")
    hand.write("fill.next_update", "Saturday 08:00 PST")
    hand.write("fill.contact", "radio channel 1")
    hand.choose("certainty", value="Likely")
    # The report's own words would lead back to whoever told; the check says so.
    hand.write(
        "description",
        "{likelihood} that armed persons will shoot at patrols {where}. Shots may come from {direction}.",
    )
    hand.press("Put these words in")
    expect(page.locator("[name=headline]")).to_have_value("Shooting at patrols in San Diego sector")
    expect(page.locator("#check section[aria-labelledby=audience] header .strong")).to_have_text(
        COUNTED, timeout=15_000
    )
    picture("case-7-warning", page)
    hand.press("Submit for approval")
    expect(page.locator(".say").first).to_contain_text("Submitted")
