"""How rules beyond the schema are kept and run: each is one small function over the alert, one info or one area.

A rule yields (where, message) for every place that breaks it; `where` is told from the element it was given. Rules
are sorted by what they look at, so that a message is walked once whatever their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from vedette.formats.cap.findings import Level
from vedette.formats.cap.message import Alert, AreaBlock, Info

Places = Iterator[tuple[str, str]]
AlertLook = Callable[[Alert], Places]
InfoLook = Callable[[Info, Alert], Places]
AreaLook = Callable[[AreaBlock, Alert], Places]
Look = TypeVar("Look")


@dataclass(frozen=True, slots=True)
class Rule(Generic[Look]):
    """One rule: its name, how bad breaking it is, what says so, and the function that looks."""

    name: str
    level: Level
    source: str
    look: Look


class Rulebook:
    """The rules of one profile; a book may be put together from others."""

    def __init__(self, *parts: Rulebook) -> None:
        self.alert_rules: list[Rule[AlertLook]] = [rule for part in parts for rule in part.alert_rules]
        self.info_rules: list[Rule[InfoLook]] = [rule for part in parts for rule in part.info_rules]
        self.area_rules: list[Rule[AreaLook]] = [rule for part in parts for rule in part.area_rules]

    def alert(self, name: str, level: Level, source: str) -> Callable[[AlertLook], AlertLook]:
        """Keep a rule about the whole message."""
        return _keep(self.alert_rules, name, level, source)

    def info(self, name: str, level: Level, source: str) -> Callable[[InfoLook], InfoLook]:
        """Keep a rule about each info block."""
        return _keep(self.info_rules, name, level, source)

    def area(self, name: str, level: Level, source: str) -> Callable[[AreaLook], AreaLook]:
        """Keep a rule about each area block."""
        return _keep(self.area_rules, name, level, source)

    def broken(self, alert: Alert) -> Iterator[tuple[str, Level, str, str]]:
        """Rule, level, path and message of every place that breaks a rule."""
        for rule in self.alert_rules:
            for where, message in rule.look(alert):
                yield rule.name, rule.level, f"alert/{where}", message
        for number, info in enumerate(alert.infos, 1):
            for each in self.info_rules:
                for where, message in each.look(info, alert):
                    yield each.name, each.level, f"alert/info[{number}]/{where}", message
            for place, area in enumerate(info.areas, 1):
                for one in self.area_rules:
                    for where, message in one.look(area, alert):
                        yield one.name, one.level, f"alert/info[{number}]/area[{place}]/{where}".rstrip("/"), message


def _keep(rules: list[Rule[Look]], name: str, level: Level, source: str) -> Callable[[Look], Look]:
    def keep(look: Look) -> Look:
        rules.append(Rule(name, level, source, look))
        return look

    return keep
