"""A real Chromium, driven by Playwright: the one already on the machine, never a downloaded one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.servers.parts import Part, find

#: Quiet and reproducible: no calls home, software WebGL for the map.
ARGUMENTS = (
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def running() -> Iterator[Browser]:
    """A headless browser. While it lives, Django's guard against use from a running event loop is off in this process:
    Playwright's sync face keeps a loop on this thread, which that guard takes for asynchronous code."""
    executable = find(Part.CHROMIUM)
    if executable is None:
        raise FileNotFoundError(Part.CHROMIUM.reason)
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=[*ARGUMENTS, *sandbox])
            try:
                yield browser
            finally:
                browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before
