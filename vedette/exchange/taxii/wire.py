"""How TAXII 2.1 is spoken over HTTP: media types, errors, and who a request speaks for."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from vedette.access.actors import actor_of_token
from vedette.access.policy import Actor

TAXII = "application/taxii+json;version=2.1"
STIX = "application/stix+json;version=2.1"
#: The most bytes of a POST; Django reads no more than 5 MB at once.
LARGEST_BODY = 4 * 1024 * 1024


class TaxiiError(Exception):
    """An answer other than what was asked for, as the standard has it."""

    def __init__(
        self, status: int, title: str, description: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(title)
        self.status, self.title, self.description, self.headers = status, title, description, headers


def answer(body: dict[str, Any], headers: Mapping[str, str] | None = None, status: int = 200) -> HttpResponse:
    """A resource."""
    found = HttpResponse(json.dumps(body, ensure_ascii=False).encode(), status=status, content_type=TAXII)
    found["Cache-Control"] = "no-store"
    found["Vary"] = "Authorization, Accept"
    for name, value in (headers or {}).items():
        found[name] = value
    return found


def refusal(error: TaxiiError) -> HttpResponse:
    """An error, in the media type of the standard as every other answer."""
    body = {"title": error.title, "http_status": str(error.status)}
    if error.description:
        body["description"] = error.description
    return answer(body, error.headers, error.status)


def speaker(request: HttpRequest) -> Actor:
    """Whoever the API token speaks for: as Bearer, or as the password of Basic. Raises TaxiiError 401."""
    scheme, _, told = request.headers.get("Authorization", "").partition(" ")
    scheme = scheme.lower()
    # "Token" is what taxii2-client says for a token.
    token = told.strip() if scheme in ("bearer", "token") else _password(told) if scheme == "basic" else ""
    actor = actor_of_token(token) if token else None
    if actor is None:
        why = "give an API token, as Bearer or as the password of Basic"
        asked = {"WWW-Authenticate": 'Basic realm="TAXII", charset="UTF-8"'}
        raise TaxiiError(401, "who asks is not known", why, asked)
    return actor


def refuse_unacceptable(request: HttpRequest) -> None:
    """Raises TaxiiError 406 where nothing that we can say is accepted. A client that names no version is answered."""
    accepted = request.headers.get("Accept", "*/*") or "*/*"
    for one in accepted.split(","):
        kind, *parameters = (part.strip().lower() for part in one.split(";"))
        version = next((p.partition("=")[2].strip('"') for p in parameters if p.startswith("version=")), "2.1")
        if kind in ("*/*", "application/*", "application/json"):
            return
        if kind == "application/taxii+json" and version == "2.1":
            return
    raise TaxiiError(406, "nothing of that kind is said here", f"accept {TAXII}")


def posted(request: HttpRequest) -> bytes:
    """The body of a POST. Raises TaxiiError 413 and 415."""
    kind, _, parameters = request.headers.get("Content-Type", "").partition(";")
    if kind.strip().lower() != "application/taxii+json" or parameters.replace(" ", "").lower() not in (
        "",
        "version=2.1",
        'version="2.1"',
    ):
        raise TaxiiError(415, "the body is of another kind", f"send {TAXII}")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if (length.isdigit() and int(length) > LARGEST_BODY) or len(request.body) > LARGEST_BODY:
        raise TaxiiError(413, "the body is too large", f"send at most {LARGEST_BODY:,} bytes at once")
    return request.body


def _password(told: str) -> str:
    try:
        return base64.b64decode(told.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
