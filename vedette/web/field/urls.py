"""The field page's one address."""

from __future__ import annotations

from django.urls import path

from vedette.web.field import views

app_name = "field"

urlpatterns = [path("a/<str:token>", views.field, name="page")]
