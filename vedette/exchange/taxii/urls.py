"""Addresses of the TAXII server."""

from __future__ import annotations

from django.urls import path, re_path

from vedette.exchange.taxii import server

app_name = "taxii"

_collection = "api/collections/<str:collection_id>/"

urlpatterns = [
    path("", server.discovery, name="discovery"),
    path("api/", server.root, name="root"),
    path("api/status/<uuid:status_id>/", server.status, name="status"),
    path("api/collections/", server.collections, name="collections"),
    path(_collection, server.collection, name="collection"),
    path(f"{_collection}objects/", server.objects, name="objects"),
    path(f"{_collection}objects/<str:object_id>/", server.one_object, name="object"),
    path(f"{_collection}objects/<str:object_id>/versions/", server.versions, name="versions"),
    path(f"{_collection}manifest/", server.manifest, name="manifest"),
    re_path(r"^.*$", server.nothing),
]
