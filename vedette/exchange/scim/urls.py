"""Addresses of the SCIM server."""

from __future__ import annotations

from django.urls import path, re_path

from vedette.exchange.scim import server

app_name = "scim"

urlpatterns = [
    path("", server.nothing, name="root"),
    path("ServiceProviderConfig", server.config),
    path("ResourceTypes", server.resource_types),
    path("ResourceTypes/<str:name>", server.resource_types),
    path("Schemas", server.schemas),
    path("Schemas/<str:name>", server.schemas),
    path("Users", server.collection, {"kind": "User"}, name="users"),
    path("Users/.search", server.search, {"kind": "User"}),
    path("Users/<str:resource_id>", server.resource, {"kind": "User"}),
    path("Groups", server.collection, {"kind": "Group"}),
    path("Groups/.search", server.search, {"kind": "Group"}),
    path("Groups/<str:resource_id>", server.resource, {"kind": "Group"}),
    path(".search", server.search),
    re_path(r"^.*$", server.nothing),
]
