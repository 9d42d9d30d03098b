"""EDXL-DE envelopes around CAP."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

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
SECOND = replace(ENVELOPE, version="2.0", expires=SENT + timedelta(hours=6))
SIGNED = replace(
    ALERT,
    foreign=(
        b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#"></SignedInfo></ds:Signature>',
    ),
)


@pytest.mark.parametrize("given", [ENVELOPE, SECOND, replace(SECOND, confidentiality="")], ids=["1.0", "2.0", "plain"])
def test_what_is_wrapped_comes_out_the_same_signature_and_all(given):
    data = wrap_cap(given, [write_cap(SIGNED), write_cap(ALERT)])
    envelope, messages = unwrap_cap(data)
    assert envelope == given
    assert [parse_cap(message) for message in messages] == [SIGNED, ALERT]


def test_the_envelope_is_valid_by_the_published_schema():
    schema = etree.XMLSchema(etree.parse(corpus() / "cap" / "xsd" / "edxlde-1_0.xsd"))
    schema.assertValid(etree.fromstring(wrap_cap(ENVELOPE, [write_cap(ALERT)])))


def test_real_envelopes_are_opened():
    data = (corpus() / "cap" / "feeds" / "002-cap-library__bushfire_valid.edxlde").read_bytes()
    _envelope, messages = unwrap_cap(data)
    assert len(messages) == 7
    assert all(check_cap(message).valid for message in messages)


def test_envelopes_of_2_0_are_read_as_others_write_them():
    """Names that begin with a capital, and coded values as members of a list: both are in use."""
    data = b"""<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:2.0"
        xmlns:ct="urn:oasis:names:tc:emergency:edxl:ct:1.0">
      <DistributionID>d-1</DistributionID><SenderID>duty@example.org</SenderID>
      <DateTimeSent>2025-12-04T08:00:00-08:00</DateTimeSent><DateTimeExpires>2025-12-04T14:00:00-08:00</DateTimeExpires>
      <DistributionStatus><StatusKindDefault><ct:ValueListURI>urn:x</ct:ValueListURI><ct:Value>Exercise</ct:Value>
      </StatusKindDefault></DistributionStatus>
      <DistributionKind><DistributionKindDefault><ct:Value>Report</ct:Value></DistributionKindDefault></DistributionKind>
      <Content><ContentObject><ContentXML><EmbeddedXMLContent>%s</EmbeddedXMLContent></ContentXML></ContentObject>
      </Content></EDXLDistribution>""" % write_cap(ALERT).split(b"?>", 1)[1]
    envelope, messages = unwrap_cap(data)
    assert envelope == replace(SECOND, confidentiality="")
    assert [parse_cap(message) for message in messages] == [ALERT]


def test_an_envelope_of_2_0_must_say_until_when():
    with pytest.raises(BadEnvelope, match="dateTimeExpires is needed"):
        wrap_cap(replace(SECOND, expires=None), [write_cap(ALERT)])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "Draft"}, "distributionStatus"),
        ({"kind": "Alert"}, "distributionType"),
        ({"sender_id": ""}, "senderID"),
        ({"confidentiality": ""}, "combinedConfidentiality"),
        ({"version": "3.0"}, "version"),
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
