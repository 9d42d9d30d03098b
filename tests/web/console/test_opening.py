"""What the ledger's entries commit to is opened only to those who may see what they are about."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from tests.web.console.house import House, text_of
from vedette.access.actions import issue_token
from vedette.access.handling import Tlp
from vedette.access.models import User
from vedette.access.roles import Verb
from vedette.ledger.models import Entry
from vedette.people.named_audiences import keep_audience
from vedette.warnings.own_templates import keep_template
from vedette.warnings.types.catalogue import shipped
from vedette.web.opening import OF_RECORDS, OF_THE_LEDGER, may_open

CODE = Path(__file__).resolve().parents[3] / "vedette"
#: Helpers that put a change into the ledger are called by one of these names.
_WRITING = re.compile(r"_?(append|change|log|grade)(_.*)?", re.IGNORECASE)


def subject_words() -> Iterator[tuple[str, str]]:
    """The first word of every subject that the code enters, and where it does."""
    for path in sorted(CODE.rglob("*.py")):
        text = path.read_text()
        if "bench" in path.parts or not re.search(r"import .*\b(append|append_many|Change|log)\b", text):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and _WRITING.fullmatch(_name(node.func)):
                named = [one.value for one in node.keywords if one.arg == "subject"]
                words = [*chain(*map(_told, node.args)), *chain(*map(_words, named))]
            elif isinstance(node, ast.Assign) and "subject" in map(_name, node.targets):
                words = list(_words(node.value))
            else:
                continue
            for word in words:
                yield word, f"{path.relative_to(CODE)}:{node.lineno}"


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _told(node: ast.AST) -> Iterator[str]:
    """Of `f"person:{pk}"` or "person:1" person; of other words nothing."""
    if isinstance(node, ast.JoinedStr):
        node = node.values[0]
    if isinstance(node, ast.Constant) and (found := re.fullmatch(r"([a-z_]+):\d*", str(node.value))):
        yield found[1]


def _words(node: ast.AST) -> Iterator[str]:
    """The same of what is sure to be a subject: of a bare "receipts" itself, and either branch of a choice."""
    yield from _told(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
        yield node.value
    if isinstance(node, ast.IfExp | ast.Call):
        for inner in ast.iter_child_nodes(node):
            yield from _words(inner)


def test_every_subject_that_the_code_enters_is_known_to_the_ledger_s_readers() -> None:
    entered = dict(subject_words())
    known = OF_RECORDS.keys() | OF_THE_LEDGER
    assert {word: where for word, where in entered.items() if word not in known} == {}
    assert known - entered.keys() == set()
    assert not OF_RECORDS.keys() & OF_THE_LEDGER


@pytest.mark.parametrize("subject", ["secret:1", "secret", "template:x", "template:", "", "warning"])
def test_a_subject_that_nobody_knows_is_opened_to_nobody(house: House, subject: str) -> None:
    assert not may_open(house.actor("overseer"), subject)


def test_templates_and_audiences_are_opened_only_to_overseers_cleared_for_them(house: House) -> None:
    words = {**next(iter(shipped().values())).model_dump(mode="json", exclude={"title"}), "description": "ZEBRA words"}
    template = keep_template(replace(house.actor("admin"), clearance=Tlp.RED), "Ours", words, handling=Tlp.RED)
    audience = keep_audience(house.actor("officer"), "Night riders", {"terms": [{"link": "unit", "units": ["unit-x"]}]})
    for clearance, opened in ((Tlp.RED, True), (Tlp.GREEN, False)):
        User.objects.filter(pk=house.users["overseer"].pk).update(clearance=clearance.value)
        house.users["overseer"].refresh_from_db()
        actor, browser = house.actor("overseer"), house.browser("overseer")
        assert ("ZEBRA words" in text_of(browser.get("/ledger/?kind=template"))) is opened
        assert may_open(actor, f"audience:{audience.pk}") is opened
        bearer = {"Authorization": f"Bearer {issue_token(actor, clearance.name, [Verb.SEE, Verb.SEE_LEDGER])}"}
        seq = Entry.objects.get(subject=f"template:{template.pk}").seq
        proof = browser.get(f"/api/v1/ledger/entries/{seq}/proof", headers=bearer)
        assert proof.status_code == (200 if opened else 404)
