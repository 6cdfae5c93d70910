"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.monitoring import api, looks_api

ONE = "monitors/<uuid:monitor_id>/"
LOOK = f"{ONE}looks/<int:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("monitors/", api.Monitors.as_view()),
    path("monitors/suggestion/", api.Suggestion.as_view()),
    path(ONE, api.OneMonitor.as_view()),
    path(f"{ONE}yaml/", api.Yaml.as_view()),
    path(f"{ONE}revisions/", api.Revisions.as_view()),
    path(f"{ONE}looks/", looks_api.Looks.as_view()),
    path(LOOK, looks_api.OneLook.as_view()),
    path(f"{LOOK}again/", looks_api.LookAgain.as_view()),
    path(f"{LOOK}cancel/", looks_api.CancelLook.as_view()),
    path(f"{ONE}values/", looks_api.Values.as_view()),
    path(f"{ONE}stored-form/", looks_api.StoredForm.as_view()),
    path(f"{ONE}backfills/", looks_api.Backfills.as_view()),
    path(f"{ONE}backfills/<int:number>/cancel/", looks_api.CancelBackfill.as_view()),
]
