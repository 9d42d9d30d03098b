"""What an analyst says of an incident or a threat, checked before it is stored."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from vedette.formats.parts import Line, Moment, Part, Prose
from vedette.places.geometry import BadGeometry, shape_of
from vedette.threats.models import Threat

Named = Annotated[Line, Field(min_length=1)]


class Happening(Part):
    """What happened, when and where; `precision_m` says how exactly the place is known."""

    title: Named
    summary: Prose = ""
    happened_from: Moment
    happened_to: Moment
    place: Named
    lat: Annotated[float | None, Field(ge=-90, le=90, allow_inf_nan=False)] = None
    lon: Annotated[float | None, Field(ge=-180, le=180, allow_inf_nan=False, validate_default=True)] = None
    precision_m: Annotated[float | None, Field(ge=0, le=1_000_000, allow_inf_nan=False)] = None

    @field_validator("happened_to")
    @classmethod
    def _in_order(cls, happened_to: Any, info: ValidationInfo) -> Any:
        if "happened_from" in info.data and happened_to < info.data["happened_from"]:
            raise ValueError("must not be earlier than happened_from")
        return happened_to

    @field_validator("lon")
    @classmethod
    def _with_lat(cls, lon: float | None, info: ValidationInfo) -> float | None:
        if "lat" in info.data and (lon is None) != (info.data["lat"] is None):
            raise ValueError("lat and lon are given together or not at all")
        return lon


class Judgement(Part):
    """What may happen: to whom, where, when; how likely, and apart from it how good the basis is."""

    title: Named
    intent: Prose = ""
    capability: Prose = ""
    opportunity: Prose = ""
    target_group: Named
    place: Named
    #: GeoJSON Polygon or MultiPolygon, lon/lat; None while not yet drawn.
    area: dict[str, Any] | None = None
    window_from: Moment
    window_to: Moment
    likelihood: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
    confidence: Threat.Confidence
    assumptions: Prose = ""
    would_change: Prose = ""

    @field_validator("area")
    @classmethod
    def _sound(cls, area: dict[str, Any] | None) -> dict[str, Any] | None:
        if area is not None:
            try:
                shape_of(area)
            except BadGeometry as error:
                raise ValueError(str(error)) from error
        return area

    @field_validator("window_to")
    @classmethod
    def _ends_after_it_begins(cls, window_to: Any, info: ValidationInfo) -> Any:
        if "window_from" in info.data and window_to <= info.data["window_from"]:
            raise ValueError("must be later than window_from")
        return window_to
