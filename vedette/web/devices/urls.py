"""Addresses that are put into the settings of people's devices."""

from __future__ import annotations

from django.urls import path

from vedette.web.devices import views

app_name = "devices"

urlpatterns = [
    path("owntracks", views.owntracks, name="owntracks"),
    path("traccar", views.traccar, name="traccar"),
]
