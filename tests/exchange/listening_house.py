"""People with devices, and listeners that are set and run beside the test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.people.house import House, house
from vedette.exchange.listening.keep import keep_listener
from vedette.exchange.listening.run import beside
from vedette.exchange.models import Listener
from vedette.people.actions import set_consent
from vedette.people.devices import Paired, pair_device
from vedette.people.models import Device, Position

_PATIENCE_S = 20.0


def until(holds: Callable[[], Any], said: Callable[[], Any] = lambda: "") -> Any:
    """What `holds` gives as soon as that is something."""
    end = time.monotonic() + _PATIENCE_S
    while not (found := holds()):
        if time.monotonic() > end:
            raise TimeoutError(f"it did not come to hold: {said()}")
        time.sleep(0.02)
    return found


@dataclass
class Post:
    """A house whose people all let their position be used."""

    home: House

    def pair(self, kind: Device.Kind, name: str, certificate: str = "") -> Paired:
        """Ada's device."""
        return pair_device(self.home.keeper, self.home.ada, kind, name, certificate)

    def listen(self, kind: Listener.Kind, settings: dict[str, Any]) -> Listener:
        """Set a listener in the exercise realm."""
        return keep_listener(self.home.keeper, kind, settings, enabled=True)


def post() -> Post:
    home = house()
    for person in (home.ada, home.bob):
        set_consent(None, person, True)
    return Post(home)


@contextmanager
def running() -> Iterator[None]:
    """All listeners, until each that is set has begun."""
    with beside():
        until(
            lambda: all(row.state == "listening" for row in Listener.objects.filter(enabled=True)),
            lambda: list(Listener.objects.values_list("kind", "state", "remark")),
        )
        yield


def last_fix() -> tuple[float, float] | None:
    """Where the one person is of whom a fix is kept."""
    found: tuple[float, float] | None = Position.objects.values_list("lat", "lon").first()
    return found


def outcome_of(device: Device) -> str:
    """What became of the last that a device told."""
    return Device.objects.get(pk=device.pk).outcome
