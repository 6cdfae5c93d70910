"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from mlops.components import api

ONE = "components/<uuid:component_id>/"

urlpatterns = [
    path("components/", api.Components.as_view()),
    path(ONE, api.OneComponent.as_view()),
    path(f"{ONE}archive/", api.Archive.as_view()),
    path(f"{ONE}restore/", api.Archive.as_view(restore=True)),
    path(f"{ONE}versions/", api.Versions.as_view()),
    path(f"{ONE}versions/<str:version>/", api.OneVersion.as_view()),
    path(f"{ONE}versions/<str:version>/download/", api.Download.as_view()),
]
