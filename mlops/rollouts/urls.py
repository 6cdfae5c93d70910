"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.rollouts import api

ONE = "online-endpoints/<uuid:endpoint_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{ONE}rollouts/", api.RolloutsView.as_view()),
    path(f"{ONE}rollouts/<int:number>/", api.OneRolloutView.as_view()),
    path(f"{ONE}rollouts/<int:number>/<str:act>/", api.RolloutActView.as_view()),
    path(f"{ONE}outcomes/", api.OutcomesView.as_view()),
]
