"""docs/api.md says what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vedette.access.roles import ALLOWED, Verb
from vedette.web.api.root import api

KNOWN = api.get_openapi_schema(path_prefix="/")["paths"]
MANUAL = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
CALLS = re.findall(
    r'^curl -s (-X POST )?"\$VEDETTE(/[^"?]*)[^"]*"(.*?)(?=^curl|^```)', MANUAL, re.MULTILINE | re.DOTALL
)


@pytest.mark.parametrize(("post", "path", "rest"), CALLS)
def test_every_call_in_the_manual_is_an_operation(post: str, path: str, rest: str) -> None:
    pattern = re.sub(r"/\d+", "/{}", path)
    methods = next(told for at, told in KNOWN.items() if re.sub(r"\{\w+\}", "{}", at) == pattern)
    assert ("post" if post or "--json" in rest or "-F " in rest else "get") in methods


def test_the_manual_shows_calls_of_every_step() -> None:
    assert len(CALLS) >= 30


def test_the_manual_s_scopes_are_the_policy_s() -> None:
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|.*\| ([a-z, ]+) \|$", MANUAL, re.MULTILINE)
    told = {verb: set(roles.split(", ")) for verbs, roles in rows for verb in re.findall(r"`(\w+)`", verbs)}
    everybody = {role.value.replace("_", " ") for role in ALLOWED}
    for verb in set(Verb) - {Verb.ATTEST, Verb.ADMINISTER}:
        holders = {role.value.replace("_", " ") for role, verbs in ALLOWED.items() if verb in verbs}
        assert (everybody if told[verb] == {"all"} else told[verb]) == holders
