"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.administration import api
from mlops.administration.logs_api import LogDownloadView, LogsView, OneLogView
from mlops.administration.maintenance_api import MaintenanceView

urlpatterns: list[URLPattern] = [
    path("maintenance/", MaintenanceView.as_view()),
    path("system/", api.SystemView.as_view()),
    path("system/health/", api.HealthView.as_view()),
    path("system/health/look/", api.LookView.as_view()),
    path("system/storage/measure/", api.MeasureView.as_view()),
    path("system/logs/", LogsView.as_view()),
    path("system/logs/<str:name>/", OneLogView.as_view()),
    path("system/logs/<str:name>/download/", LogDownloadView.as_view()),
    *(path(f"system/{part}/", api.SystemPartView.as_view(part=part)) for part in api.PARTS),
]
