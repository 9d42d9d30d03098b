"""Made-up worlds to share as STIX: sources, documents, claims, places, incidents and threats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from vedette.formats.stix import MARKING, Naming, organisation, stamp, stix_of
from vedette.formats.stix.records import (
    Shared,
    SharedActor,
    SharedClaim,
    SharedDocument,
    SharedGrade,
    SharedIncident,
    SharedInquiry,
    SharedLink,
    SharedPlace,
    SharedSource,
    SharedThreat,
)

NAMING = Naming(UUID("6f1c7d9e-4f2b-4f0e-9a53-0c9a8e1d2b3c"))
ORGANISATION = NAMING.id("identity", "organisation")
SQUARE = {"type": "Polygon", "coordinates": [[[-117.0, 32.5], [-116.9, 32.5], [-116.9, 32.6], [-117.0, 32.5]]]}

times = st.integers(0, 10**12).map(lambda ms: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))
#: Any text that a field may hold, but for what no text may hold.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
named = texts.map(lambda text: text.strip() or "x")


@dataclass(frozen=True)
class World:
    """Everything that one organisation shares."""

    records: tuple[Shared, ...]

    def objects(self) -> list[dict[str, Any]]:
        """As STIX, with the organisation itself."""
        own = organisation(ORGANISATION, "Example Border Service", stamp(datetime(2020, 1, 1, tzinfo=UTC)))
        return [own, *(one for record in self.records for one in stix_of(record, ORGANISATION))]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world in one realm, of one handling."""
    exercise, label = draw(st.booleans()), draw(st.sampled_from(list(MARKING)))

    def common(kind: str, key: str, *, revoked: bool = False) -> dict[str, Any]:
        created = draw(times)
        later = created + timedelta(milliseconds=draw(st.integers(0, 10**9)))
        return {
            "id": NAMING.id(kind, key),
            "created": created,
            "modified": later,
            "label": label,
            "exercise": exercise,
            "revoked": revoked,
        }

    def grades(values: str) -> tuple[SharedGrade, ...]:
        grade = st.builds(SharedGrade, st.sampled_from(values), times)
        return tuple(draw(st.lists(grade, max_size=3)))

    source = SharedSource(
        **common("identity", "source:1"), name=draw(named), descriptor=draw(texts), reliability=grades("ABCDE")
    )
    document = SharedDocument(
        **common("report", "report:1"),
        title=draw(named),
        sha256=draw(st.binary(min_size=32, max_size=32)).hex(),
        media_type="text/plain",
        received=draw(times),
    )
    link = SharedLink(**common("relationship", "report:1 source:1"), document_ref=document.id, source_ref=source.id)
    claims = [
        SharedClaim(
            **common("note", f"claim:{number}", revoked=draw(st.booleans())),
            document_ref=document.id,
            quote=draw(named),
            start=number,
            end=number + 1,
            certainty="probable",
            polarity="affirmed",
            modality="future",
            attribution=tuple(draw(st.lists(st.tuples(named, st.just("document")), max_size=2))),
            credibility=grades("12345"),
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    actor = SharedActor(**common("threat-actor", "actor:1"), name=draw(named), descriptor=draw(texts))
    place = SharedPlace(
        **common("location", "threat:1"),
        name=draw(named),
        lat=draw(st.floats(-90, 90)),
        lon=draw(st.floats(-180, 180)),
        precision_m=draw(st.none() | st.floats(0, 1e6)),
        area=draw(st.sampled_from([None, SQUARE])),
    )
    inquiry = st.builds(SharedInquiry, named, st.sampled_from(["open", "closed"]), texts)
    incident = SharedIncident(
        **common("incident", "incident:1"),
        title=draw(named),
        summary=draw(texts),
        happened_from=draw(times),
        happened_to=draw(times),
        place=draw(named),
        place_ref=draw(st.sampled_from([None, place.id])),
        account_refs=(claims[0].id,),
        inquiries=tuple(draw(st.lists(inquiry, max_size=2))),
    )
    threat = SharedThreat(
        **common("report", "threat:1", revoked=draw(st.booleans())),
        title=draw(named),
        assessed=draw(times),
        likelihood=draw(st.integers(1, 99)) / 100,
        likelihood_word="likely",
        basis=draw(st.sampled_from(["low", "moderate", "high"])),
        window_from=draw(times),
        window_to=draw(times),
        target_group=draw(named),
        place=draw(named),
        intent=draw(texts),
        assumptions=draw(texts),
        actor_ref=draw(st.sampled_from([None, actor.id])),
        trigger_ref=draw(st.sampled_from([None, incident.id])),
        place_ref=place.id,
        for_refs=(claims[0].id,),
        against_refs=tuple(claim.id for claim in claims[1:]),
    )
    return World((source, document, link, *claims, actor, place, incident, threat))
