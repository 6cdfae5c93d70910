"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.replays import api

ONE = "online-endpoints/<uuid:endpoint_id>/replays/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(ONE, api.ReplaysView.as_view()),
    path(f"{ONE}<int:number>/", api.OneReplayView.as_view()),
    path(f"{ONE}<int:number>/cancel/", api.CancelReplayView.as_view()),
]
