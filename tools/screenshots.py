"""Take the manual's screenshots of the running example: docs/img/<page>-<width>-<light|dark>.png. For maintainers.

    .venv/bin/python tools/screenshots.py [--people 400] [--only progress] [--out docs/img]

It starts `vedette demo` on a data directory of its own, signs in as its users, and writes indexed PNGs, which are a
third of the size of a browser's. The pictures of the whole case (`--only case`) are taken while it is entered through
the pages, as its test enters it.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from playwright.sync_api import Browser, Page

if TYPE_CHECKING:
    from vedette.dispatch.models import Recipient

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
WIDTHS = {1440: (900, 1500), 390: (844, 1700)}
SCHEMES = ("light", "dark")
#: Seconds to let answers come in, so that the progress page shows something of each kind.
LET_ANSWERS_COME_S = 25


@dataclass(frozen=True)
class Demo:
    """A running example."""

    address: str
    password: str
    warning: int
    data: Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--only", default="", help="one page's name")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "img")
    given = parser.parse_args()
    from tests.servers import chromium

    if given.only in ("", "case"):
        with tempfile.TemporaryDirectory(prefix="vedette-pictures-") as folder, chromium.running() as browser:
            walk_the_case(browser, Path(folder) / "data", given.out)
    if given.only == "case":
        return 0
    with (
        tempfile.TemporaryDirectory(prefix="vedette-pictures-") as folder,
        running_demo(Path(folder) / "data", given.people) as demo,
        chromium.running() as browser,
    ):
        if given.only in ("", "field"):
            take(browser, demo, "field", "", field_link(demo), given.out)
        if given.only in ("", "phone"):
            take_phone(browser, demo, given.out)
        approval = draft_an_update(browser, demo)
        time.sleep(LET_ANSWERS_COME_S)
        shots = {
            "inbox": ("analyst", "/reports/"),
            "report": ("analyst", "/reports/1/"),
            "composer": ("officer", "/warnings/new/?report=1"),
            "approval": ("second", approval),
            "progress": ("officer", f"/warnings/{demo.warning}/"),
        }
        for name, (user, path) in shots.items():
            if given.only in ("", name):
                take(browser, demo, name, user, path, given.out)
    return 0


def walk_the_case(browser: Browser, data: Path, out: Path) -> None:
    """The case as its test enters it, with a picture at each step: by day on a desk, by night on a phone."""
    use_django(data.parent / "own")
    from tests.browser.case_story import walk
    from tests.browser.house import running
    from vedette.demo import texts

    def picture(name: str, page: Page) -> None:
        for width, scheme in ((390, "dark"), (1440, "light")):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": WIDTHS[width][0]})
            write(browser, page, out / f"{name}-{width}-{scheme}.png", width)
        page.set_viewport_size({"width": 1440, "height": WIDTHS[1440][0]})

    today = datetime.now(ZoneInfo("America/Los_Angeles")).date()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VEDETTE_")}
    with running(browser, {**environment, "VEDETTE_DATA": str(data)}, data) as house:
        struck_on = today - timedelta(days=8)
        walk(house, texts.report_text("memo", today), struck_on.isoformat(), picture)


@contextmanager
def running_demo(data: Path, people: int) -> Iterator[Demo]:
    """`vedette demo` as anybody would start it, up to the warning in force."""
    process = subprocess.Popen(  # noqa: S603  (our own command)
        [sys.executable, "-u", "-m", "vedette", "demo", "--data", str(data), "--people", str(people)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "waits in the inbox" in line:
                break
        found = re.search(r"Open (\S+).*password is\s+(\S+).*/warnings/(\d+)", said, re.DOTALL)
        if found is None:
            raise SystemExit(f"the example did not start:\n{said}")
        yield Demo(found[1], found[2], int(found[3]), data)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def field_link(demo: Demo) -> str:
    """The address of the field page of somebody who has not answered, as the warning's mail gives it."""
    use_django(demo.data)
    from vedette.access.handling import Realm
    from vedette.dispatch.tokens import make_token

    return f"/a/{make_token(silent(demo).pk, Realm.EXERCISE)}"


def silent(demo: Demo, turn: int = 0) -> Recipient:
    """One of those who have not answered."""
    from vedette.dispatch.models import Recipient

    found = Recipient.objects.filter(warning_id=demo.warning, state="open", person__language="en-US").order_by("-pk")
    if len(found) <= turn:
        raise SystemExit("everybody has answered already; use more people")
    return found[turn]


def take_phone(browser: Browser, demo: Demo, out: Path) -> None:
    """A paired phone: its page, and a warning that is answered without a connection."""
    from tests.browser.phones import PHONE, Phone

    use_django(demo.data)
    from vedette.access.actors import actor_for
    from vedette.access.handling import Realm
    from vedette.access.models import User
    from vedette.people.phones import make_code

    officer = actor_for(User.objects.get(username="officer"), Realm.EXERCISE)
    for turn, scheme in enumerate(SCHEMES):
        context = browser.new_context(**{**PHONE, "device_scale_factor": 1, "color_scheme": scheme})
        try:
            phone = Phone(demo, context, "")
            phone.page.goto(phone.home)
            phone.page.get_by_label("Code").fill(make_code(officer, silent(demo, turn + 1).person, shown=False).text)
            phone.page.get_by_role("button", name="Pair this phone").click()
            phone.until("navigator.serviceWorker.controller !== null")
            phone.until_kept(lambda copy: copy is not None and len(copy["pages"]) > 1)
            write(browser, phone.page, out / f"phone-390-{scheme}.png", 390)
            context.set_offline(True)
            phone.page.get_by_role("link", name="Read and answer").first.click()
            phone.page.get_by_role("button", name="I am safe").click()
            phone.page.wait_for_selector(".said")
            write(browser, phone.page, out / f"phone-offline-390-{scheme}.png", 390)
        finally:
            context.close()


