"""A whole installation as its users meet it: `vedette serve` with its engine, real sinks, and the example's people."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.servers import http, smtp
from tests.servers.ports import free_port

PASSWORD = "exercise-please-2025"
PEOPLE = 60
#: Loads the example into the database that the environment names: arguments are people, password, address, sinks.
_LOAD = """
import sys
from vedette.cli.session import open_house
open_house()
from vedette.demo.world import Gateways, load
load(int(sys.argv[1]), sys.argv[2], sys.argv[3], Gateways(int(sys.argv[4]), sys.argv[5], "browser-test-secret"))
"""
#: Before what reaches into the house's database past its pages.
_BEHIND = """
import sys
from vedette.cli.session import open_house
open_house()
"""
_LINK = re.compile(r"http://127\.0\.0\.1:\d+/a/\S+")


@dataclass
class House:
    """A running installation and what its gateways received."""

    address: str
    mails: smtp.Sink
    browser: Browser
    environment: Mapping[str, str]

    @contextmanager
    def signed_in(self, name: str, width: int = 1440, scheme: str = "light") -> Iterator[Page]:
        """A page in a browser of a user's own; a script error or a refused resource fails the test."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
        )
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
        try:
            page.goto(f"{self.address}/accounts/login/")
            page.fill("[name=login]", name)
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(f"{self.address}/")
            yield page
            assert errors == []
        finally:
            context.close()

    def behind_its_back(self, code: str, *arguments: str) -> None:
        """Run something in a process of its own on the house's database, past all that its pages would refuse."""
        subprocess.run([sys.executable, "-c", _BEHIND + code, *arguments], env=dict(self.environment), check=True)

    def field_links(self, count: int) -> list[str]:
        """The links in the first mails that arrive."""
        mails = self.mails.wait_for(count, timeout=90)
        found = [_LINK.search(mail.text) for mail in mails[:count]]
        return [match[0] for match in found if match is not None]


@contextmanager
def running(browser: Browser, environment: Mapping[str, str], data: Path) -> Iterator[House]:
    """The installation, from a database with empty tables to the end of the test."""
    data.mkdir(parents=True, exist_ok=True)
    address = f"http://127.0.0.1:{free_port()}"
    with smtp.running() as mails, http.running() as gateway:
        loading = [str(PEOPLE), PASSWORD, address, str(mails.port), gateway.url]
        subprocess.run([sys.executable, "-c", _LOAD, *loading], env=dict(environment), check=True)
        log = (data / "serve.log").open("wb")
        command = [sys.executable, "-m", "vedette", "serve", "--port", address.rpartition(":")[2]]
        server = subprocess.Popen(command, env=dict(environment), stdout=log, stderr=log)
        try:
            _wait_until_up(address, server, data / "serve.log")
            yield House(address, mails, browser, environment)
        finally:
            server.terminate()
            server.wait(30)
            log.close()


def _wait_until_up(address: str, server: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/accounts/login/", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not come up:\n{log.read_text(errors='replace')[-3000:]}")
