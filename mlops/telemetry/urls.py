"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.telemetry import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("online-endpoints/<uuid:endpoint_id>/telemetry/", api.TelemetryView.as_view()),
]
