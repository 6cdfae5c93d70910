"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.accounts import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", api.MeView.as_view(), name="api-me"),
    path("tokens/", api.TokensView.as_view(), name="api-tokens"),
    path("tokens/<uuid:token_id>/", api.TokenView.as_view(), name="api-token"),
    path("projects/", api.ProjectsView.as_view(), name="api-projects"),
    path("projects/<slug:slug>/", api.OneProjectView.as_view(), name="api-project"),
    path("projects/<slug:slug>/members/", api.MembersView.as_view(), name="api-members"),
    path("projects/<slug:slug>/members/<str:name>/", api.OneMemberView.as_view(), name="api-member"),
]
