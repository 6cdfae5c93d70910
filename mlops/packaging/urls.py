"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.packaging import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("runs/<uuid:run_id>/packages/", api.PackagesView.as_view()),
    path("models/<uuid:model_id>/versions/<int:number>/conversions/", api.ConversionsView.as_view()),
]
