"""What makes the page an app: its manifest, and the worker that keeps it working without a connection.

The worker is one script made of the files in `assets/phone/`, with their hash as its version: a browser that finds a
single byte changed fetches all of it anew, and keeps the old one until the new one has what it needs.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.views.decorators.http import require_GET

from vedette.web.phone.doors import PATH, safe
from vedette.web.phone.views import language_of, look_of
from vedette.web.phone.words import phone_words

ASSETS = settings.PACKAGE / "web" / "assets"
#: The worker's parts, in the order in which they are run.
WORKER = ("store.js", "outbox.js", "copy.js", "notices.js", "worker.js")
#: What a phone keeps of what the pages are made with.
KEPT = ("field.css", "phone/phone.css", "phone/page.js", "phone/icon-192.png")
#: What the worker itself may do: ask this site. It has no page, so it loads nothing.
WORKER_POLICY = "default-src 'none'; connect-src 'self'"


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The worker; it may serve the field page too, which is outside of /me/."""
    response = HttpResponse(worker_source(), content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = "/"
    response.headers["Content-Security-Policy"] = WORKER_POLICY
    response.headers["Cache-Control"] = "no-cache"
    return safe(response)


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What the home screen shows, in the browser's language."""
    tag = language_of(request)
    dark = look_of(request).scheme == "dark"
    told = {
        "id": PATH,
        "name": f"Vedette: {phone_words(tag).title}",
        "short_name": "Vedette",
        "lang": tag,
        "start_url": PATH,
        # The warnings' own pages, /a/..., are shown inside of it too.
        "scope": "/",
        "display": "standalone",
        "background_color": "#000000" if dark else "#ffffff",
        "theme_color": "#12171d",
        "icons": [
            {"src": static("phone/icon-192.png"), "sizes": "192x192", "type": "image/png", "purpose": "any"},
            {"src": static("phone/icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any"},
            {"src": static("phone/icon-maskable.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        ],
    }
    return safe(HttpResponse(json.dumps(told, ensure_ascii=False), content_type="application/manifest+json"))


@cache
def worker_source() -> str:
    """The worker's script: its version and what it keeps, then its parts."""
    parts = [(ASSETS / "phone" / name).read_text("utf-8") for name in WORKER]
    kept = [Path(ASSETS / name).read_bytes() for name in KEPT]
    version = hashlib.sha256(b"\0".join([*(part.encode() for part in parts), *kept])).hexdigest()[:16]
    paths = json.dumps([static(name) for name in KEPT])
    return "\n".join(['"use strict";', f"const VERSION = {json.dumps(version)};", f"const KEPT = {paths};", *parts])
