"""The example's warning in Spanish, for those of its people who read that: the same facts, always an exercise."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vedette.demo.world import ZONE
from vedette.warnings.words import words_for


def with_alert(content: dict[str, Any]) -> dict[str, Any]:
    """The first message, as `texts.alert` has it, told in Spanish too."""
    expires = datetime.fromisoformat(content["expires"])
    return {**content, "translations": [_alert(expires)]}


def with_update(content: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The update, as `texts.update` has it, told in Spanish too."""
    first = _alert(datetime.fromisoformat(content["expires"]))
    told = {
        **first,
        "change": "Nuevo: vigilantes armados vistos al oeste de Otay Mesa.",
        "headline": "Son probables disparos contra patrullas junto a la valla, sobre todo cerca de Otay Mesa",
        "description": first["description"].replace(
            "Hay casi tantas probabilidades a favor como en contra (cerca del 50 %) de un ataque",
            "Es probable un ataque (cerca del 65 %)",
        ),
        "instruction": first["instruction"].replace(
            "Pare junto a la valla solo con un segundo vehículo.",
            "Quédese a cubierto al oeste de Otay Mesa; nunca pare a solas.",
        ),
        "next_update": said(_hour(now + timedelta(hours=12))),
    }
    return {**content, "translations": [told]}


def said(moment: datetime) -> str:
    """A time as readers of Spanish know it: "domingo 7 de diciembre de 2025, 06:00 PST"."""
    here, words = moment.astimezone(ZoneInfo(ZONE)), words_for("es")
    day, month = words.days[here.weekday()], words.months[here.month - 1]
    return f"{day} {here.day} de {month} de {here.year}, {here:%H:%M %Z}"


def _alert(expires: datetime) -> dict[str, Any]:
    return {
        "language": "es",
        "event": "disparos contra patrullas",
        "headline": "Son posibles disparos contra patrullas junto a la valla, de Imperial Beach a Otay Mesa",
        "source": "Example Border Service, oficial de guardia del sector de San Diego",
        "area": {"description": "La valla de Imperial Beach a Otay Mesa, hasta 5 km al norte de la frontera"},
        "audience_note": "Todo el personal del sector de San Diego. Los demás sectores no tienen que hacer nada.",
        "description": (
            "Se dice que una organización de contrabandistas ha mandado a los suyos disparar contra las patrullas del "
            "sector de San Diego. Hay casi tantas probabilidades a favor como en contra (cerca del 50 %) de un ataque "
            f"a cualquier hora hasta el {said(expires)}."
        ),
        "impact": "Los disparos pueden matarlo o herirlo, en un vehículo o a pie.",
        "instruction": (
            "Lleve chaleco antibalas fuera de los edificios.\n"
            "Pare junto a la valla solo con un segundo vehículo.\n"
            "Comunique enseguida por radio todo disparo, vigilante o persona armada."
        ),
        "next_update": said(_hour(expires - timedelta(days=2))),
        "contact": "sala de guardia, teléfono +1 619 555 0100, canal de radio 1",
    }


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
