"""A stranger's file handed out as it came: as a file, which no browser opens, and kept by none."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse


def handed_out(content: bytes, name: str) -> HttpResponse:
    """The answer that hands it out under its name."""
    answer = HttpResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer
