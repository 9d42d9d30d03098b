"""Another issuer: an HTTP server with a feed of alerts, whose messages a test puts up and takes down."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Issuer:
    """What is served, by path; and what was asked for, in order."""

    url: str = ""
    documents: dict[str, bytes] = field(default_factory=dict)
    #: Path -> where it is now.
    moved: dict[str, str] = field(default_factory=dict)
    #: Path -> another status than 200.
    broken: dict[str, int] = field(default_factory=dict)
    #: (path, status answered) of every request.
    asked: list[tuple[str, int]] = field(default_factory=list)

    def publish(self, messages: dict[str, bytes], embedded: bool = False) -> None:
        """An Atom feed at /cap.atom of these messages by name, the newest last and so listed first."""
        entries = []
        for name, message in reversed(messages.items()):
            self.documents[f"/{name}.xml"] = message
            body = message.split(b"?>", 1)[-1].decode()
            content = f"<content>{body}</content>" if embedded else ""
            link = f'<link type="application/cap+xml" href="/{name}.xml"/>'
            digest = hashlib.sha256(message).hexdigest()
            entries.append(f"<entry><id>{name}</id><updated>{digest}</updated>{link}{content}</entry>")
        feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id>{"".join(entries)}</feed>'
        self.documents["/cap.atom"] = feed.encode()

    @property
    def feed(self) -> str:
        return f"{self.url}/cap.atom"


@contextmanager
def running() -> Iterator[Issuer]:
    """An issuer on a free loopback port."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            body = issuer.documents.get(path, b"")
            etag = f'"{hashlib.sha256(body).hexdigest()}"'
            status = issuer.broken.get(path, 200 if path in issuer.documents else 404)
            headers = {"Last-Modified": formatdate(0, usegmt=True)}
            if path in issuer.moved:
                status, headers = 302, {"Location": issuer.moved[path]}
            elif status == 200 and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            elif status == 200:
                headers["ETag"] = etag
            issuer.asked.append((path, status))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0" if status == 304 else str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet: `asked` holds it."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Whoever has read enough hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
