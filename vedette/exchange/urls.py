"""Addresses of the feeds."""

from __future__ import annotations

from django.urls import path

from vedette.exchange import feeds

app_name = "exchange"

urlpatterns = [
    path("feeds/cap.atom", feeds.atom, name="atom"),
    path("feeds/cap/<str:identifier>.xml", feeds.cap, name="cap"),
    path("feeds/signing.pem", feeds.signing_certificate, name="certificate"),
]
