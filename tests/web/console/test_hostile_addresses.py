"""Addresses that no link leads to: whatever stands in a parameter, a page answers, refuses it, or finds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

import vedette.web
from tests.web.console.house import House
from vedette.access.roles import Role

#: Read with `request.GET`, whatever page it is that asks.
PARAMETERS = sorted(
    {
        name
        for file in Path(vedette.web.__file__).parent.rglob("*.py")
        for name in re.findall(r"GET(?:\.get\(|\.getlist\(|\[)\"([\w.]+)\"", file.read_text())
    }
)
HOSTILE = ["a%00b", "%ED%A0%80%FF", "9" * 30, "9" * 5_000, "-1"]
#: Not pages: they answer in forms of their own, and have their own tests.
OTHERS = ("api/", "scim/", "taxii2/", "metrics", "accounts/")


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every address of the pages, with a number or a word where one stands for any."""
    for one in patterns:
        route = before + str(one.pattern).removeprefix("^")
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route)
        elif not route.startswith(OTHERS):
            yield "/" + re.sub(r"<int:\w+>", "1", re.sub(r"<(?:str|slug):\w+>", "x", route)).rstrip("$")


def test_no_page_fails_over_what_stands_in_its_parameters(house: House) -> None:
    assert {"search", "unit", "page", "of", "days", "kind"} <= set(PARAMETERS)
    everyone = house.users["officer"]
    everyone.roles = [role.value for role in Role]
    everyone.save()
    house.issued()
    browser, walked, failed = house.browser("officer"), set(), []
    browser.raise_request_exception = False
    for address in addresses(get_resolver().url_patterns):
        for value in HOSTILE:
            query = "&".join(f"{name}={value}" for name in PARAMETERS)
            with transaction.atomic():
                status = browser.get(f"{address}?{query}").status_code
                transaction.set_rollback(True)
            if status == 405:
                break
            if status in (200, 400):
                walked.add(address)
            # What gateways call is read by themselves: a text in UTF-16 holds NUL.
            refuses = value != "a%00b" or status == 400 or address.startswith("/gateways/")
            if status >= 500 or not refuses:
                failed.append((status, address, value[:20]))
    assert not failed
    assert len(walked) > 50
