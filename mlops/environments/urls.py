"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from mlops.environments import api, build_api

ONE = "environments/<uuid:asset_id>/"

urlpatterns = [
    path("environments/", api.Environments.as_view()),
    path("environments/curated/", api.CuratedEnvironments.as_view()),
    path("environments/prune/", build_api.Prune.as_view()),
    path(ONE, api.OneEnvironment.as_view()),
    path(f"{ONE}archive/", api.Archive.as_view()),
    path(f"{ONE}restore/", api.Archive.as_view(restore=True)),
    path(f"{ONE}versions/", api.Versions.as_view()),
    path(f"{ONE}versions/<str:version>/", api.OneVersion.as_view()),
    path(f"{ONE}difference/", build_api.Difference.as_view()),
    path(f"{ONE}versions/<str:version>/build/", build_api.Build.as_view()),
    path(f"{ONE}versions/<str:version>/log/", build_api.Log.as_view()),
    path(f"{ONE}versions/<str:version>/download/", api.Download.as_view()),
]
