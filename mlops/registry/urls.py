"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.registry import api

VERSION = "models/<uuid:model_id>/versions/<int:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("models/", api.ModelsView.as_view()),
    path("models/<uuid:model_id>/", api.OneModelView.as_view()),
    path("models/<uuid:model_id>/versions/", api.VersionsView.as_view()),
    path(VERSION, api.OneVersionView.as_view()),
    path(f"{VERSION}download/", api.DownloadView.as_view()),
    path(f"{VERSION}files/", api.FilesView.as_view()),
]
