"""STIX that others wrote, read; the verdicts of stix2-validator are the oracle."""

from __future__ import annotations

from collections import Counter

from tests.formats.corpus import stix_samples
from vedette.formats.stix import BadStix, in_plain_words, read_stix, title_of

#: What the validator refuses and a reader of reports has no need to: patterns and payloads are kept, not understood.
NOT_JUDGED = ("Pattern failed to validate", "'payload_bin' must be base64")
#: Valid to the validator, and named here: times that are not precise to the millisecond, and one id with two contents.
NAMED_TOO = ("not precise to the millisecond", "the first is kept")


def test_every_file_is_read_or_refused_with_the_reason_as_its_manifest_says() -> None:
    told: Counter[tuple[str, str]] = Counter()
    refused: dict[str, str] = {}
    for sample in stix_samples():
        try:
            stix = read_stix(sample.data)
        except BadStix as error:
            told[sample.verdict, "refused"] += 1
            refused[sample.verdict] = str(error)
            continue
        assert in_plain_words(stix) and title_of(stix), sample.name
        told[sample.verdict, "named" if stix.findings else "clean"] += 1
        if sample.verdict == "invalid" and not stix.findings:
            assert any(reason in sample.reason for reason in NOT_JUDGED), (sample.name, sample.reason)
        if sample.verdict == "valid":
            assert all(any(known in one for known in NAMED_TOO) for one in stix.findings), (sample.name, stix.findings)
    print(f"\n{sum(told.values())} files: {dict(told)}")
    assert refused == {"validator-crash": "it has no type, so it is neither a bundle nor an object of STIX"}
    assert told["invalid", "named"] >= 27


def test_each_invalid_file_is_told_what_the_validator_found_first() -> None:
    said = {
        "is a required property": "it has no",
        "does not match the id format": "UUID",
        "must be later": "modified is earlier than created",
        "does not match the timestamp format": "precise to the millisecond",
        "external_references": "a CVE must have",
    }
    for sample in stix_samples():
        if sample.verdict != "invalid":
            continue
        for theirs, ours in said.items():
            if theirs in sample.reason and "spec_version" not in sample.reason and "'labels'" not in sample.reason:
                assert any(ours in one for one in read_stix(sample.data).findings), (sample.name, sample.reason)
