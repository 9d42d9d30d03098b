"""Asks a local language model (chat-completions form) to propose words of a report for the draft. Off until configured.

Only the configured host and port are ever spoken to: no redirect is followed, no proxy used, no name looked up but its
own, and only an address on this machine or the organisation's own network is taken. Answers are bounded.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from vedette.reading.proposals import Proposal, held_to, instructions

#: Seconds until the model must have answered.
TIMEOUT = 60.0
#: Longer reports are not sent: a small model reads no more.
LONGEST_REPORT = 60_000
LARGEST_ANSWER = 1_000_000


class ProposerFailed(Exception):
    """The model could not be asked, or its answer cannot be used; the message says why."""


@dataclass(frozen=True)
class Proposer:
    """Where the model answers, and which one is asked."""

    scheme: str
    host: str
    port: int
    path: str
    model: str


def configured() -> Proposer | None:
    """The model of VEDETTE_PROPOSER_URL, None where there is none. Raises ProposerFailed for one not to be used."""
    url = os.environ.get("VEDETTE_PROPOSER_URL", "")
    if not url:
        return None
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise ProposerFailed(f"VEDETTE_PROPOSER_URL: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ProposerFailed("VEDETTE_PROPOSER_URL: give it as http://127.0.0.1:8080/v1, without a user or a query")
    model = os.environ.get("VEDETTE_PROPOSER_MODEL", "local")
    return Proposer(parts.scheme, parts.hostname, port, parts.path.rstrip("/"), model)


def propose(text: str, proposer: Proposer) -> tuple[Proposal, ...]:
    """What the model proposes for `text`, held to its words. Raises ProposerFailed."""
    if len(text) > LONGEST_REPORT:
        raise ProposerFailed(f"the report has {len(text):,} characters; a model is given at most {LONGEST_REPORT:,}")
    asked = {
        "model": proposer.model,
        "temperature": 0,
        "messages": [
            {"role": "system", "content": instructions()},
            {"role": "user", "content": f"<report>\n{text}\n</report>"},
        ],
    }
    answer = _post(proposer, json.dumps(asked).encode())
    try:
        content = json.loads(answer)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ProposerFailed(f"the model at {proposer.host} gave no answer of the expected form") from error
    return held_to(text, content if isinstance(content, str) else "")


def _post(proposer: Proposer, body: bytes) -> bytes:
    address = _address(proposer)
    connection: http.client.HTTPConnection
    try:
        if proposer.scheme == "https":
            connection = http.client.HTTPSConnection(
                proposer.host, proposer.port, timeout=TIMEOUT, context=ssl.create_default_context()
            )
            raw = socket.create_connection((address, proposer.port), TIMEOUT)
            connection.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=proposer.host)
        else:
            connection = http.client.HTTPConnection(address, proposer.port, timeout=TIMEOUT)
        headers = {"Content-Type": "application/json", "Host": f"{proposer.host}:{proposer.port}"}
        connection.request("POST", f"{proposer.path}/chat/completions", body, headers)
        response = connection.getresponse()
        answer = _bounded(response)
        connection.close()
    except (OSError, http.client.HTTPException) as error:
        raise ProposerFailed(f"the model at {proposer.host}:{proposer.port} does not answer: {error}") from error
    if response.status != http.client.OK:
        # A redirect is an answer like any other: it is not followed.
        raise ProposerFailed(f"the model at {proposer.host}:{proposer.port} answered {response.status}")
    if len(answer) > LARGEST_ANSWER:
        raise ProposerFailed(f"the model's answer is longer than {LARGEST_ANSWER:,} bytes")
    return answer


def _bounded(response: http.client.HTTPResponse) -> bytes:
    """The answer, or a byte more than it may have; a model that only drips ends at the time limit."""
    ends, answer = time.monotonic() + TIMEOUT, b""
    while len(answer) <= LARGEST_ANSWER and (more := response.read1(65_536)):
        answer += more
        if time.monotonic() > ends:
            raise TimeoutError("it takes too long")
    return answer


def _address(proposer: Proposer) -> str:
    """The one address to connect to, looked up once, so that a name cannot move to another machine in between."""
    try:
        found = socket.getaddrinfo(proposer.host, proposer.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ProposerFailed(f"the name {proposer.host} cannot be looked up: {error}") from error
    addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
    for address in addresses:
        if address.is_link_local or not (address.is_loopback or address.is_private):
            raise ProposerFailed(f"{proposer.host} is {address}: a report is given only to a model on this network")
    return str(addresses[0])
