"""EDXL-DE envelopes around CAP."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from tests.formats.corpus import corpus
from tests.formats.test_cap import ALERT, SENT
from vedette.formats.cap import check_cap, parse_cap, write_cap
from vedette.formats.edxl import BadEnvelope, Envelope, unwrap_cap, wrap_cap

ENVELOPE = Envelope(
    distribution_id="d-1",
    sender_id="duty@example.org",
    sent=SENT,
    status="Exercise",
    kind="Report",
    confidentiality="TLP:AMBER <!-- x",
)
SIGNED = replace(
    ALERT,
    foreign=(
        b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#"></SignedInfo></ds:Signature>',
    ),
)


def test_what_is_wrapped_comes_out_the_same_signature_and_all():
    data = wrap_cap(ENVELOPE, [write_cap(SIGNED), write_cap(ALERT)])
    envelope, messages = unwrap_cap(data)
    assert envelope == ENVELOPE
    assert [parse_cap(message) for message in messages] == [SIGNED, ALERT]


def test_the_envelope_is_valid_by_the_published_schema():
    schema = etree.XMLSchema(etree.parse(corpus() / "cap" / "xsd" / "edxlde-1_0.xsd"))
    schema.assertValid(etree.fromstring(wrap_cap(ENVELOPE, [write_cap(ALERT)])))


def test_real_envelopes_are_opened():
    data = (corpus() / "cap" / "feeds" / "002-cap-library__bushfire_valid.edxlde").read_bytes()
    _envelope, messages = unwrap_cap(data)
    assert len(messages) == 7
    assert all(check_cap(message).valid for message in messages)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "Draft"}, "distributionStatus"),
        ({"kind": "Alert"}, "distributionType"),
        ({"sender_id": ""}, "senderID"),
    ],
)
def test_an_envelope_outside_the_standard_is_not_written(change, reason):
    with pytest.raises(BadEnvelope, match=reason):
        wrap_cap(replace(ENVELOPE, **change), [write_cap(ALERT)])


def test_an_envelope_is_not_written_around_nothing_or_around_something_else():
    with pytest.raises(BadEnvelope, match="at least one"):
        wrap_cap(ENVELOPE, [])
    with pytest.raises(BadEnvelope, match="not a CAP alert"):
        wrap_cap(ENVELOPE, [b"<html/>"])


@pytest.mark.parametrize("data", [b"", b"<a/>", b"<!DOCTYPE a><EDXLDistribution/>", write_cap(ALERT)])
def test_what_is_not_an_envelope_is_refused(data):
    with pytest.raises(BadEnvelope):
        unwrap_cap(data)
