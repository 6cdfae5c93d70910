"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.replays import api

ENDPOINT = "online-endpoints/<uuid:endpoint_id>/"
ONE = f"{ENDPOINT}replays/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{ENDPOINT}recording/", api.RecordingView.as_view()),
    path(f"{ENDPOINT}recording/requests/", api.RecordedView.as_view()),
    path(ONE, api.ReplaysView.as_view()),
    path(f"{ONE}<int:number>/", api.OneReplayView.as_view()),
    path(f"{ONE}<int:number>/cancel/", api.CancelReplayView.as_view()),
]
