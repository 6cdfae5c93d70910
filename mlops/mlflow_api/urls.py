"""Routes at the server's root, as MLflow's clients call them."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
