"""The REST routes of what runs measured, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from mlops.runs import deletion_api, metrics_api

urlpatterns = [
    path("runs/beside/", metrics_api.RunsBeside.as_view(), name="runs-beside"),
    path("runs/series/", metrics_api.RunsSeries.as_view(), name="runs-series"),
    path("runs/bin/", deletion_api.Bin.as_view(), name="runs-bin"),
    path("runs/<uuid:run_id>/delete/", deletion_api.RunDelete.as_view(), name="run-delete"),
    path("runs/<uuid:run_id>/restore/", deletion_api.RunRestore.as_view(), name="run-restore"),
    path("runs/<uuid:run_id>/purge/", deletion_api.RunPurge.as_view(), name="run-purge"),
    path("runs/<uuid:run_id>/metrics/", metrics_api.RunMetrics.as_view(), name="run-metrics"),
]
