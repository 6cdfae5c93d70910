"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.administration import api

urlpatterns: list[URLPattern] = [
    path("system/", api.SystemView.as_view()),
    path("system/storage/measure/", api.MeasureView.as_view()),
    *(path(f"system/{part}/", api.SystemPartView.as_view(part=part)) for part in api.PARTS),
]
