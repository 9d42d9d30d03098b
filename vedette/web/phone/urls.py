"""The addresses below /me/."""

from __future__ import annotations

from django.urls import path

from vedette.web.phone import copy, device, shell, views

app_name = "phone"

urlpatterns = [
    path("", views.home, name="home"),
    path("pair", views.pair_phone, name="pair"),
    path("unpair", views.unpair_phone, name="unpair"),
    path("language", views.language, name="language"),
    path("consent", views.consent, name="consent"),
    path("look", views.choose_look, name="look"),
    path("position", device.position, name="position"),
    path("push", device.push, name="push"),
    path("shown", device.shown, name="shown"),
    path("copy.json", copy.copy, name="copy"),
    path("worker.js", shell.worker, name="worker"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
]
