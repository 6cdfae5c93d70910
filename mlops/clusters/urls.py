"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.clusters import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("clusters/", api.ClustersView.as_view()),
    path("clusters/<uuid:cluster_id>/", api.OneClusterView.as_view()),
]
