"""Saying where, in a browser: by drawing, by file, by a place's name, by keyboard; refused with the reason."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from shapely.geometry import box

from tests.browser.house import House
from tests.places import files
from vedette.places.geometry import km2, shape_of

HERE = box(-117.1, 32.5, -117.0, 32.6)


def opened(house: House, page: Page, path: str = "/warnings/new/") -> None:
    page.goto(f"{house.address}{path}")
    expect(page.locator("#area-map[data-ready=yes]")).to_be_visible(timeout=20_000)
    expect(page.locator("#area-tools")).to_be_visible()


def area(page: Page) -> Any:
    return shape_of(json.loads(page.locator("[name='area.geometry']").input_value()))


def said(page: Page) -> Any:
    return page.locator("#area-put .area-size")


def tap(page: Page, x: float, y: float) -> None:
    """A click on the map, in shares of its width and height."""
    at = page.locator("#area-map").bounding_box()
    assert at is not None
    page.mouse.click(at["x"] + x * at["width"], at["y"] + y * at["height"])


def test_a_circle_and_a_hole_are_drawn_taken_back_and_cleared(house: House) -> None:
    with house.signed_in("officer") as page:
        opened(house, page)
        page.locator("#area-map").scroll_into_view_if_needed()
        page.get_by_role("button", name="Circle", exact=True).click()
        tap(page, 0.5, 0.5)
        tap(page, 0.6, 0.5)
        expect(said(page)).to_contain_text("km²")
        whole = km2(area(page))
        page.get_by_role("button", name="Hole", exact=True).click()
        for x, y in ((0.48, 0.45), (0.52, 0.45), (0.7, 0.9), (0.52, 0.55), (0.48, 0.55)):
            tap(page, x, y)
            if x == 0.7:
                page.get_by_role("button", name="Take back").click()
        page.get_by_role("button", name="Finish").click()
        expect(said(page)).to_contain_text("1 hole")
        assert km2(area(page)) < whole
        page.get_by_role("button", name="Undo", exact=True).click()
        expect(said(page)).not_to_contain_text("hole")
        assert abs(km2(area(page)) - whole) < 1e-6
        page.get_by_role("button", name="Clear", exact=True).click()
        expect(said(page)).to_have_text("No area yet.")


def test_a_file_and_a_place_are_put_together_and_a_bad_file_says_why(house: House, tmp_path: Path) -> None:
    path = tmp_path / "area.kml"
    path.write_bytes(files.kml(HERE))
    bad = tmp_path / "bad.geojson"
    bad.write_text('{"type": "Polygon", "coordinates": [[[0, 0], [2, 1], [2, 0], [0, 1], [0, 0]]]}')
    with house.signed_in("officer", width=390) as page:
        opened(house, page)
        page.set_input_files("[name='area.file']", path)
        expect(said(page)).to_contain_text(re.compile("104.* km²"))
        page.set_input_files("[name='area.file']", bad)
        expect(page.get_by_role("alert")).to_contain_text("The outline crosses itself at 0.5,1 (lat,lon)")
        assert area(page).equals(HERE)
        page.check("[name='area.mode'][value=add]")
        page.locator("[name='area.find']").press_sequentially("chula v")
        page.get_by_role("button", name="Chula Vista California").click()
        expect(said(page)).to_contain_text("km²")
        expect(page.get_by_role("alert")).to_have_count(0)
        assert km2(area(page)) > km2(HERE)
        expect(page.locator("[name='area.description']")).to_have_value(re.compile("^Within 5 km of Chula Vista"))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_everything_the_map_does_a_keyboard_does_too_and_enter_saves_nothing(house: House) -> None:
    with house.signed_in("admin") as page:
        opened(house, page, "/settings/areas/")
        page.locator("[name='area.circle_at']").fill("32.55,-117.05")
        page.keyboard.press("Tab")
        page.keyboard.type("2")
        page.keyboard.press("Enter")
        expect(said(page)).to_contain_text("12.6 km²")
        assert page.url.endswith("/settings/areas/")
        found = Axe().run(page, "#area-put")
        assert found.violations_count == 0, found.generate_report()
        page.fill("[name=name]", "New post")
        page.fill("[name=code]", "new-post")
        page.get_by_role("button", name="Save area").click()
        expect(page.locator(".say", has_text="Saved New post, 12.6 km²")).to_be_visible()
