"""`vedette lint`, as it is called."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import typer
from typer.testing import CliRunner

from tests.warnings.good import GOOD, SENT
from tests.warnings.translated import SPANISH, TWO_TONGUES
from vedette.access.handling import Realm
from vedette.cli.lint import lint
from vedette.formats.cap import write_cap
from vedette.warnings.cap import to_cap
from vedette.warnings.content import MessageType

APP = typer.Typer()
APP.command()(lint)
RUN = CliRunner()
CAP = to_cap(
    GOOD, identifier="w-1", sender="duty@example.org", sent=SENT, msg_type=MessageType.ALERT, realm=Realm.EXERCISE
)
DRAFT = GOOD.model_dump(mode="json")


def run(data: bytes, *args: str):
    return RUN.invoke(APP, ["-", *args], input=data)


@pytest.mark.parametrize("wrap", [lambda content: content, lambda content: {"content": content, "audience": {}}])
def test_a_good_draft_passes_alone_or_with_its_audience(wrap):
    result = run(json.dumps(wrap(DRAFT)).encode(), "--realm", "exercise", "--at", SENT.isoformat(), "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["ok"], told["findings"]) == (True, [])
    assert [(one["channel"], one["over"]) for one in told["budgets"]] == [
        ("short", False), ("sms", False), ("push", False), ("mesh", False),
    ]  # fmt: skip


def test_what_a_message_takes_of_each_channel_is_told_with_the_character_that_makes_it_dear():
    area = {**DRAFT["area"], "description": "Fence line from Cañon de la Façade to Otay Mesa"}
    result = run(json.dumps({**DRAFT, "area": area}).encode(), "--realm", "exercise", "--at", SENT.isoformat())
    line = next(line for line in result.stdout.splitlines() if "SMS:" in line)
    assert line.startswith("over SMS: 5 of 3 segments") and "“ç” is not in GSM-7" in line and "70 characters" in line


def test_a_finding_brings_the_words_to_put_there_in_the_receivers_zone():
    data = json.dumps({**DRAFT, "description": "Shots are likely (60%) in the next few days."}).encode()
    args = ("--realm", "exercise", "--at", SENT.isoformat(), "--json", "--zone", "America/Los_Angeles")
    finding = json.loads(run(data, *args).stdout)["findings"][0]
    assert (finding["rule"], finding["put"]) == ("L07", "until Sunday 7 December 2025, 06:00 PST")


def test_a_zone_that_is_none_is_named():
    result = run(json.dumps(DRAFT).encode(), "--zone", "Mars/Base")
    assert result.exit_code == 2
    assert "--zone" in result.stderr


def test_a_bad_draft_exits_1_with_rule_place_and_fix():
    data = json.dumps({**DRAFT, "instruction": "Remain vigilant."}).encode()
    result = run(data, "--realm", "exercise", "--at", SENT.isoformat(), "--json")
    assert result.exit_code == 1
    finding = json.loads(result.stdout)["findings"][0]
    assert set(finding) == {"rule", "level", "field", "start", "end", "message", "fix", "source", "put"}
    assert (finding["rule"], finding["level"], finding["field"]) == ("L06", "error", "instruction")
    assert "L06" in run(data, "--at", SENT.isoformat()).stdout


def test_a_cap_message_is_judged_as_of_when_it_was_sent_and_by_its_own_marks():
    assert run(write_cap(CAP)).exit_code == 0
    unmarked = replace(CAP, infos=(replace(CAP.infos[0], headline=GOOD.headline),))
    result = run(write_cap(unmarked))
    assert result.exit_code == 1 and "L14" in result.stdout


def test_a_cap_message_that_is_not_yet_a_warning_is_a_finding():
    result = run(write_cap(replace(CAP, infos=(replace(CAP.infos[0], expires=None),))))
    assert result.exit_code == 1 and "until when" in result.stdout


@pytest.mark.parametrize(
    ("data", "args"),
    [
        (b"neither", ()),
        (b"<html/>", ()),
        (b"[" * 100_000, ()),
        (json.dumps({**DRAFT, "colour": "red"}).encode(), ()),
        (json.dumps(DRAFT).encode(), ("--at", "soon")),
        (write_cap(replace(CAP, msg_type="Ack")), ()),
    ],
)
def test_bad_input_is_one_line_and_exit_2(data, args):
    result = run(data, *args)
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_draft_and_a_cap_message_in_two_languages_are_held_against_each_other():
    other = SPANISH.model_copy(update={"next_update": "viernes 5 de diciembre de 2025, 09:00 PST"})
    content = GOOD.model_copy(update={"translations": (other,)})
    alert = to_cap(
        content, identifier="w-1", sender="d@example.org", sent=SENT, msg_type=MessageType.ALERT, realm=Realm.EXERCISE
    )
    for data, field in (
        (content.model_dump_json().encode(), "translations.0.next_update"),
        (write_cap(alert), "info[2].next_update"),
    ):
        result = run(data, "--realm", "exercise", "--at", SENT.isoformat(), "--zone", "America/Los_Angeles", "--json")
        told = [one for one in json.loads(result.stdout)["findings"] if one["rule"] == "L22"]
        assert [one["field"] for one in told] == [field, field]
        assert "Spanish" in told[0]["message"]
    clean = run(TWO_TONGUES.model_dump_json().encode(), "--realm", "exercise", "--at", SENT.isoformat(), "--json")
    assert clean.exit_code == 0 and "L22" not in clean.stdout
