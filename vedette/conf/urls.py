"""The URL root: each part of `web/` brings its own."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("vedette.web.urls")),
    path("accounts/", include("allauth.urls")),
]
