"""One file a suite, each with DEFAULT (how much of it, so that it ends in seconds) and `run(n) -> list[Result]`."""

from __future__ import annotations

#: Suite -> what it measures.
SUITES: dict[str, str] = {
    "cap": "CAP messages checked, read and written",
    "read": "reports read into cited claims, and how right they are on the labelled set",
    "ledger": "ledger entries appended and verified",
    "audience": "people judged by an audience rule",
    "positions": "updates against standing areas, and from entering one to the queue",
    "enqueue": "recipients and leases stored for an issued message",
    "acks": "answers recorded on disk",
    "dispatch": "messages sent to an HTTP gateway",
    "smtp": "mails sent to a mail server",
    "preempt": "how soon the urgent are reached behind many others",
    "kill": "messages lost and repeated when the engine is killed on the way",
}
#: Named in the contract, and nothing to measure yet: why.
NOT_YET: dict[str, str] = {}
#: Suites that need no database.
WITHOUT_DATABASE = frozenset({"cap", "read"})
#: Units of figures that say how right something is, not how fast: nothing can be lost or repeated.
UNTIMED = frozenset({"%", "claims"})
