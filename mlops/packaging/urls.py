"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.packaging import api, profile_api

urlpatterns: list[URLPattern | URLResolver] = [
    path("runs/<uuid:run_id>/packages/", api.PackagesView.as_view()),
    path("models/<uuid:model_id>/versions/<int:number>/conversions/", api.ConversionsView.as_view()),
    path("models/<uuid:model_id>/versions/<int:number>/profiles/", profile_api.ProfilesView.as_view()),
    path("profiles/<uuid:profile_id>/", profile_api.OneProfileView.as_view()),
    path("profiles/<uuid:profile_id>/cancel/", profile_api.CancelProfileView.as_view()),
    path("profiles/<uuid:profile_id>/log/", profile_api.ProfileLogView.as_view(), name="profile-log"),
]
