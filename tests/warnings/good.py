"""A warning as it should be: complete, plain, bounded in area and time. The lint passes it; other tests reuse it.

The case is invented and always an exercise; the geography is San Diego's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vedette.access.handling import Tlp
from vedette.warnings.content import Area, Certainty, Content, ResponseType, Severity, Urgency

#: When the good warning is issued: Thursday, 08:00 in San Diego.
SENT = datetime(2025, 12, 4, 16, 0, tzinfo=UTC)
#: When it ends: Sunday, 06:00 in San Diego.
EXPIRES = datetime(2025, 12, 7, 14, 0, tzinfo=UTC)

#: From Chula Vista's bayfront south to the fence and along it to Otay Mesa (GeoJSON, lon/lat).
FENCE_LINE: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [
        [
            [-117.105, 32.655],
            [-117.098, 32.538],
            [-116.865, 32.558],
            [-116.865, 32.605],
            [-116.95, 32.605],
            [-117.03, 32.655],
            [-117.105, 32.655],
        ]
    ],
}

GOOD = Content(
    event="shooting at patrols",
    headline="Shooting at patrols is likely along the fence line, Chula Vista to Otay Mesa",
    source="Example Border Service, duty officer of the San Diego sector",
    urgency=Urgency.EXPECTED,
    severity=Severity.EXTREME,
    certainty=Certainty.LIKELY,
    response_types=(ResponseType.PREPARE, ResponseType.AVOID),
    onset=SENT,
    expires=EXPIRES,
    area=Area(
        description="Fence line from Chula Vista to Otay Mesa, within 5 km north of the border", geometry=FENCE_LINE
    ),
    audience_note="Everyone of the San Diego sector, whatever the duty. Other sectors need not act.",
    description=(
        "Armed men are likely (about 60%) to shoot at marked vehicles from the south side of the fence. "
        "It may happen at any hour until Sunday 7 December 2025, 06:00 PST."
    ),
    impact="Gunfire can kill or wound you, in a vehicle or on foot.",
    instruction=(
        "Wear body armour outside buildings.\n"
        "Stay behind cover when you stop near the fence.\n"
        "Report any shot or armed person to the duty room at once."
    ),
    next_update="Friday 5 December 2025, 08:00 PST",
    contact="duty room, telephone +1 619 555 0100, radio channel 1",
    handling=Tlp.AMBER,
)
