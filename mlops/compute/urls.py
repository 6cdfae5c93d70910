"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.compute import api, fit_api, joining_api, weights_api

urlpatterns: list[URLPattern] = [
    path("workers/", api.WorkersView.as_view()),
    path("workers/fit/", fit_api.FitView.as_view()),
    path("workers/join/", joining_api.JoinView.as_view()),
    path("join-tokens/", joining_api.JoinTokensView.as_view()),
    path("join-tokens/<uuid:join_token_id>/", joining_api.OneJoinTokenView.as_view()),
    path("workers/<str:worker>/", api.OneWorkerView.as_view()),
    *(path(f"workers/<str:worker>/{act}/", api.WorkerActView.as_view(act=act)) for act in api.WorkerActView.acts),
    path("pools/", api.PoolsView.as_view()),
    path("pools/<str:pool>/", api.OnePoolView.as_view()),
    path("weights/", weights_api.WeightsView.as_view()),
    path("projects/<slug:slug>/weight/", weights_api.ProjectWeightView.as_view()),
]
