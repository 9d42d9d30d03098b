"""STIX files that others wrote, imported: each becomes a report with its bytes, or is refused and changes nothing."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from tests.access.cast import make_actor
from tests.formats.corpus import stix_samples
from tests.formats.test_stix import bundle, identity
from vedette.access.handling import Tlp
from vedette.access.policy import Actor, Refused
from vedette.access.roles import Role
from vedette.exchange.models import SeenObject
from vedette.exchange.stix.take import take_stix
from vedette.formats.parts import BadInput
from vedette.reports.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst() -> Actor:
    return make_actor("analyst", Role.ANALYST)


def test_every_file_of_the_corpus_is_imported_with_its_bytes_or_refused_with_the_reason(analyst: Actor) -> None:
    came: Counter[str] = Counter()
    for number, sample in enumerate(stix_samples()):
        before = Report.objects.count()
        try:
            # Each from somebody else, so that what two files share is no repeat.
            taken = take_stix(analyst, sample.data, source="corpus", giver=f"file:{number}", handling=Tlp.GREEN)
        except BadInput as refused:
            came[f"refused: {refused.reason}"] += 1
            assert Report.objects.count() == before
            continue
        assert taken.report is not None, sample.name
        assert taken.report.sha256 == hashlib.sha256(sample.data).hexdigest()
        assert taken.new and not taken.known and not taken.altered
        came["imported, differences named" if taken.remarks else "imported"] += 1
        if any("is not known here" in remark for remark in taken.remarks):
            assert taken.report.handling == Tlp.RED
    print(f"\n{dict(came)}")
    assert came["refused: it has no type, so it is neither a bundle nor an object of STIX"] == 1
    assert sum(came.values()) == len(stix_samples())


def test_a_document_that_is_half_new_is_kept_whole_and_tells_which_half(analyst: Actor) -> None:
    take_stix(analyst, bundle(identity(1)), source="partner")
    both = take_stix(analyst, bundle(identity(1), identity(2)), source="partner")
    assert (both.known, both.new) == ((identity(1)["id"],), (identity(2)["id"],))
    assert SeenObject.objects.count() == 2
    again = take_stix(analyst, bundle(identity(2), identity(1)), source="partner")
    assert again.report is None and Report.objects.count() == 2


def test_what_one_gave_is_not_changed_or_hidden_by_what_another_gives(analyst: Actor) -> None:
    other = make_actor("other", Role.ANALYST)
    first = take_stix(analyst, bundle(identity(1)), source="one")
    second = take_stix(other, bundle(identity(1, name="Another name")), source="two")
    assert first.report is not None and second.report is not None and not second.altered
    assert "Somebody" in first.report.text and "Another name" in second.report.text


def test_whoever_may_not_report_imports_nothing() -> None:
    with pytest.raises(Refused):
        take_stix(make_actor("overseer", Role.OVERSEER), bundle(identity()), source="partner")
    assert not Report.objects.exists()
