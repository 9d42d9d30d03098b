"""Addresses that gateways call, as `dispatch/callbacks.py` makes them."""

from __future__ import annotations

from django.urls import path

from vedette.web.gateways import views

app_name = "gateways"

urlpatterns = [
    path("<str:realm>/<str:channel>/receipts", views.receipts, name="receipts"),
    path("<str:realm>/<str:channel>/replies", views.replies, name="replies"),
    path("<str:realm>/<str:channel>/kannel/<str:token>", views.kannel, name="kannel"),
]
