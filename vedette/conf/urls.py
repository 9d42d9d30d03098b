"""The URL root: each part of `web/` brings its own."""

from __future__ import annotations

from django.urls import include, path, re_path

from vedette.web import health
from vedette.web.accounts import ask
from vedette.web.api.root import api_urls

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("api/v1/", api_urls),
    path("", include("vedette.exchange.urls")),
    path("taxii2/", include("vedette.exchange.taxii.urls")),
    path("scim/v2/", include("vedette.exchange.scim.urls")),
    path("", include("vedette.web.urls")),
    path("", include("vedette.web.field.urls")),
    path("me/", include("vedette.web.phone.urls")),
    path("gateways/", include("vedette.web.gateways.urls")),
    path("devices/", include("vedette.web.devices.urls")),
    path("", include("vedette.web.setup.urls")),
    re_path(r"^accounts/(?:password/(?:reset|set)|email|confirm-email|signup)/", ask),
    path("accounts/", include("allauth.urls")),
]
