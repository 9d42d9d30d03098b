"""The ground that this organisation may warn about: within its own bound of size, and not a slip of the pen."""

from __future__ import annotations

from shapely.geometry import MultiPolygon, Polygon

from vedette.access.policy import Actor
from vedette.people.models import Organisation
from vedette.people.queries import areas_for
from vedette.places.geometry import LARGEST_KM2, BadGeometry, refuse_too_large, shape_of
from vedette.places.suspicion import refuse_exchanged

#: The largest area a warning may cover unless the organisation says otherwise, in square kilometres: that of Spain.
USUAL_LARGEST_KM2 = 500_000


def largest_km2() -> float:
    """The most square kilometres that an area of this organisation may cover."""
    kept = Organisation.objects.values_list("largest_area_km2", flat=True).first()
    return float(min(kept or USUAL_LARGEST_KM2, LARGEST_KM2))


def ground_of(actor: Actor, geometry: object) -> Polygon | MultiPolygon:
    """The area of a GeoJSON geometry, held against the organisation's bound and its saved areas. Raises BadGeometry."""
    area = shape_of(geometry)
    refuse_strange(actor, area)
    return area


def refuse_strange(actor: Actor, area: Polygon | MultiPolygon) -> None:
    """Raise BadGeometry when a sound area is too large for this organisation, or looks like a slip."""
    try:
        refuse_too_large(area, largest_km2())
    except BadGeometry as error:
        raise BadGeometry(f"{error}, which an administrator can raise in the settings of the organisation") from error
    refuse_exchanged(area, [shape_of(saved.geometry) for saved in areas_for(actor)])
