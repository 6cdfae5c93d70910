"""The REST routes of what runs measured, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from mlops.runs import metrics_api

urlpatterns = [
    path("runs/beside/", metrics_api.RunsBeside.as_view(), name="runs-beside"),
    path("runs/series/", metrics_api.RunsSeries.as_view(), name="runs-series"),
    path("runs/<uuid:run_id>/metrics/", metrics_api.RunMetrics.as_view(), name="run-metrics"),
]
