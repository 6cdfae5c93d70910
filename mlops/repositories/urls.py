"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.repositories import api
from mlops.repositories.hooks_api import HookView
from mlops.repositories.releases_api import CallAgain, OneRelease, Releases

ONE = "repositories/<uuid:repository_id>/"

urlpatterns: list[URLPattern] = [
    path("repositories/", api.Repositories.as_view(), name="repositories"),
    path(ONE, api.OneRepository.as_view(), name="repository"),
    path(f"{ONE}hook/", HookView.as_view(), name="repository-hook"),
    path(f"{ONE}test/", api.Trial.as_view(), name="repository-test"),
    path(f"{ONE}webhook-secret/", api.Secrets.as_view(), name="repository-secret"),
    path(f"{ONE}deploy-key/", api.Keys.as_view(), name="repository-key"),
    path(f"{ONE}releases/", Releases.as_view(), name="repository-releases"),
    path(f"{ONE}releases/<uuid:release_id>/", OneRelease.as_view(), name="repository-release"),
    path(f"{ONE}releases/<uuid:release_id>/calls/<int:call_id>/again/", CallAgain.as_view(), name="release-again"),
    path(f"{ONE}pushes/", api.Pushes.as_view(), name="repository-pushes"),
    path(f"{ONE}pushes/<uuid:push_id>/", api.OnePush.as_view(), name="repository-push"),
]
