"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.lineage import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("lineage/", api.Lineage.as_view()),
    path("monitors/<uuid:monitor_id>/looks/<int:number>/causes/", api.Causes.as_view()),
    path("models/<uuid:model_id>/timeline/", api.Timeline.as_view()),
]
