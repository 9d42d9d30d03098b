"""A person's phone as the browser's tests drive it: paired, cut off, notified by a push service of the tests' own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.house import House
from tests.servers import pushservice
from tests.servers.pushservice import PushService

#: A small phone, held upright.
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "permissions": ["notifications", "geolocation"],
    "geolocation": {"latitude": 32.55, "longitude": -117.05, "accuracy": 20},
}

#: What the phone keeps in one of its stores; null when there is none.
_STORED = """(store) => new Promise((resolve) => {
  const request = indexedDB.open("vedette", 1);
  request.onupgradeneeded = () => request.transaction.abort();
  request.onerror = () => resolve(null);
  request.onsuccess = () => {
    const asked = request.result.transaction(store).objectStore(store).getAll();
    asked.onsuccess = () => { resolve(asked.result); request.result.close(); };
  };
})"""

#: A browser whose push service is the tests'. GIVEN is the subscription.
_SUBSCRIPTION = """{
  const given = GIVEN;
  const kept = { toJSON: () => given, unsubscribe: async () => { localStorage.clear(); return true; } };
  PushManager.prototype.getSubscription = async () => (localStorage.getItem("subscribed") ? kept : null);
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || applicationServerKey.length !== 87) throw new Error("not as a browser wants it");
    localStorage.setItem("subscribed", "yes");
    return kept;
  };
}"""

#: Its page and the warnings' pages have their worker.
_BOTH_WORK = """async () => {
  const found = await navigator.serviceWorker.getRegistrations();
  return found.length === 2 && found.every(({ active }) => active?.state === "activated");
}"""

_CLOSE_ALL = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/me/");
  for (const shown of await registration.getNotifications()) shown.close();
}"""

_SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/me/");
  return (await registration.getNotifications()).map(
    ({ title, body, tag, requireInteraction, data }) => ({ title, body, tag, requireInteraction, data }));
}"""


#: Who does things in a house that are not the phone's to do, by its address: one process, as starting takes seconds.
_BEHIND: dict[str, subprocess.Popen[str]] = {}


@contextmanager
def helped(house: House) -> Iterator[House]:
    """The house, with `behind.py` at hand."""
    command = [sys.executable, "-m", "tests.browser.behind"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=dict(house.environment), **pipes) as process:
        _BEHIND[house.address] = process
        try:
            yield house
        finally:
            del _BEHIND[house.address]
            process.terminate()


def behind(house: House, *arguments: object) -> Any:
    """Do something in the house that is not the phone's to do: see `behind.py`."""
    process = _BEHIND[house.address]
    assert process.stdin is not None and process.stdout is not None
    print(json.dumps([str(one) for one in arguments]), file=process.stdin, flush=True)
    told = process.stdout.readline()
    assert told, f"{arguments} failed; its reason is above"
    return json.loads(told)


