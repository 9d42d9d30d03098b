"""medallion, the TAXII server of OASIS, in a process of its own on loopback, stopped by its pid."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from taxii2client.v21 import Collection

from tests.servers.ports import free_port

USER, PASSWORD = "vedette", "not a secret"
_COLLECTION = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
_PATIENCE_S = 30.0
_TAXII = "application/taxii+json;version=2.1"


@dataclass
class Medallion:
    """A server with one collection, which tests fill."""

    url: str

    def add(self, *objects: dict[str, Any]) -> None:
        """Put objects into the collection, as another partner would."""
        with Collection(self.url, user=USER, password=PASSWORD) as collection:
            status = collection.add_objects({"objects": list(objects)})
            assert status.failure_count == 0, status


@contextmanager
def running(folder: Path) -> Iterator[Medallion]:
    """A medallion until the block ends."""
    data = folder / "data.json"
    data.write_text(json.dumps(_data()))
    for _ in range(3):
        port = free_port()
        config = folder / "config.json"
        backend = {
            "module": "medallion.backends.memory_backend",
            "module_class": "MemoryBackend",
            "filename": str(data),
        }
        config.write_text(json.dumps({"backend": backend, "users": {USER: PASSWORD}, "taxii": {"max_page_size": 3}}))
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "medallion.scripts.run", "--port", str(port), str(config)],
                stdout=log,
                stderr=log,
            )
            try:
                if _answers(process, port):
                    yield Medallion(f"http://127.0.0.1:{port}/root/collections/{_COLLECTION}/")
                    return
            finally:
                process.terminate()
                process.wait(10)
    raise AssertionError((folder / "log").read_text())


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    until = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/taxii2/", headers={"Accept": _TAXII})
        try:
            with urllib.request.urlopen(request, timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.05)
    return False


def _data() -> dict[str, Any]:
    collection = {
        "id": _COLLECTION,
        "title": "Shared",
        "description": "",
        "can_read": True,
        "can_write": True,
        "media_types": ["application/stix+json;version=2.1"],
        "objects": [],
        "manifest": [],
    }
    root = {
        "information": {"title": "Root", "versions": [_TAXII], "max_content_length": 9_765_625},
        "status": [],
        "collections": [collection],
    }
    return {"/discovery": {"title": "medallion", "api_roots": []}, "root": root}
