"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.imports import api

urlpatterns: list[URLPattern] = [
    path("imports/", api.ImportsView.as_view(), name="imports"),
    path("imports/archives/", api.ArchivesView.as_view(), name="import-archives"),
    path("imports/marks/", api.MarksView.as_view(), name="import-marks"),
    path("imports/<uuid:import_id>/", api.ImportView.as_view(), name="import"),
    path("imports/<uuid:import_id>/cancel/", api.CancelView.as_view(), name="import-cancel"),
]
