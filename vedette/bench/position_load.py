"""Devices that tell where they are over HTTP, at a steady rate: a load generator in a process of its own.

Run as `python -m vedette.bench.position_load PORT RATE TOKEN FILE`: sends the people of FILE (numpy: number, lat, lon)
a thousand to a request, so many people a second, and prints when each request was due, when it was answered, and how
many fixes were kept. A request that is late does not make the next ones late: what it waits counts as its own.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import orjson
import uvloop

#: Fixes in a request, and connections.
TOGETHER, CONNECTIONS = 1_000, 8
#: Seconds before the first request is due, in which all are made.
_LEAD_S = 4.0


@dataclass(frozen=True)
class Told:
    """Of each request when it was due and when it was answered (seconds since 1970), and how many fixes were kept."""

    due: list[float]
    answered: list[float]
    kept: list[int]


class PositionLoad:
    """Devices that are telling."""

    def __init__(self, port: int, rate: float, token: str, file: Path) -> None:
        given = [str(port), str(rate), token, str(file)]
        self._process = subprocess.Popen(  # noqa: S603  (our own module)
            [sys.executable, "-m", "vedette.bench.position_load", *given], stdout=subprocess.PIPE, text=True
        )

    @property
    def over(self) -> bool:
        """Whether all has been answered."""
        return self._process.poll() is not None

    def told(self) -> Told:
        """Wait for the end. Raises RuntimeError when a request was not answered."""
        assert self._process.stdout is not None
        said = self._process.stdout.read()
        if self._process.wait() != 0:
            raise RuntimeError("the server did not answer every batch of positions")
        return Told(**json.loads(said))


async def _work(port: int, rate: float, token: str, file: Path) -> None:
    people = np.load(file)
    begins = time.time() + _LEAD_S
    waiting: deque[tuple[int, float, bytes]] = deque()
    for number, at in enumerate(range(0, len(people), TOGETHER)):
        due = begins + at / rate
        waiting.append((number, due, _request(port, token, people[at : at + TOGETHER], due)))
    due_at = [due for _, due, _ in waiting]
    answered, kept = [0.0] * len(waiting), [0] * len(waiting)

    async def device() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            number, due, request = waiting.popleft()
            await asyncio.sleep(max(0.0, due - time.time()))
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
            answered[number] = time.time()
            kept[number] = orjson.loads(body)["kept"] if head.startswith(b"HTTP/1.1 200") and length > 2 else 0
        writer.close()

    await asyncio.gather(*(device() for _ in range(CONNECTIONS)))
    print(json.dumps({"due": due_at, "answered": answered, "kept": kept}))


def _request(port: int, token: str, people: np.ndarray, due: float) -> bytes:
    fixed = datetime.fromtimestamp(due, UTC).isoformat()
    body = orjson.dumps(
        [
            {"person": f"crowd-{int(number)}", "lat": lat, "lon": lon, "accuracy_m": 10, "fixed_at": fixed}
            for number, lat, lon in people.tolist()
        ]
    )
    head = (
        f"POST /api/v1/positions HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    uvloop.run(_work(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], Path(sys.argv[4])))
