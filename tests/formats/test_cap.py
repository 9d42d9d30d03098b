"""CAP messages by the public surface: any legal message goes out and comes back; each rule has what breaks it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.formats.legal import alerts, moments, strange_alerts
from vedette.formats.cap import (
    Alert,
    AreaBlock,
    BadCap,
    Info,
    NamedValue,
    Reference,
    Resource,
    check_cap,
    circle_of,
    circle_text,
    parse_cap,
    polygon_of,
    polygon_text,
    read_cap,
    write_cap,
)
from vedette.formats.cap.datatypes import any_time, any_uri, decimal, integer, language
from vedette.formats.cap.text import BadText, list_of, list_text, references_of, references_text, time_of, time_text

SENT = datetime(2025, 12, 4, 8, 0, tzinfo=timezone(timedelta(hours=-8)))
SQUARE = "32.5,-117.1 32.5,-117.0 32.6,-117.0 32.6,-117.1 32.5,-117.1"

AREA = AreaBlock(description="Otay Mesa", polygons=(SQUARE,))
INFO = Info(
    language="en-US",
    categories=("Security",),
    event="shooting at patrols",
    urgency="Expected",
    severity="Extreme",
    certainty="Likely",
    expires=SENT + timedelta(hours=6),
    description="Shots are likely.",
    areas=(AREA,),
)
ALERT = Alert(
    identifier="vedette-1",
    sender="duty@example.org",
    sent=SENT,
    status="Exercise",
    msg_type="Alert",
    scope="Restricted",
    restriction="TLP:AMBER",
    note="Exercise",
    infos=(INFO,),
)


def rules_broken(alert: Alert, *profiles: str) -> set[str]:
    result = check_cap(write_cap(alert), profiles or ("cap12",))
    return {finding.rule for finding in result.errors + result.warnings}


def in_info(**changes) -> Alert:
    return replace(ALERT, infos=(replace(INFO, **changes),))


def in_area(**changes) -> Alert:
    return in_info(areas=(replace(AREA, **changes),))


# Any legal message ------------------------------------------------------------------------------------------------


@given(alerts)
def test_any_legal_message_is_written_valid_and_read_back_the_same(alert):
    data = write_cap(alert)
    assert check_cap(data).errors == ()
    first = parse_cap(data)
    assert first == alert
    assert first.received == data
    assert write_cap(first) == data


@given(strange_alerts)
def test_elements_that_cap_does_not_know_survive_being_read_and_written(alert):
    data = write_cap(alert)
    reading = read_cap(data)
    assert reading.alert == alert
    assert write_cap(reading.alert) == data


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_rubbish_gets_an_error_and_never_a_crash(data):
    result = check_cap(data)
    assert not result.valid
    assert result.errors[0].message
    with pytest.raises(BadCap):
        parse_cap(data)


@given(st.integers(0, 5000), st.binary(min_size=1, max_size=4))
def test_a_damaged_message_is_judged_without_a_crash(place, damage):
    data = write_cap(ALERT)
    place %= len(data)
    check_cap(data[:place] + damage + data[place + len(damage) :])


# Datatypes, with libxml2 as the oracle ------------------------------------------------------------------------------


def _oracle(datatype: str) -> etree.XMLSchema:
    return etree.XMLSchema(
        etree.fromstring(
            f'<schema xmlns="http://www.w3.org/2001/XMLSchema"><element name="v" type="{datatype}"/></schema>'
        )
    )


URIS, LANGUAGES, INTEGERS, DECIMALS, TIMES = map(_oracle, ("anyURI", "language", "integer", "decimal", "dateTime"))


def _accepts(schema: etree.XMLSchema, text: str) -> bool:
    element = etree.Element("v")
    element.text = text
    return schema.validate(element)


_uri_text = st.text("abzAZ019:/?#[]@!$&'()*+,;=-._~%{}|\\^`<>\" é", max_size=14) | st.from_regex(
    r"\A(https?://[a-z.@:0-9]{0,12}(/[a-z%2 ]{0,6})?(\?[a-z?/]{0,4})?(#[a-z#]{0,3})?)\Z"
)


@given(_uri_text)
def test_no_uri_that_the_schema_refuses_is_accepted(text):
    if any_uri(text) is None:
        assert _accepts(URIS, text)


@given(st.text("aBz019-. \n", max_size=12))
def test_no_language_or_number_that_the_schema_refuses_is_accepted(text):
    for check, schema in ((language, LANGUAGES), (integer, INTEGERS), (decimal, DECIMALS)):
        if check(text) is None:
            assert _accepts(schema, text), (check, text)


@given(
    st.from_regex(
        r"\A[ ]?[0-9]{4}-[0-3][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]"
        r"(\.[0-9]{1,3})?(Z|[-+,][01][0-9]:[0-6][0-9])?\Z"
    )
)
def test_no_time_that_the_schema_refuses_is_accepted(text):
    if any_time(text) is None:
        assert _accepts(TIMES, text)


# Hostile documents --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE alert SYSTEM "http://localhost:1/x.dtd"><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>',
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><alert>&b;</alert>',
        "<!DOCTYPE alert><alert/>".encode("utf-16"),
        b"<a>" * 5000,
        b"<a>" * 100 + b"</a>" * 100,
        b"<alert>" + b" " * (9 * 1024 * 1024) + b"</alert>",
        b"",
    ],
)
def test_a_hostile_document_is_refused_before_its_meaning_is_looked_at(data):
    result = check_cap(data)
    assert [finding.rule for finding in result.errors] == ["schema-xml"]
    with pytest.raises(BadCap):
        read_cap(data)


def test_a_polygon_of_93_000_points_is_checked_and_one_crossing_found():
    ring = [
        (40 + 5 * math.cos(2 * math.pi * k / 93_000), 10 + 5 * math.sin(2 * math.pi * k / 93_000))
        for k in range(93_000)
    ]
    assert check_cap(write_cap(in_area(polygons=(polygon_text(ring),)))).valid
    ring[500], ring[501] = ring[501], ring[500]
    (finding,) = check_cap(write_cap(in_area(polygons=(polygon_text(ring),)))).errors
    assert finding.rule == "cap-polygon" and "self-intersection" in finding.message


def test_a_line_far_down_is_told_right():
    data = write_cap(ALERT).replace(b"<urgency>Expected<", b"\n" * 100_000 + b"<urgency>Soon<")
    (finding,) = check_cap(data).errors
    assert b"Soon" in data.splitlines()[finding.line - 1]


def test_a_namespace_that_has_no_canonical_form_does_not_stop_the_reading():
    signature = b'<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"><x xmlns="relative"/></s:Signature>'
    data = write_cap(ALERT).replace(b"</alert>", signature + b"</alert>")
    assert check_cap(data).valid
    assert parse_cap(write_cap(parse_cap(data))) == parse_cap(data)


# The rules ----------------------------------------------------------------------------------------------------------


def test_the_plain_message_breaks_no_rule():
    assert rules_broken(ALERT) == set()


RULE_BREAKERS = {
    "cap-identifier": replace(ALERT, identifier="two words"),
    "cap-references-missing": replace(ALERT, msg_type="Update"),
    "cap-references": replace(ALERT, msg_type="Cancel", references="only,two"),
    "cap-references-later": replace(
        ALERT, msg_type="Update", references=references_text([Reference("a", "b", SENT + timedelta(days=1))])
    ),
    "cap-restriction": replace(ALERT, restriction=None),
    "cap-restriction-unused": replace(ALERT, scope="Public"),
    "cap-addresses": replace(ALERT, scope="Private", restriction=None),
    "cap-note": replace(ALERT, note=None),
    "cap-info-missing": replace(ALERT, infos=()),
    "cap-expires-missing": in_info(expires=None),
    "cap-expires": in_info(expires=SENT),
    "cap-language": replace(
        ALERT, infos=tuple(replace(INFO, description="The very same words here.", language=tag) for tag in ("en", "es"))
    ),
    "cap-infos-differ": replace(ALERT, infos=(INFO, replace(INFO, categories=("Met",)))),
    "cap-empty": in_info(headline=" "),
    "cap-headline": in_info(headline="x" * 161),
    "cap-markup": in_info(description="<b>Run</b>"),
    "cap-web": in_info(web="example.org/page"),
    "cap-resource": in_info(resources=(Resource(description="map", mime_type="map", uri="https://example.org"),)),
    "cap-resource-incomplete": in_info(resources=(Resource(description="map", mime_type="image/png", uri="map.png"),)),
    "cap-area-missing": in_info(areas=()),
    "cap-polygon": in_area(polygons=("32.5,-117.1 32.6,-117.0 32.5,-117.0 32.6,-117.1 32.5,-117.1",)),
    "cap-circle": in_area(circles=("32.5 -117.1 5",)),
    "cap-circle-zero": in_area(circles=("32.5,-117.1 0",)),
    "cap-geocode": in_area(geocodes=(NamedValue("SAME", ""),)),
    "cap-ceiling": in_area(ceiling=Decimal(5)),
    "cap-utc": None,
}


@pytest.mark.parametrize("rule", RULE_BREAKERS)
def test_each_rule_finds_what_breaks_it(rule):
    alert = RULE_BREAKERS[rule]
    if alert is not None:
        assert rule in rules_broken(alert)
        return
    data = write_cap(replace(ALERT, sent=SENT.astimezone(UTC))).replace(b"-00:00", b"+00:00")
    assert [finding.rule for finding in check_cap(data).warnings] == ["cap-utc"]


def test_the_ipaws_profile_names_what_a_public_alert_lacks_and_passes_one_that_lacks_nothing():
    assert {"ipaws-code", "ipaws-event-code", "ipaws-geocode", "ipaws-eas-org", "ipaws-text"} <= rules_broken(
        ALERT, "ipaws"
    )
    full = replace(
        in_info(
            event_codes=(NamedValue("SAME", "CEM"),),
            instruction="Stay inside.",
            parameters=(NamedValue("EAS-ORG", "CIV"), NamedValue("CMAMtext", "Stay inside.")),
            areas=(replace(AREA, geocodes=(NamedValue("SAME", "006073"),)),),
        ),
        codes=("IPAWSv1.0",),
    )
    assert rules_broken(full, "ipaws") == set()
    with pytest.raises(ValueError, match="not a profile"):
        check_cap(b"", ("nonsense",))


def test_a_finding_names_rule_path_line_and_reason():
    data = write_cap(ALERT).replace(b"<urgency>Expected<", b"<urgency>Soon<")
    (finding,) = check_cap(data).errors
    assert (finding.rule, finding.path) == ("schema-value", "alert/info[1]/urgency")
    assert b"Soon" in data.splitlines()[finding.line - 1]
    assert "Immediate, Expected" in finding.message


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (b"<status>Exercise</status>", b"", "schema-missing"),
        (b"<status>Exercise</status>", b"<status>Exercise</status><status>Exercise</status>", "schema-repeated"),
        (b"<status>Exercise</status>", b"<status> Exercise</status>", "schema-value"),
        (b"<status>", b'<status kind="x">', "schema-attribute"),
        (b"<note>Exercise", b"<note><b/>Exercise", "schema-content"),
        (b"</alert>", b"<source>x</source></alert>", "schema-order"),
        (b"</alert>", b"<colour>red</colour></alert>", "schema-element"),
        (b"</alert>", b"stray</alert>", "schema-text"),
        (b"T08:00:00-08:00", b"T16:00:00Z", "schema-value"),
        (b"cap:1.2", b"cap:9.9", "schema-root"),
    ],
)
def test_what_the_schema_refuses_is_refused_with_its_rule_and_still_read_leniently_where_it_can_be(before, after, rule):
    data = write_cap(ALERT).replace(before, after, 1)
    assert rule in {finding.rule for finding in check_cap(data).errors}
    if rule not in ("schema-missing", "schema-root"):
        assert read_cap(b"\n" + data).alert.identifier == "vedette-1"


# Notations ----------------------------------------------------------------------------------------------------------


def test_utc_is_written_as_minus_zero_and_never_as_z():
    assert time_text(datetime(2025, 12, 4, 16, tzinfo=UTC)) == "2025-12-04T16:00:00-00:00"
    assert time_text(SENT) == "2025-12-04T08:00:00-08:00"
    assert time_of("2025-12-04T24:00:00-08:00") == datetime(2025, 12, 5, 8, tzinfo=UTC)
    with pytest.raises(BadText, match="never Z"):
        time_of("2025-12-04T16:00:00Z")


@given(moments)
def test_a_time_comes_back_with_its_offset(moment):
    again = time_of(time_text(moment))
    assert (again, again.utcoffset()) == (moment, moment.utcoffset())


def test_lists_quote_what_holds_spaces():
    assert list_text(["a", "two words"]) == 'a "two words"'
    assert list_of('a "two words"\n b') == ("a", "two words", "b")
    with pytest.raises(BadText, match="left open"):
        list_of('a "two words')


def test_references_may_break_lines():
    text = "a,b,2025-12-04T16:00:00-00:00\n  c,d,2025-12-04T16:00:00-00:00"
    assert [one.identifier for one in references_of(text)] == ["b", "d"]


def test_polygons_and_circles_read_what_they_write():
    assert polygon_of(polygon_text([(1, 2), (3, 4), (5, 0)])) == [(1, 2), (3, 4), (5, 0), (1, 2)]
    assert circle_of(circle_text(60.17, 24.94, 10)) == ((60.17, 24.94), 10)
    for bad in ("1,2 3,4 5,6", "1,2 3,4 5,6 7,8", "95,0 1,1 2,2 95,0", "1 2 3 4", "nan,1 1,1 2,2 nan,1"):
        with pytest.raises(BadText):
            polygon_of(bad)
