"""What somebody does at a page, done, and counted at a person's pace.

The model: two seconds for each thing found and used (a field, a choice, a box, a button, a link, a file), the typing of
words at 40 a minute (five characters a word, as typing is measured), one second a key that acts at once, and reading at
240 words a minute where somebody must read. Pasting counts as two things: copying, and pasting.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

THING_S, KEY_S = 2.0, 1.0
CHARACTERS_A_SECOND = 40 * 5 / 60
WORDS_READ_A_SECOND = 240 / 60


@dataclass
class Pace:
    """The time that a person would have taken so far, by what it went to."""

    seconds: dict[str, float] = field(default_factory=dict)
    things: int = 0

    def add(self, what: str, seconds: float) -> None:
        """So much more."""
        self.seconds[what] = self.seconds.get(what, 0.0) + seconds

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self.seconds.values())


class Hand:
    """One person at one page; several share a `Pace` when one goes on where another stopped."""

    def __init__(self, page: Page, pace: Pace) -> None:
        self.page, self.pace = page, pace

    def write(self, name: str, words: str) -> None:
        """Go to a field and type into it, in place of what is there."""
        self.write_in(self.page.locator(f"[name='{name}']"), words)

    def write_in(self, field: Locator, words: str) -> None:
        """The same, where its name alone does not tell which field is meant."""
        self._thing()
        self.pace.add("typing", len(words) / CHARACTERS_A_SECOND)
        field.fill(words)

    def set_time(self, name: str, moment: str) -> None:
        """Go to a field for a moment and type its twelve digits."""
        self._thing()
        self.pace.add("typing", 12 / CHARACTERS_A_SECOND)
        self.page.fill(f"[name='{name}']", moment)

    def paste(self, name: str, words: str) -> None:
        """Copy words from elsewhere and paste them."""
        self._thing(2)
        self.page.fill(f"[name='{name}']", words)

    def choose(self, name: str, label: str = "", value: str = "") -> None:
        """One of a field's choices, by what it says or by its value."""
        self._thing()
        choice = self.page.locator(f"select[name='{name}']")
        if label:
            found = choice.locator("option").filter(has_text=label).first
            value = found.get_attribute("value") or ""
        choice.select_option(value)

    def tick(self, box: Locator) -> None:
        """A box, or one of several to choose from."""
        self._thing()
        box.check()

    def press(self, words: str, *, link: bool = False, within: Locator | None = None) -> None:
        """A button or a link, by what it says."""
        self._thing()
        place = within or self.page.locator("main")
        place.get_by_role("link" if link else "button", name=words).first.click()

    def unfold(self, words: str) -> None:
        """What is folded away."""
        self._thing()
        self.page.locator("summary").filter(has_text=words).first.click()

    def hand_in(self, name: str, filename: str, media_type: str, content: bytes) -> None:
        """A file, found where it lies and chosen."""
        self._thing(2)
        self.page.set_input_files(f"[name='{name}']", {"name": filename, "mimeType": media_type, "buffer": content})

    def key(self, name: str) -> None:
        """A key that acts at once."""
        self.pace.add("keys", KEY_S)
        self.page.keyboard.press(name)

    def read(self, words: str) -> None:
        """Read before going on."""
        self.pace.add("reading", len(words.split()) / WORDS_READ_A_SECOND)

    def _thing(self, count: int = 1) -> None:
        self.pace.things += count
        self.pace.add("finding and using", count * THING_S)
