"""The least that sends n people a mail each and remembers the results: a peer to measure `vedette bench smtp` beside.

Usage: python bench/peers/smtp_blast.py PORT N. Standard library only.
"""

from __future__ import annotations

import json
import os
import smtplib
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

CONNECTIONS = 16


def main(port: int, n: int) -> None:
    """Send, and print {"messages_per_s", "n", "accepted"}."""
    results = Path(tempfile.mkdtemp(prefix="blast-")) / "results.jsonl"
    lock = Lock()
    with results.open("w") as kept:

        def share(first: int) -> int:
            accepted = 0
            with smtplib.SMTP("127.0.0.1", port) as client:
                for number in range(first, n, CONNECTIONS):
                    address = f"p{number}@people.example"
                    mail = (
                        f"From: b@vedette.example\r\nTo: {address}\r\nMessage-ID: <peer-{number}@x>\r\n\r\nwarning\r\n"
                    )
                    client.sendmail("b@vedette.example", [address], mail)
                    accepted += 1
                    with lock:
                        kept.write(json.dumps({"to": address, "at": time.time()}) + "\n")
            return accepted

        began = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            accepted = sum(pool.map(share, range(CONNECTIONS)))
        kept.flush()
        os.fsync(kept.fileno())
        took = time.perf_counter() - began
    print(json.dumps({"messages_per_s": round(n / took, 1), "n": n, "accepted": accepted}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
