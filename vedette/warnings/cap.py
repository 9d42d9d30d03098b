"""A warning's content as a CAP message, and a CAP message as content. Nothing that the content says is lost on the way.

What CAP has no element for (impact, change, next update) is in the description for people and in parameters too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon, box

from vedette.access.handling import UNLABELLED, Realm, Tlp, parse_tlp
from vedette.formats.cap import (
    Alert,
    AreaBlock,
    Info,
    MsgType,
    NamedValue,
    Reference,
    Scope,
    Status,
    check_cap,
    circle_of,
    parse_cap,
    polygon_of,
    polygon_text,
    write_cap,
)
from vedette.formats.cap.text import BadText, references_text
from vedette.formats.parts import BadInput, parse
from vedette.places.geometry import BadGeometry, circle, geojson_of, joined, shape_of, shape_of_rings
from vedette.places.outline import checked_ring
from vedette.warnings.content import Content, MessageType, ResponseType
from vedette.warnings.marking import is_marked, marked, unmarked

IMPACT = "vedette:impact"
CHANGE = "vedette:change"
NEXT_UPDATE = "vedette:next-update"
#: The most pieces that an area with holes is cut into.
_MOST_PIECES = 1_000
_ROUNDING_DEGREES = 2e-6
#: What a CAP polygon's coordinates are written to.
_GRID_DEGREES = 1e-6


def to_cap(
    content: Content,
    *,
    identifier: str,
    sender: str,
    sent: datetime,
    msg_type: MessageType,
    realm: Realm,
    references: Sequence[tuple[str, str, datetime]] = (),
    note: str = "",
) -> Alert:
    """`content` as the CAP message that leaves the house, with one info block for each of its languages.

    `references` are (sender, identifier, sent) of every message of this warning issued before. Raises BadInput when an
    Update, Cancel or all-clear names none.
    """
    if msg_type is not MessageType.ALERT and not references:
        raise BadInput("references", f"a message of type {msg_type} must name the messages it is about")
    exercise = realm is Realm.EXERCISE
    polygons = polygons_of(shape_of(content.area.geometry))
    said = [content.in_language(language) for language in content.languages]
    return Alert(
        identifier=identifier,
        sender=sender,
        sent=sent,
        status=Status.EXERCISE if exercise else Status.ACTUAL,
        msg_type=MsgType.UPDATE if msg_type is MessageType.ALL_CLEAR else MsgType(msg_type.value),
        scope=Scope.PUBLIC if content.handling is Tlp.CLEAR else Scope.RESTRICTED,
        restriction=None if content.handling is Tlp.CLEAR else content.handling.value,
        codes=(content.handling.value,),
        note=note or (f"Exercise of {content.source}: {content.headline}" if exercise else None),
        references=references_text(Reference(*one) for one in references) if references else None,
        infos=tuple(_info(one, msg_type, realm, polygons) for one in said),
    )


def _info(content: Content, msg_type: MessageType, realm: Realm, polygons: tuple[str, ...]) -> Info:
    """The block of one language."""
    responses = [ResponseType.ALL_CLEAR] if msg_type is MessageType.ALL_CLEAR else content.response_types
    parameters = ((IMPACT, content.impact), (CHANGE, content.change), (NEXT_UPDATE, content.next_update))
    description = "\n\n".join(part for part in (content.change, content.description, content.impact) if part)
    return Info(
        language=content.language,
        categories=tuple(content.category),
        event=content.event,
        response_types=tuple(responses),
        urgency=content.urgency,
        severity=content.severity,
        certainty=content.certainty,
        audience=content.audience_note or None,
        onset=content.onset,
        expires=content.expires,
        sender_name=content.source,
        headline=marked(content.headline, realm),
        description=marked(description, realm, "\n"),
        instruction=marked(content.instruction, realm, "\n"),
        contact=content.contact or None,
        parameters=tuple(NamedValue(name, value) for name, value in parameters if value),
        areas=(AreaBlock(description=content.area.description, polygons=polygons),),
    )


def sealed(alert: Alert, content: Content) -> bytes:
    """`alert` as the bytes that leave the house, once they are shown to be valid and to say where, to the metre.

    Raises BadInput otherwise: what would go out with another area, or none, does not go out at all.
    """
    data = write_cap(alert)
    result = check_cap(data)
    if not result.valid:
        first = result.errors[0]
        field = "area.geometry" if "/area" in first.path else first.path.rpartition("/")[2]
        raise BadInput(field, f"the message would not be valid CAP: {first.message} ({first.rule})")
    if not _same_area(shape_of(content.area.geometry), shape_of(content_of(parse_cap(data)).area.geometry)):
        raise BadInput("area.geometry", "the area would not come out of the message as it was drawn; draw it simpler")
    return data


def _same_area(drawn: Polygon | MultiPolygon, written: Polygon | MultiPolygon) -> bool:
    """Alike but for the rounding of coordinates, which moves an outline by some decimetres."""
    outlines = shapely.length(drawn) + shapely.length(written)
    return bool(shapely.area(shapely.symmetric_difference(drawn, written)) <= outlines * _ROUNDING_DEGREES)


def polygons_of(area: Polygon | MultiPolygon) -> tuple[str, ...]:
    """`area` as CAP polygons, which have no holes: an area with holes is cut into pieces without, covering the same."""
    pending = list(area.geoms) if isinstance(area, MultiPolygon) else [area]
    pieces: list[Polygon] = []
    while pending:
        piece = pending.pop()
        if not piece.interiors:
            pieces.append(piece)
            continue
        if len(pending) + len(pieces) > _MOST_PIECES:
            raise BadInput(
                "area.geometry", f"the area has too many holes to cut into {_MOST_PIECES} pieces; draw it simpler"
            )
        west, south, east, north = piece.bounds
        cut = piece.interiors[0].centroid.x
        for half in (box(west, south, cut, north), box(cut, south, east, north)):
            # On the grid that is written: what is thinner than that would fold over itself there.
            parts = shapely.get_parts(shapely.set_precision(piece.intersection(half), _GRID_DEGREES))
            pending += [part for part in parts if isinstance(part, Polygon) and part.area > 0]
    pieces.sort(key=lambda piece: piece.bounds)
    return tuple(polygon_text([(lat, lon) for lon, lat, *_ in piece.exterior.coords]) for piece in pieces)


def realm_of(alert: Alert) -> Realm:
    """The realm of a message from anywhere: Exercise and Test are exercise, all else is taken for live."""
    return Realm.EXERCISE if alert.status in (Status.EXERCISE, Status.TEST) else Realm.LIVE


def message_type_of(alert: Alert) -> MessageType:
    """What a message does. Raises BadInput on Ack and Error, which tell people nothing."""
    if alert.msg_type == MsgType.UPDATE and any(ResponseType.ALL_CLEAR in info.response_types for info in alert.infos):
        return MessageType.ALL_CLEAR
    try:
        return MessageType(alert.msg_type)
    except ValueError:
        raise BadInput("msgType", f"a message of msgType {alert.msg_type} is not a warning") from None


def is_marked_throughout(alert: Alert) -> bool:
    """Whether every headline, description and instruction begins and ends with EXERCISE."""
    texts = [text for info in alert.infos for text in (info.headline, info.description, info.instruction) if text]
    return bool(texts) and all(is_marked(text) for text in texts)


def content_of(alert: Alert, block: int = 0) -> Content:
    """What info block number `block` of a CAP message says, the EXERCISE marks taken off.

    Raises BadInput, naming the CAP element, when it lacks what every warning needs: nothing is made up.
    """
    if block >= len(alert.infos):
        raise BadInput("info", f"the message has no info block number {block + 1}")
    info, path = alert.infos[block], f"info[{block + 1}]"
    own = unmarked if realm_of(alert) is Realm.EXERCISE else str.strip
    if info.expires is None:
        raise BadInput(f"{path}.expires", "the message does not say until when it holds")
    if not info.areas:
        raise BadInput(f"{path}.area", "the message does not say where")
    known = {pair.name: pair.value for pair in info.parameters}
    change, impact = known.get(CHANGE, ""), known.get(IMPACT, "")
    description = own(info.description or "")
    if change:
        description = description.removeprefix(change).strip()
    if impact:
        description = description.removesuffix(impact).strip()
    data = {
        "language": info.language or "en-US",
        "category": info.categories,
        "event": info.event,
        "headline": own(info.headline or info.event),
        "source": info.sender_name or alert.sender,
        "urgency": info.urgency,
        "severity": info.severity,
        "certainty": "Likely" if info.certainty == "Very Likely" else info.certainty,
        "response_types": info.response_types,
        "onset": info.onset,
        "expires": info.expires,
        "area": {
            "description": "; ".join(area.description.strip() for area in info.areas if area.description.strip()),
            "geometry": area_of(info.areas, path),
        },
        "audience_note": info.audience or "",
        "description": description,
        "impact": impact,
        "instruction": own(info.instruction or ""),
        "next_update": known.get(NEXT_UPDATE, ""),
        "contact": info.contact or "",
        "change": change,
        "handling": _handling(alert),
    }
    return parse(Content, data, under=path)


def area_of(areas: Sequence[AreaBlock], path: str = "info[1]") -> dict[str, object]:
    """The GeoJSON ground that area blocks draw, all of it together. Raises BadInput where it is not drawn soundly."""
    shapes: list[Polygon | MultiPolygon] = []
    for number, area in enumerate(areas, 1):
        try:
            shapes += [_outlined(polygon_of(text)) for text in area.polygons]
            for text in area.circles:
                (lat, lon), radius_km = circle_of(text)
                shapes.append(circle(lat, lon, radius_km * 1000))
        except (BadText, BadGeometry) as error:
            raise BadInput(f"{path}.area[{number}]", str(error)) from error
    if not shapes:
        raise BadInput(f"{path}.area", "the area is given in words or codes only; a polygon or circle is needed")
    return geojson_of(joined(shapes))


def _outlined(points: Sequence[tuple[float, float]]) -> Polygon | MultiPolygon:
    return shape_of_rings([[checked_ring(np.array([(lon, lat) for lat, lon in points]))]])


def _handling(alert: Alert) -> Tlp:
    for label in (*alert.codes, alert.restriction or ""):
        try:
            return parse_tlp(label)
        except ValueError:
            continue
    return Tlp.CLEAR if alert.scope == Scope.PUBLIC else UNLABELLED