def wait_until(holds: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Come back when it holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def code_for(house: House, person: str) -> str:
    """What whoever keeps the roster sees on the person's page after a press."""
    with house.signed_in("admin", width=390) as page:
        open_person(page, house, person)
        page.get_by_role("button", name="Show a code").click()
        return page.locator(".pairing .code").inner_text()


def open_person(page: Page, house: House, person: str) -> None:
    """The person's page, by way of the list."""
    page.goto(f"{house.address}/people/?search={person}")
    page.locator("main li, main tr").filter(has_text=person).first.locator("a").first.click()
    expect(page.get_by_role("heading", name="Paired phones")).to_be_visible()


@dataclass
class Phone:
    """A person's phone: its browser, and the page that is open."""

    house: House
    context: BrowserContext
    person: str
    page: Page = field(init=False)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(20_000)
        self.open()

    @property
    def home(self) -> str:
        return f"{self.house.address}/me/"

    def open(self) -> None:
        """A new page, in place of the one that was open."""
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console", lambda said: self.errors.append(said.text) if "Content Security Policy" in said.text else None
        )

    def enter_code(self) -> None:
        """Enter a code that whoever keeps the roster reads out."""
        self.page.goto(self.home)
        self.page.get_by_label("Code").fill(code_for(self.house, self.person))
        self.page.get_by_role("button", name="Pair this phone").click()
        expect(self.page.locator("#unpair")).to_be_visible()

    def pair(self) -> None:
        """The same, and wait until the phone can do without a connection."""
        self.enter_code()
        self.until("navigator.serviceWorker.controller !== null")
        self.until(_BOTH_WORK)
        self.until_kept(lambda copy: copy is not None)

    def until(self, holds: str) -> None:
        """Wait until something is so on the page. (Playwright's own waiting needs `eval`, which the page forbids.)"""
        wait_until(lambda: self.asked(holds), holds)

    def asked(self, what: str, given: Any = None) -> Any:
        """What the page says of itself. It may load again meanwhile, by itself: then it is asked again."""
        for _ in range(20):
            try:
                return self.page.evaluate(what, given)
            except Error as error:
                if "Execution context was destroyed" not in str(error):
                    raise
                self.page.wait_for_load_state()
        raise AssertionError("the page loads again and again")

    def until_kept(self, holds: Callable[[Any], object]) -> None:
        """Wait until the phone's copy is as it should be."""
        wait_until(lambda: holds(self.copy()), f"the copy is not as it should be: {self.copy()}"[:500])

    def copy(self) -> Any:
        """What the phone keeps to be shown; None when it keeps nothing."""
        return next(iter(self.asked(_STORED, "copy") or ()), None)

    def waiting(self) -> list[Any]:
        """What waits to be sent."""
        return list(self.asked(_STORED, "outbox") or ())

    def warned(self, seconds: int = 3600) -> int:
        """Warn this person; come back when their phone has a copy of it."""
        before = len((self.copy() or {"pages": {}})["pages"])
        warning = int(behind(self.house, "issue", self.person, seconds))
        self.page.goto(self.home)
        self.until_kept(lambda copy: copy is not None and len(copy["pages"]) > before)
        return warning

    def answers(self, warning: int, count: int) -> list[dict[str, Any]]:
        """What has come in of this person, once there are so many."""
        wait_until(lambda: len(behind(self.house, "answers", warning)) >= count, "an answer has not come in")
        said: list[dict[str, Any]] = behind(self.house, "answers", warning)
        assert len(said) == count, said
        return said

    @contextmanager
    def offline(self) -> Iterator[None]:
        """Without a connection: neither its pages nor its workers reach anybody."""
        self.context.set_offline(True)
        try:
            yield
        finally:
            self.context.set_offline(False)

    def shown(self) -> list[dict[str, Any]]:
        """The notifications on its screen."""
        return list(self.asked(_SHOWN))


@contextmanager
def phone_of(house: House, browser: Browser, person: str, **changed: Any) -> Iterator[Phone]:
    """A phone that nobody has paired; a script error or a refused resource fails the test."""
    context = browser.new_context(**{**PHONE, **changed})
    try:
        phone = Phone(house, context, person)
        yield phone
        assert phone.errors == []
    finally:
        context.close()


class Pushed:
    """A phone that takes notifications: what its push service gets and opens is handed to its worker, as the browser
    would. (The service of Chromium's maker is not to be reached from here.)"""

    def __init__(self, phone: Phone, service: PushService) -> None:
        self._phone = phone
        phone.page.goto(phone.home)
        key = phone.page.locator("body").get_attribute("data-key")
        assert key is not None
        self.browser: pushservice.Browser = service.subscribe(key)
        phone.context.add_init_script(_SUBSCRIPTION.replace("GIVEN", self.browser.subscription))
        phone.page.goto(phone.home)
        phone.page.get_by_role("button", name="Turn on").click()
        expect(phone.page.locator("#notices-state")).to_have_text("On for this phone.")
        self._registrations: dict[str, str] = {}
        self._cdp = phone.context.new_cdp_session(phone.page)
        self._cdp.on("ServiceWorker.workerRegistrationUpdated", self._seen)
        self._cdp.send("ServiceWorker.enable")
        wait_until(lambda: phone.page.evaluate("1") and "/me/" in self._registrations, "there is no worker")
        #: The first one, which only shows that they come.
        self.hello = self.next()
        phone.page.evaluate(_CLOSE_ALL)

    def next(self) -> dict[str, Any]:
        """Hand on the next message that comes, and say what it was."""
        count = len(self.browser.got)
        wait_until(lambda: len(self.browser.got) > self._handed, f"nothing came after {count}")
        text = self.browser.got[self._handed].text
        self._handed += 1
        self.deliver(text)
        return dict(json.loads(text))

    _handed = 0

    def deliver(self, text: str) -> None:
        """One message; come back when its notification is shown."""
        identifier = json.loads(text)["identifier"]
        told = {"origin": self._phone.house.address, "registrationId": self._registrations["/me/"], "data": text}
        self._cdp.send("ServiceWorker.deliverPushMessage", told)
        wait_until(
            lambda: any(one["data"]["identifier"] == identifier for one in self._phone.shown()), "it is not shown"
        )

    def _seen(self, told: Any) -> None:
        for one in told["registrations"]:
            self._registrations[urlsplit(one["scopeURL"]).path] = one["registrationId"]
