"""What a task does for one person: one POST over a connection that its thread keeps. Standard library only."""

from __future__ import annotations

import http.client
import os
import threading

BODY = b'{"to": "device:ex-00001", "text": "' + b"x" * 963 + b'"}'
_kept = threading.local()


def post(number: int) -> None:
    """Raises for anything but a 2xx, so that the queue tries again."""
    connection = getattr(_kept, "connection", None)
    if connection is None:
        connection = _kept.connection = http.client.HTTPConnection(
            "127.0.0.1", int(os.environ["PEER_SINK"]), timeout=20
        )
    head = {"Content-Type": "application/json", "Idempotency-Key": f"peer-{number:031d}"}
    try:
        connection.request("POST", "/messages", BODY, head)
        answer = connection.getresponse()
        answer.read()
    except OSError:
        connection.close()
        raise
    if not 200 <= answer.status < 300:
        raise RuntimeError(f"the sink answered {answer.status}")
