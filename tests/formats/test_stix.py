"""STIX as we write it, held against stix2-validator and read back; and as others write it, hostile or only odd."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stix2validator import ValidationOptions, validate_instance

from tests.formats.stix_worlds import World, worlds
from vedette.formats.stix import (
    EXTENSIONS,
    MARKING,
    BadStix,
    bundle_of,
    in_plain_words,
    maker,
    marking_definition,
    read_stix,
    shared_of,
    title_of,
)
from vedette.formats.stix.extensions import ASSESSMENT
from vedette.formats.stix.records import SharedClaim

OPTIONS = ValidationOptions(version="2.1")
AUTHOR = "identity--f431f809-377b-45e0-aa1c-6a4751cae5ff"


def errors_of(one: dict[str, Any]) -> list[str]:
    """What stix2-validator has against an object."""
    result = validate_instance(one, OPTIONS)
    return [str(error) for error in result.errors or ()]


def bundle(*objects: dict[str, Any], **more: Any) -> bytes:
    whole = {"type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": list(objects), **more}
    return json.dumps(whole).encode()


def identity(number: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--f431f809-377b-45e0-aa1c-6a4751cae5{number:02x}",
        "created": "2025-01-01T00:00:00.000Z",
        "modified": "2025-01-01T00:00:00.000Z",
        "name": "Somebody",
        "identity_class": "organization",
        **more,
    }


# Ours


@given(worlds())
def test_what_is_written_and_read_again_is_what_was_held(world: World) -> None:
    read = read_stix(bundle_of(world.objects()))
    assert read.findings == ()
    found = [shared for one in read.objects[1:] if (shared := shared_of(one)) is not None]
    assert found == list(world.records)
    assert read.exercise is world.records[0].exercise
    assert read.marks.labels == (world.records[0].label,) and not read.marks.unknown


@given(worlds())
@settings(max_examples=25)
def test_stix2_validator_passes_every_world(world: World) -> None:
    for one in [*world.objects(), json.loads(bundle_of(world.objects()))]:
        assert errors_of(one) == [], one


def test_stix2_validator_passes_the_extensions_and_marks_that_are_announced() -> None:
    for one in (maker(), *(extension.definition() for extension in EXTENSIONS), *map(marking_definition, MARKING)):
        assert errors_of(one) == [], one


@given(worlds())
def test_likelihood_is_never_told_as_confidence(world: World) -> None:
    (threat,) = [one for one in world.objects() if ASSESSMENT.id in one.get("extensions", {})]
    assert "confidence" not in threat
    assert threat["extensions"][ASSESSMENT.id]["likelihood_scale"] == "ICD 203"


@given(worlds())
def test_a_claims_confidence_is_its_credibility_and_what_cannot_be_judged_has_none(world: World) -> None:
    written = {one["id"]: one for one in world.objects()}
    for record in world.records:
        if not isinstance(record, SharedClaim):
            continue
        one, grades = written[record.id], record.credibility
        expected = {"1": 90, "2": 70, "3": 50, "4": 30, "5": 10}[grades[0].value] if grades else None
        assert one.get("confidence") == expected


@given(worlds())
def test_every_text_of_an_exercise_begins_and_ends_with_exercise(world: World) -> None:
    for one in world.objects()[1:]:
        for told in (one.get(name) for name in ("name", "description", "content")):
            if told is not None and world.records[0].exercise:
                assert told.startswith("EXERCISE") and told.endswith("(EXERCISE)")


@given(worlds())
def test_the_same_world_is_the_same_bytes(world: World) -> None:
    assert bundle_of(world.objects()) == bundle_of(world.objects())


@given(worlds())
def test_a_world_is_told_in_plain_words_with_likelihood_and_confidence_apart(world: World) -> None:
    stix = read_stix(bundle_of(world.objects()))
    told = in_plain_words(stix)
    assert title_of(stix)
    for sentence in told.splitlines():
        assert not ("Likelihood:" in sentence and "Confidence" in sentence)
    assert "Likelihood: likely (" in told


# Others'


@pytest.mark.parametrize(
    ("marking", "label"),
    [
        ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "TLP:CLEAR"),
        ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "TLP:AMBER"),
        ("marking-definition--826578e1-40ad-459f-bc73-ede076f81f37", "TLP:AMBER+STRICT"),
        ("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "TLP:RED"),
    ],
)
def test_marks_of_every_dialect_are_known(marking: str, label: str) -> None:
    assert read_stix(bundle(identity(object_marking_refs=[marking]))).marks.labels == (label,)


def test_opencti_spells_amber_strict_its_own_way() -> None:
    own = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": "marking-definition--11111111-2222-4333-8444-555555555555",
        "created": "2022-10-01T00:00:00.000Z",
        "definition_type": "TLP",
        "name": "TLP:AMBER+STRICT",
        "x_opencti_definition": "TLP:AMBER+STRICT",
    }
    marks = read_stix(bundle(own, identity(object_marking_refs=[own["id"]]))).marks
    assert (marks.labels, marks.unknown) == (("TLP:AMBER+STRICT",), ())


def test_a_marking_that_nobody_knows_is_named_and_a_statement_is_not() -> None:
    nobody = "marking-definition--11111111-2222-4333-8444-555555555555"
    statement = {
        "type": "marking-definition",
        "id": "marking-definition--fa42a846-8d90-4e51-bc29-71d5b4802168",
        "created": "2017-06-01T00:00:00.000Z",
        "definition_type": "statement",
        "definition": {"statement": "Copyright"},
    }
    told = read_stix(bundle(statement, identity(object_marking_refs=[statement["id"], nobody]))).marks
    assert (told.labels, told.unknown) == ((), (nobody,))
    part = identity(granular_markings=[{"marking_ref": nobody, "selectors": ["name"]}])
    assert read_stix(bundle(part)).marks.unknown == (nobody,)


def test_properties_that_nobody_knows_are_kept() -> None:
    (one,) = read_stix(bundle(identity(x_opencti_score=80, x_misp_category="Other"))).objects
    assert one["x_opencti_score"] == 80 and one["x_misp_category"] == "Other"


def test_stix_2_0_is_read_and_its_differences_named() -> None:
    old = identity()
    del old["spec_version"], old["identity_class"]
    found = read_stix(bundle(old, spec_version="2.0"))
    assert found.spec == "2.0"
    assert found.findings == (f"{old['id']}: it has no identity_class",)


def test_an_object_twice_is_one_and_two_versions_of_it_are_two() -> None:
    later = identity(modified="2025-02-01T00:00:00.000Z", name="Somebody else")
    assert len(read_stix(bundle(identity(), identity(), later)).objects) == 2
    altered = read_stix(bundle(identity(), identity(name="Another")))
    assert [one["name"] for one in altered.objects] == ["Somebody"]
    assert "the first is kept" in altered.findings[0]


def test_circles_of_references_end() -> None:
    circle = {
        "type": "grouping",
        "spec_version": "2.1",
        "id": "grouping--11111111-2222-4333-8444-555555555555",
        "created": "2025-01-01T00:00:00.000Z",
        "modified": "2025-01-01T00:00:00.000Z",
        "context": "suspicious-activity",
        "object_refs": ["grouping--11111111-2222-4333-8444-555555555555"],
        "created_by_ref": "grouping--11111111-2222-4333-8444-555555555555",
    }
    assert "Grouping" in in_plain_words(read_stix(bundle(circle)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<STIX/>", "not JSON"),
        (b"\xff{}", "not UTF-8"),
        (b" " * (17 * 1024 * 1024), "the most read"),
        (b"[" * 100_000, "nested"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "nested more than 64 deep"),
        (b'{"type":"bundle","type":"x"}', "'type' is given twice"),
        (b'{"type":"bundle","objects":[NaN]}', "NaN"),
        (b'{"type":"bundle","objects":[1e999]}', "too large a number"),
        (b'"text"', "neither a bundle"),
        (b"[]", "no objects"),
        (b"{}", "no type"),
        (b'{"id":"bundle--1","objects":[]}', "no type"),
        (b'{"type":"bundle","objects":{}}', "objects is no list"),
        (b'{"type":"bundle","objects":[1]}', "objects[0] is no object"),
        (b'{"type":"bundle","spec_version":"1.2","objects":[{}]}', "2.0 and 2.1 are read"),
        (b'{"type":"bundle","objects":[{"id":"identity--1"}]}', "objects[0] has no type"),
        (b'{"type":"bundle","objects":[{"type":"identity"}]}', "objects[0] has no id"),
        (b'{"type":"bundle","objects":[{"type":"identity","id":"tool--x"}]}', "is no id of a identity"),
        (b'{"type":"bundle","objects":[' + b",".join([b"{}"] * 20_001) + b"]}", "20,001 objects"),
        (b'{"type":"identity","id":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff","name":"\\ud800"}', "half a char"),
    ],
)
def test_what_is_hostile_is_refused_in_one_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(BadStix) as refused:
        read_stix(data)
    assert reason in str(refused.value) and "\n" not in str(refused.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["name", "created", "modified", "object_refs", "object_marking_refs", "granular_markings", "labels"]
FIELDS += ["extensions", "external_references", "description", "spec_version", "revoked", "published", "definition"]


@given(
    st.sampled_from(["identity", "report", "marking-definition", "relationship", "sighting", "note", "location"]),
    st.dictionaries(st.sampled_from(FIELDS), json_values),
)
def test_properties_of_any_type_are_read_or_refused_and_never_break(kind: str, given_fields: dict[str, Any]) -> None:
    one = {**given_fields, "type": kind, "id": f"{kind}--f431f809-377b-45e0-aa1c-6a4751cae5ff"}
    try:
        stix = read_stix(json.dumps({"type": "bundle", "objects": [one]}).encode())
    except BadStix:
        return
    assert in_plain_words(stix) and title_of(stix)