def use_django(data: Path) -> None:
    """Let this process read the house's records, and the example's texts."""
    os.environ["VEDETTE_DATA"] = str(data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "vedette.conf.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    import django

    django.setup()


def draft_an_update(browser: Browser, demo: Demo) -> str:
    """Draft and submit an update as the officer, so that there is something to approve."""
    with signed_in(browser, demo, "officer", 1440, "light") as page:
        page.goto(f"{demo.address}/warnings/{demo.warning}/update/")
        page.fill("[name=change]", "New: two armed scouts were seen west of Otay Mesa. The other instructions stand.")
        page.select_option("[name=certainty]", "Likely")
        headline = page.input_value("[name=headline]").replace("possible", "likely")
        page.fill("[name=headline]", headline)
        told = page.input_value("[name=description]").replace("possible (about 40%)", "likely (about 60%)")
        page.fill("[name=description]", told)
        page.fill(
            "[name=instruction]", page.input_value("[name=instruction]") + "\nStay behind cover west of Otay Mesa."
        )
        page.fill("[name=override]", "The scouts are reported by one patrol only; it cannot wait.")
        page.click("button[value=submit]")
        page.wait_for_url(re.compile(r"/warnings/\d+/$"))
        link = page.get_attribute("a.button.primary:has-text('Read and decide')", "href")
        assert link is not None
        return link


@contextmanager
def signed_in(browser: Browser, demo: Demo, user: str, width: int, scheme: str) -> Iterator[Page]:
    """A page of a user's own; of nobody's, without a name."""
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width][0]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    try:
        page = context.new_page()
        if user:
            page.goto(f"{demo.address}/accounts/login/")
            page.fill("[name=login]", user)
            page.fill("[name=password]", demo.password)
            page.press("[name=password]", "Enter")
            page.wait_for_url(f"{demo.address}/")
        yield page
    finally:
        context.close()


def take(browser: Browser, demo: Demo, name: str, user: str, path: str, out: Path) -> None:
    """One page in both widths and both schemes."""
    for width in WIDTHS:
        for scheme in SCHEMES:
            with signed_in(browser, demo, user, width, scheme) as page:
                page.goto(demo.address + path)
                write(browser, page, out / f"{name}-{width}-{scheme}.png", width)


def write(browser: Browser, page: Page, target: Path, width: int) -> None:
    """What the page shows now, from its top, as high as it is within bounds."""
    shortest, longest = WIDTHS[width]
    page.evaluate("() => scrollTo(0, 0)")
    height = page.evaluate("() => document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(shortest, min(longest, height))})
    if page.locator(".map").count():
        page.wait_for_selector(".map[data-ready]", timeout=60_000)
    page.wait_for_timeout(800)
    # To hide the caret, a style would be written into the page, which its policy forbids.
    target.write_bytes(smaller(browser, page.screenshot(caret="initial")))
    shown = target.relative_to(Path.cwd()) if target.is_relative_to(Path.cwd()) else target
    print(f"{shown}  {target.stat().st_size // 1024} kB")


def smaller(browser: Browser, png: bytes) -> bytes:
    """The picture with at most 256 colours: the most frequent ones, and for the rest the nearest of them."""
    pixels = decoded(browser, png)
    height, width, _ = pixels.shape
    flat = pixels.reshape(-1, 3)
    packed = flat[:, 0].astype(np.uint32) << 16 | flat[:, 1].astype(np.uint32) << 8 | flat[:, 2]
    colours, inverse, counts = np.unique(packed, return_inverse=True, return_counts=True)
    order = np.argsort(counts)[::-1]
    # Half of the palette for what fills areas, half spread over what is left, so that rare hues keep theirs.
    rest = order[128:]
    _, spread = np.unique(colours[rest] & 0xF0F0F0, return_index=True)
    kept = np.concatenate([order[:128], rest[np.sort(spread)][:128]])
    palette = unpacked(colours[kept])
    every = unpacked(colours)
    nearest = np.empty(len(colours), np.uint8)
    for start in range(0, len(colours), 4096):
        part = every[start : start + 4096, None, :] - palette[None, :, :]
        nearest[start : start + 4096] = (part * part).sum(axis=2).argmin(axis=1)
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = nearest[inverse].reshape(height, width)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 9)
    colours_used = palette.astype(np.uint8).tobytes()
    indexed = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"PLTE", colours_used) + chunk(b"IDAT", body)
    indexed += chunk(b"IEND", b"")
    return min(indexed, png, key=len)


def unpacked(colours: np.ndarray) -> np.ndarray:
    """Packed colours as red, green and blue."""
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.int32)


def decoded(browser: Browser, png: bytes) -> np.ndarray:
    """The picture's pixels, unpacked by the browser that took it."""
    page = browser.new_page()
    try:
        told = page.evaluate(
            """async (text) => {
              const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
              const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
              const canvas = new OffscreenCanvas(image.width, image.height);
              const context = canvas.getContext("2d");
              context.drawImage(image, 0, 0);
              const data = context.getImageData(0, 0, image.width, image.height).data;
              let out = "";
              for (let at = 0; at < data.length; at += 32768)
                out += String.fromCharCode(...data.subarray(at, at + 32768));
              return [image.width, image.height, btoa(out)];
            }""",
            base64.b64encode(png).decode(),
        )
    finally:
        page.close()
    width, height, text = told
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)[:, :, :3]


if __name__ == "__main__":
    sys.exit(main())
