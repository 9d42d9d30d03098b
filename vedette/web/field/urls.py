"""The field page's address, and the one below it where somebody checks in."""

from __future__ import annotations

from django.urls import path

from vedette.web.field import check_in, confirm, views

app_name = "field"

urlpatterns = [
    path("v/<str:token>", confirm.reaches, name="confirm"),
    path("a/<str:token>", views.field, name="page"),
    path("a/<str:token>/position", check_in.check_in, name="check-in"),
]
