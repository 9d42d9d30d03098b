"""CAP against messages that real issuers sent, with the published schemas as the oracle."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import pytest
from lxml import etree

from tests.formats.corpus import Sample, cap_samples, corpus
from vedette.formats.cap import BadCap, check_cap, parse_cap, read_cap, write_cap

SCHEMAS = {"1.2": "CAP-v1.2.xsd", "1.1": "xsd/willglynn-cap11.xsd", "1.0": "xsd/willglynn-cap10.xsd"}

#: Why a message that the schema accepts is refused: each rule with how many of the corpus it hits.
STRICTER = {
    # The outline crosses itself or is empty: who is inside is not defined.
    "cap-polygon": 9,
    # An Update that does not say what it updates (a message spoilt on purpose).
    "cap-references-missing": 1,
    # "INVALID, " as an identifier (a message spoilt on purpose).
    "cap-identifier": 1,
    # scope Private without anyone named (made for a peer's tests).
    "cap-addresses": 1,
}


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    return cap_samples()


@pytest.fixture(scope="module")
def schema_accepts(samples: list[Sample]) -> dict[str, bool]:
    schemas = {version: etree.XMLSchema(etree.parse(corpus() / "cap" / path)) for version, path in SCHEMAS.items()}
    verdicts = {}
    for sample in samples:
        try:
            tree = etree.fromstring(sample.data, etree.XMLParser(no_network=True))
        except etree.XMLSyntaxError:
            verdicts[sample.name] = False
            continue
        schema = schemas.get((etree.QName(tree).namespace or "")[-3:])
        verdicts[sample.name] = schema is not None and schema.validate(tree)
    return verdicts


def test_no_message_that_the_schema_refuses_is_accepted_and_every_stricter_verdict_is_explained(
    samples, schema_accepts
):
    stricter: Counter[str] = Counter()
    for sample in samples:
        result = check_cap(sample.data)
        by_schema = [finding for finding in result.errors if finding.rule.startswith("schema-")]
        assert bool(by_schema) != schema_accepts[sample.name], f"{sample.name}: {by_schema}"
        if schema_accepts[sample.name]:
            stricter.update({finding.rule for finding in result.errors})
    assert stricter == STRICTER
    accepted = sum(schema_accepts.values())
    print(
        f"\n{len(samples)} messages: schema accepts {accepted}, refuses {len(samples) - accepted}; same verdict on all"
    )


def test_every_schema_valid_message_survives_parse_write_parse_unchanged(samples, schema_accepts):
    valid = [sample for sample in samples if schema_accepts[sample.name]]
    for sample in valid:
        first = parse_cap(sample.data)
        again = parse_cap(write_cap(first))
        infos = tuple(replace(i, certainty=i.certainty.removeprefix("Very ")) for i in first.infos)
        assert again == replace(first, version="1.2", infos=infos), sample.name
        assert first.received == sample.data
    assert len(valid) > 150


def test_what_is_written_is_accepted_by_the_published_schema(samples, schema_accepts):
    schema = etree.XMLSchema(etree.parse(corpus() / "cap" / SCHEMAS["1.2"]))
    for sample in samples:
        if schema_accepts[sample.name] and sample.version == "1.2":
            schema.assertValid(etree.fromstring(write_cap(parse_cap(sample.data))))


def test_every_real_message_that_the_schema_refuses_is_still_read_with_the_reason_named(samples, schema_accepts):
    unreadable = []
    for sample in samples:
        if schema_accepts[sample.name] or sample.kind not in ("real", "mutated-real"):
            continue
        try:
            reading = read_cap(sample.data)
        except BadCap as error:
            unreadable.append((sample.name.split("/")[1][:4], error.findings[0].rule))
            continue
        assert reading.findings
        assert all(finding.message and finding.rule.startswith("schema-") for finding in reading.findings)
    # 0060 is spoilt on purpose: an <alert> with nothing at all in it.
    assert unreadable == [("0060", "cap-identity")]


def test_no_message_that_the_ipaws_schema_refuses_passes_the_ipaws_rules(samples):
    schema = etree.XMLSchema(etree.parse(corpus() / "cap" / "xsd" / "capv1.2-ipaws-profile-v1.0-pr02.xsd"))
    refused = 0
    for sample in samples:
        if sample.version != "1.2" or schema.validate(etree.fromstring(sample.data, etree.XMLParser(recover=True))):
            continue
        refused += 1
        assert not check_cap(sample.data, ("cap12", "ipaws")).valid, sample.name
    assert refused > 80


def test_the_check_is_fast_beside_a_bare_parse(samples, schema_accepts):
    valid = [sample.data for sample in samples if schema_accepts[sample.name]]

    def rate(what) -> float:
        best = min(_seconds(what, valid) for _ in range(3))
        return len(valid) / best

    bare, checked = rate(etree.fromstring), rate(check_cap)
    print(f"\nlxml's bare parse {bare:,.0f} messages/s, check with all rules {checked:,.0f} messages/s")
    assert checked > bare / 60, "the check has become slow out of all proportion"


def _seconds(what, messages: list[bytes]) -> float:
    start = time.process_time()
    for message in messages:
        what(message)
    return time.process_time() - start
